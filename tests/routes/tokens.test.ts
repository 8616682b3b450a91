import { Writable } from "node:stream";
import { createLocalJWKSet, jwtVerify } from "jose";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { loggerOptions } from "#app/boot/create-logger.server.ts";
import { createApiKey } from "#app/domain/auth/create-api-key.server.ts";
import { insertMembership } from "#app/domain/auth/create-tenant.server.ts";
import { rotateAccessKey } from "#app/domain/auth/rotate-access-key.server.ts";
import { type Scope, scopes } from "#app/domain/auth/scopes.ts";
import { systemActor } from "#app/domain/auth/system-actor.ts";
import { newId, toUuid } from "#db/ids.ts";
import { testSecrets } from "#tests/setup/access-tokens.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import { aRequest } from "#tests/setup/tenant-fixture.ts";
import {
  type ApiClient,
  apiClient,
  bearer,
  createRouteTenant,
  type RouteAgent,
  type RouteTenant,
} from "./api-client.ts";
import { openEventStream } from "./open-stream.ts";

/** Two instances behind one address, on one database. */
const origin = "http://signalbox.test";
let database: TestDatabase;
let server: TestServer;
let other: TestServer;
let logged = "";
let tenant: RouteTenant;
let agent: RouteAgent;

beforeAll(async () => {
  database = await createTestDatabase();
  const out = new Writable({
    write(chunk: Buffer, _encoding, done) {
      logged += chunk.toString();
      done();
    },
  });
  const options = {
    database,
    env: { SIGNALBOX_ORIGIN: origin },
    log: pino(loggerOptions("trace", "web"), out),
  };
  [server, other] = await Promise.all([startTestServer(options), startTestServer(options)]);
  tenant = await createRouteTenant(server.runtime, server.origin);
  agent = await tenant.addAgent("Agent");
});
afterAll(async () => {
  await Promise.all([server.close(), other.close()]);
  await database.drop();
});

const sessionSchema = z.strictObject({
  user: z.object({ id: z.string(), name: z.string(), email: z.string(), role: z.string() }),
  tenant: z.object({ id: z.string(), name: z.string() }),
  accessToken: z.string(),
  refreshToken: z.string(),
  expiresIn: z.literal(900),
});
const agentTokenSchema = z.strictObject({ accessToken: z.string(), expiresIn: z.number() });

const at = (instance: TestServer, token?: string): ApiClient =>
  apiClient(instance.origin, token === undefined ? {} : bearer(token));
const login = async (who: RouteTenant = tenant, body = {}) =>
  sessionSchema.parse(
    (await at(server).post("/api/auth/login", { email: who.email, password: who.password, ...body })).body,
  );
const trade = async (key: string, body = {}) =>
  agentTokenSchema.parse((await at(server, key).post("/api/auth/token", body)).body);
const serviceKey = (scopes: Scope[] = ["messages:read", "messages:send", "agents:read"]) =>
  createApiKey(database.db, tenant.admin, { name: "Warehouse", agentId: null, scopes }, aRequest);
const refused = { status: 401, body: { code: "unauthenticated" } };

/** What is promised, and a busy machine's own time. */
const withinSeconds = 1.5;

/** How long a change took until the other instance knew of it. */
async function secondsUntil(statusOf: () => Promise<number>, status: number): Promise<number> {
  const startedAt = performance.now();
  await expect.poll(statusOf, { interval: 20, timeout: 5_000 }).toBe(status);
  return (performance.now() - startedAt) / 1_000;
}

describe("signing in over the API", () => {
  test("gives tokens that act as the person on every instance, and says who it is", async () => {
    const session = await login();
    expect(session.user).toMatchObject({ id: tenant.adminId, email: tenant.email, role: "tenant_admin" });
    expect(session.tenant.id).toBe(tenant.tenantId);
    for (const instance of [server, other]) {
      const me = await at(instance, session.accessToken).get("/api/auth/me");
      expect(me).toMatchObject({
        status: 200,
        body: {
          actor: { kind: "user", id: tenant.adminId, name: "Ada Admin" },
          user: { id: tenant.adminId, email: tenant.email, role: "tenant_admin", platformAdmin: false },
          tenant: { id: tenant.tenantId },
        },
      });
      expect(me.body.scopes).toEqual(scopes.filter((scope) => tenant.admin.scopes.has(scope)));
    }
    const created = await at(other, session.accessToken).post("/api/agents", {
      name: "By token",
      modelTier: "haiku",
    });
    expect(created.status).toBe(201);
  });

  test("to a tenant that is asked for gives that one, and to none that is not theirs", async () => {
    const second = await createRouteTenant(server.runtime, server.origin);
    await database.db.asSystem((tx) =>
      insertMembership(tx, systemActor(second.tenantId, "test"), {
        userId: tenant.adminId,
        role: "member",
        request: null,
      }),
    );
    expect((await login()).tenant.id).toBe(tenant.tenantId);
    const there = await login(tenant, { tenantId: second.tenantId });
    expect(there).toMatchObject({ tenant: { id: second.tenantId }, user: { role: "member" } });
    const foreign = await createRouteTenant(server.runtime, server.origin);
    const answers = [foreign.tenantId, newId("ten")].map((tenantId) =>
      at(server).post("/api/auth/login", { email: tenant.email, password: tenant.password, tenantId }),
    );
    for (const answer of await Promise.all(answers))
      expect(answer).toMatchObject({ status: 401, body: { code: "invalid_credentials" } });
    await database.owner`delete from memberships where tenant_id = ${toUuid(second.tenantId)} and user_id = ${toUuid(tenant.adminId)}`;
  });

  test.each([
    ["no password", { email: "a@example.com" }, 400],
    ["an unknown field", { email: "a@example.com", password: "x", remember: true }, 400],
    ["a tenant that is none", { email: "a@example.com", password: "x", tenantId: "ten_1" }, 400],
    ["a wrong password", { email: "a@example.com", password: "x" }, 401],
  ])("with %s is refused", async (_, body, status) => {
    const answer = await at(server).post("/api/auth/login", body);
    expect(answer.status).toBe(status);
  });

  test("is renewed with the refresh token, on whichever instance, and ended by logging out", async () => {
    const session = await login();
    const renewed = sessionSchema.parse(
      (await at(other).post("/api/auth/refresh", { refreshToken: session.refreshToken })).body,
    );
    expect((await at(server, renewed.accessToken).get("/api/auth/me")).status).toBe(200);
    // The first access token holds until it ends: it is of the same session.
    expect((await at(server, session.accessToken).get("/api/auth/me")).status).toBe(200);
    expect((await at(server, renewed.accessToken).post("/api/auth/logout")).status).toBe(204);
    for (const token of [session.accessToken, renewed.accessToken])
      expect(await at(other, token).get("/api/auth/me")).toMatchObject(refused);
    expect(await at(other).post("/api/auth/refresh", { refreshToken: renewed.refreshToken })).toMatchObject(
      refused,
    );
  });

  test("with 20 uses of one refresh token on two instances works once, and what it led to ends", async () => {
    const session = await login();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        at(n % 2 === 0 ? server : other).post("/api/auth/refresh", { refreshToken: session.refreshToken }),
      ),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array(19).fill(401)]);
    const won = sessionSchema.parse(answers.find(({ status }) => status === 200)?.body);
    expect(await at(other).post("/api/auth/refresh", { refreshToken: won.refreshToken })).toMatchObject(
      refused,
    );
    for (const token of [session.accessToken, won.accessToken])
      expect(await at(other, token).get("/api/auth/me")).toMatchObject(refused);
  });

  test("by cookie says who it is too, and is ended alike", async () => {
    const cookie = await server.signIn(tenant);
    const client = apiClient(server.origin, { Cookie: cookie, Origin: origin });
    expect((await client.get("/api/auth/me")).body).toMatchObject({ user: { email: tenant.email } });
    expect((await client.post("/api/auth/logout")).status).toBe(204);
    expect(await client.get("/api/auth/me")).toMatchObject(refused);
  });
});

describe("an access token", () => {
  test("is refused beside a good cookie when it is bad, and is taken by pages", async () => {
    const cookie = await server.signIn(tenant);
    const { accessToken } = await login();
    const both = { Cookie: cookie, ...bearer(`${accessToken.slice(0, -4)}AAAA`) };
    expect(await apiClient(server.origin, both).get("/api/auth/me")).toMatchObject(refused);
    expect((await server.fetch("/dashboard/agents", { headers: bearer(accessToken) })).status).toBe(200);
  });

  test("sees nothing of another tenant", async () => {
    const theirs = await createRouteTenant(server.runtime, server.origin);
    const { accessToken } = await login(theirs);
    const client = at(server, accessToken);
    const path = (id: string) => `/api/agents/${id}`;
    const headers = { "X-Request-Id": "req-same-for-both" };
    const [foreign, absent] = [
      await client.get(path(agent.id), headers),
      await client.get(path(newId("agt")), headers),
    ];
    expect(foreign).toMatchObject({ status: 404, text: absent.text });
  });

  const changes: [string, (who: RouteTenant) => Promise<unknown>, (who: RouteTenant) => Promise<unknown>][] =
    [
      [
        "the person is disabled",
        (who) => database.owner`update users set disabled_at = now() where id = ${toUuid(who.adminId)}`,
        (who) => database.owner`update users set disabled_at = null where id = ${toUuid(who.adminId)}`,
      ],
      [
        "the tenant is suspended",
        (who) => database.owner`update tenants set status = 'suspended' where id = ${toUuid(who.tenantId)}`,
        (who) => database.owner`update tenants set status = 'active' where id = ${toUuid(who.tenantId)}`,
      ],
      [
        "the membership ends",
        (who) => database.owner`delete from memberships where id = ${toUuid(who.admin.membershipId)}`,
        async () => undefined,
      ],
    ];
  test.each(changes)("is refused on the other instance within a second when %s", async (_, change, undo) => {
    const who = await createRouteTenant(server.runtime, server.origin);
    const { accessToken } = await login(who);
    const statusOf = async () => (await at(other, accessToken).get("/api/auth/me")).status;
    expect(await statusOf()).toBe(200);
    await change(who);
    expect(await secondsUntil(statusOf, 401)).toBeLessThan(withinSeconds);
    await undo(who);
  });

  test("has the rights of the role that the person has now", async () => {
    const who = await createRouteTenant(server.runtime, server.origin);
    const { accessToken } = await login(who);
    const statusOf = async () => (await at(other, accessToken).get("/api/auth/api-keys")).status;
    expect(await statusOf()).toBe(200);
    await database.owner`update memberships set role = 'member' where id = ${toUuid(who.admin.membershipId)}`;
    expect(await secondsUntil(statusOf, 403)).toBeLessThan(withinSeconds);
  });

  test("verifies with the published keys, by whoever wants to", async () => {
    const { accessToken } = await login();
    const answer = await server.fetch("/.well-known/jwks.json");
    expect(answer.status).toBe(200);
    expect(answer.headers.get("Content-Type")).toContain("application/jwk-set+json");
    const keys = z
      .strictObject({
        keys: z.array(
          z.strictObject({
            kty: z.literal("OKP"),
            crv: z.literal("Ed25519"),
            x: z.string(),
            kid: z.string(),
            alg: z.literal("EdDSA"),
            use: z.literal("sig"),
          }),
        ),
      })
      .parse(await answer.json());
    const { payload } = await jwtVerify(accessToken, createLocalJWKSet(keys), {
      issuer: origin,
      audience: `${origin}/api`,
      typ: "at+jwt",
    });
    expect(payload.sub).toBe(tenant.adminId);
  });

  test("of a new key is taken by an instance that runs already; those of the old one hold on", async () => {
    const old = await login();
    const kid = await rotateAccessKey({ db: database.db, secrets: testSecrets });
    // Whichever instance hears of the rotation first signs with the new key; the other takes it at once.
    await expect
      .poll(async () => (await login()).accessToken.split(".")[0], { interval: 200, timeout: 15_000 })
      .toBe(headerOf(kid));
    const fresh = await login();
    for (const token of [old.accessToken, fresh.accessToken])
      expect((await at(other, token).get("/api/auth/me")).status).toBe(200);
  }, 20_000);
});

const headerOf = (kid: string | undefined) =>
  Buffer.from(JSON.stringify({ alg: "EdDSA", typ: "at+jwt", kid })).toString("base64url");

describe("an agent's token", () => {
  test("is traded for its key, acts as the agent with the key's rights, and no longer than asked", async () => {
    const { accessToken, expiresIn } = await trade(agent.key, { expiresInSeconds: 300 });
    expect(expiresIn).toBe(300);
    const client = at(other, accessToken);
    expect((await client.get("/api/auth/me")).body).toEqual({
      actor: { kind: "agent", id: agent.id, name: "Agent" },
      tenant: { id: tenant.tenantId, name: expect.any(String) },
      scopes: ["messages:read", "messages:send", "agents:read"],
    });
    const message = { recipientId: "operators", type: "status_update", payload: { status: "by token" } };
    expect((await client.post("/api/messaging/send", message)).status).toBe(201);
    expect((await client.get("/api/auth/api-keys")).status).toBe(403);
    expect((await trade(agent.key)).expiresIn).toBe(900);
    const [event] = await database.owner`
      select actor_id, resource_id, details from audit_events
      where action = 'auth.agent_token.issued' order by id limit 1
    `;
    expect(event).toEqual({
      actor_id: agent.id,
      resource_id: agent.keyId,
      details: { expiresInSeconds: 300 },
    });
  });

  test("is for agents' keys alone, and bounded", async () => {
    const { accessToken } = await trade(agent.key);
    const { accessToken: persons } = await login();
    for (const token of [accessToken, persons, (await serviceKey()).key])
      expect(await at(server, token).post("/api/auth/token", {})).toMatchObject({
        status: 403,
        body: { code: "forbidden" },
      });
    for (const expiresInSeconds of [299, 901, 1.5, "300"])
      expect(await at(server, agent.key).post("/api/auth/token", { expiresInSeconds })).toMatchObject({
        status: 400,
        body: { errors: [{ path: "expiresInSeconds" }] },
      });
    expect(await at(server, accessToken).post("/api/auth/logout")).toMatchObject({ status: 403 });
  });

  test("dies with its key, on the other instance within a second", async () => {
    const doomed = await tenant.addAgent("Doomed");
    const { accessToken } = await trade(doomed.key);
    const statusOf = async () => (await at(other, accessToken).get("/api/auth/me")).status;
    expect(await statusOf()).toBe(200);
    expect(
      (await tenant.client.post(`/api/auth/api-keys/${doomed.keyId}/revoke`, undefined, { Origin: origin }))
        .status,
    ).toBe(200);
    expect(await at(server, accessToken).get("/api/auth/me")).toMatchObject(refused);
    expect(await secondsUntil(statusOf, 401)).toBeLessThan(withinSeconds);
  });
});

describe("a service's key", () => {
  test("acts as itself: it reads as a person does, and has no mailbox to send from", async () => {
    const made = await serviceKey();
    const client = at(other, made.key);
    expect((await client.get("/api/auth/me")).body).toEqual({
      actor: { kind: "service", id: made.id, name: "Warehouse" },
      tenant: { id: tenant.tenantId, name: expect.any(String) },
      scopes: ["messages:read", "messages:send", "agents:read"],
    });
    expect((await client.get(`/api/messaging/inbox/${agent.id}`)).status).toBe(200);
    expect((await client.get("/api/messaging/messages")).status).toBe(200);
    expect((await client.get(`/api/messaging/inbox/${tenant.admin.membershipId}`)).status).toBe(404);
    const message = { recipientId: agent.id, type: "status_update", payload: { status: "x" } };
    for (const [path, body] of [
      ["/api/messaging/send", message],
      ["/api/messaging/batch", { messages: [message] }],
      ["/api/messaging/check", message],
    ] as const)
      expect(await client.post(path, body), path).toMatchObject({
        status: 403,
        body: { code: "forbidden", detail: expect.stringContaining("has no mailbox to send from") },
      });
    expect((await client.post(`/api/messaging/inbox/${agent.id}/claim`, {})).status).toBe(403);
  });

  test("is recorded as the service in what it does", async () => {
    const made = await serviceKey(["agents:read", "agents:write"]);
    const answer = await at(server, made.key).post("/api/agents", {
      name: "Made by a service",
      modelTier: "haiku",
    });
    expect(answer.status).toBe(201);
    const [event] = await database.owner`
      select actor_kind, actor_id, actor_name from audit_events
      where action = 'agent.created' and actor_kind = 'service'
    `;
    expect(event).toEqual({ actor_kind: "service", actor_id: made.id, actor_name: "Warehouse" });
  });

  test("is made and listed over the API, by kind and state, with who made it", async () => {
    const { accessToken } = await login();
    const client = at(server, accessToken);
    const made = await client.post("/api/auth/api-keys", { name: "Reports", agentId: null });
    expect(made).toMatchObject({
      status: 201,
      body: {
        agentId: null,
        agentName: null,
        scopes: ["messages:read", "agents:read"],
        key: expect.any(String),
      },
    });
    const list = async (query: string) => {
      const { body } = await client.get(`/api/auth/api-keys?${query}`);
      return z
        .array(z.object({ id: z.string(), agentId: z.string().nullable() }).loose())
        .parse(body.apiKeys);
    };
    expect((await list("kind=service"))[0]).toMatchObject({
      id: made.body.id,
      createdBy: { id: tenant.adminId, name: "Ada Admin" },
    });
    expect((await list("kind=service")).every(({ agentId }) => agentId === null)).toBe(true);
    expect((await list("kind=agent")).every(({ agentId }) => agentId !== null)).toBe(true);
    expect((await client.post(`/api/auth/api-keys/${made.body.id}/revoke`)).status).toBe(200);
    expect((await list("state=active")).map(({ id }) => id)).not.toContain(made.body.id);
    expect((await list("state=ended")).map(({ id }) => id)).toContain(made.body.id);
    expect((await client.get("/api/auth/api-keys?kind=robot")).status).toBe(400);
    expect((await client.post("/api/auth/api-keys", { name: "No owner" })).status).toBe(400);
    for (const expiresAt of ["0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2001-01-01T00:00:00Z", "soon"])
      expect(
        (await client.post("/api/auth/api-keys", { name: "k", agentId: null, expiresAt })).status,
      ).toBeLessThan(500);
  });
});

describe("a stream opened with a token", () => {
  const path = (id: string) => `/api/messaging/inbox/${id}/stream`;

  test("ends when the key behind it is revoked on the other instance", async () => {
    const watched = await tenant.addAgent("Watched");
    const { accessToken } = await trade(watched.key);
    const stream = await openEventStream(new URL(path(watched.id), other.origin), bearer(accessToken));
    await expect.poll(() => stream.events.length).toBe(1);
    await tenant.client.post(`/api/auth/api-keys/${watched.keyId}/revoke`, undefined, { Origin: origin });
    await expect.poll(() => stream.hasEnded, { timeout: 10_000 }).toBe(true);
    expect(stream.events.at(-1)).toMatchObject({ event: "bye", data: expect.stringContaining("credential") });
  }, 15_000);

  test("ends when its session ends, wherever that is done", async () => {
    const { accessToken } = await login();
    const stream = await openEventStream(new URL(path(agent.id), other.origin), bearer(accessToken));
    expect(stream.status).toBe(200);
    await expect.poll(() => stream.events.length).toBe(1);
    expect((await at(server, accessToken).post("/api/auth/logout")).status).toBe(204);
    await expect.poll(() => stream.hasEnded, { timeout: 10_000 }).toBe(true);
    expect(stream.events.at(-1)).toMatchObject({ event: "bye", data: expect.stringContaining("credential") });
  }, 15_000);
});

test("no token, refresh token or key of all this is in the database or the logs", async () => {
  const session = await login();
  const renewed = sessionSchema.parse(
    (await at(other).post("/api/auth/refresh", { refreshToken: session.refreshToken })).body,
  );
  await at(other).post("/api/auth/refresh", { refreshToken: session.refreshToken });
  const { accessToken } = await trade(agent.key);
  const service = await serviceKey();
  for (const token of [renewed.accessToken, accessToken, service.key])
    await at(other, token).get("/api/auth/me");
  const secrets = [session, renewed].flatMap((one) => [one.accessToken, one.refreshToken]);
  secrets.push(accessToken, service.key, agent.key, tenant.password);

  const tables = await database.owner<{ name: string }[]>`
    select format('%I.%I', schemaname, tablename) as name from pg_tables
    where schemaname in ('public', 'graphile_worker') and tablename <> 'migrations'
  `;
  for (const { name } of tables) {
    for (const secret of secrets) {
      const [row] = await database.owner.unsafe(
        `select count(*)::int as n from ${name} t where position($1 in t::text) > 0`,
        [secret],
      );
      expect(row?.n, name).toBe(0);
    }
  }
  expect(logged).toContain("/api/auth/refresh");
  for (const secret of secrets) {
    expect(logged.includes(secret)).toBe(false);
    // Nor the part of a token that makes it one.
    expect(logged.includes(secret.split(".").at(-1) ?? secret)).toBe(false);
  }
});
