import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { UserActor } from "#app/domain/auth/actor.ts";
import { createApiKey } from "#app/domain/auth/create-api-key.server.ts";
import { type Credentials, createCredentials } from "#app/domain/auth/credentials.server.ts";
import { listApiKeys } from "#app/domain/auth/list-api-keys.server.ts";
import { recheckCredentials } from "#app/domain/auth/recheck-credentials.server.ts";
import { revokeApiKey } from "#app/domain/auth/revoke-api-key.server.ts";
import { digestSecret, generateApiKey } from "#app/domain/auth/secrets.server.ts";
import type { AgentView } from "#app/domain/messaging/agent-schema.ts";
import { createAgent } from "#app/domain/messaging/create-agent.server.ts";
import type { Database } from "#db/database.ts";
import { newId, toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { aRequest, createTenantFixture, silentLog, type TenantFixture } from "#tests/setup/tenant-fixture.ts";

let database: TestDatabase;
let tenant: TenantFixture;
let other: TenantFixture;
let agent: AgentView;
let clock: { nowMs: number };
let credentials: Credentials;

const newAgent = (actor: UserActor, name = "Planner") =>
  createAgent(database.db, actor, { name, modelTier: "haiku", thinkingMode: "off" }, aRequest);
const newKey = (overrides = {}) =>
  createApiKey(database.db, tenant.admin, { name: "laptop", agentId: agent.id, ...overrides }, aRequest);
const list = (query = {}) => listApiKeys(database.db, tenant.admin, { limit: 100, ...query });

beforeAll(async () => {
  database = await createTestDatabase();
  tenant = await createTenantFixture(database.db);
  other = await createTenantFixture(database.db);
  agent = await newAgent(tenant.admin);
});
const opened: Credentials[] = [];

/** Credentials of another process, as it were. */
function openCredentials(db: Database = database.db): Credentials {
  const made = createCredentials({ db, log: silentLog, nowMs: () => clock.nowMs });
  opened.push(made);
  return made;
}

beforeEach(() => {
  clock = { nowMs: 0 };
  credentials = openCredentials();
});
afterEach(async () => {
  for (const made of opened.splice(0)) await made.close();
});
afterAll(() => database.drop());

describe("an API key", () => {
  test("resolves to its agent with its scopes, and is stored as a digest only", async () => {
    const created = await newKey();
    expect(created).toMatchObject({ agentId: agent.id, agentName: "Planner", revokedAt: null });
    expect(await credentials.resolveApiKey(created.key)).toEqual({
      kind: "agent",
      id: agent.id,
      tenantId: tenant.tenantId,
      name: "Planner",
      scopes: new Set(["messages:read", "messages:send", "agents:read"]),
      credential: { kind: "key", id: created.id },
    });
    const [row] = await database.owner`
      select k.key_hash, k::text as everything from api_keys k where id = ${toUuid(created.id)}
    `;
    expect(row?.key_hash).toEqual(digestSecret(created.key));
    expect(row?.everything).not.toContain(created.key);
    const [event] = await database.owner`
      select e::text as everything, details from audit_events e where resource_id = ${created.id}
    `;
    expect(event?.details).toMatchObject({ prefix: created.prefix, agentId: agent.id });
    expect(event?.everything).not.toContain(created.key);
  });

  test("gets no right that its maker lacks", async () => {
    const member: UserActor = {
      ...tenant.admin,
      role: "member",
      scopes: new Set(["messages:read", "keys:write"]),
    };
    const make = (scopes?: ["messages:read" | "agents:write"]) =>
      createApiKey(database.db, member, { name: "k", agentId: agent.id, scopes }, aRequest);
    await expect(make()).rejects.toMatchObject({ code: "forbidden" });
    await expect(make(["agents:write"])).rejects.toMatchObject({ code: "forbidden" });
    expect((await make(["messages:read"])).scopes).toEqual(["messages:read"]);
  });

  test("cannot be made for another tenant's agent, or none, or to end in the past", async () => {
    const foreign = await newAgent(other.admin);
    const failures = await Promise.allSettled([
      newKey({ agentId: foreign.id }),
      newKey({ agentId: newId("agt") }),
    ]);
    const errors = failures.map((f) =>
      f.status === "rejected" ? { code: f.reason.code, message: f.reason.message } : f,
    );
    expect(errors[0]).toEqual({ code: "not_found", message: "There is no such agent." });
    expect(errors[1]).toEqual(errors[0]);
    await expect(newKey({ expiresAt: "2001-01-01T00:00:00Z" })).rejects.toMatchObject({
      code: "invalid_input",
      errors: [{ path: "expiresAt" }],
    });
  });

  test("works no more once it is revoked: here at once, in other processes within a second", async () => {
    const { id, key } = await newKey();
    const elsewhere = openCredentials();
    expect(await credentials.resolveApiKey(key)).toBeDefined();
    expect(await elsewhere.resolveApiKey(key)).toBeDefined();
    const revoked = await revokeApiKey({ db: database.db, credentials }, tenant.admin, id, aRequest);
    expect(revoked.revokedAt).not.toBeNull();
    expect(await credentials.resolveApiKey(key)).toBeUndefined();
    clock.nowMs = 1_000;
    expect(await elsewhere.resolveApiKey(key)).toBeUndefined();
  });

  test("is revoked once: again changes and records nothing; another tenant's is not found", async () => {
    const { id, key } = await newKey();
    const asAdmin = () => revokeApiKey({ db: database.db, credentials }, tenant.admin, id, aRequest);
    await expect(
      revokeApiKey({ db: database.db, credentials }, other.admin, id, aRequest),
    ).rejects.toMatchObject({ code: "not_found" });
    expect(await credentials.resolveApiKey(key)).toBeDefined();
    const first = await asAdmin();
    expect(await asAdmin()).toEqual(first);
    const events = await database.owner`
      select 1 from audit_events where action = 'api_key.revoked' and resource_id = ${id}
    `;
    expect(events).toHaveLength(1);
  });

  test("that has expired, or whose tenant is suspended, resolves to nobody", async () => {
    const { id, key } = await newKey({ expiresAt: "2999-01-01T00:00:00+02:00" });
    expect(await credentials.resolveApiKey(key)).toBeDefined();
    clock.nowMs += 1_000;
    await database.owner`update tenants set status = 'suspended' where id = ${toUuid(tenant.tenantId)}`;
    expect(await credentials.resolveApiKey(key)).toBeUndefined();
    await database.owner`update tenants set status = 'active' where id = ${toUuid(tenant.tenantId)}`;
    await database.owner`update api_keys set expires_at = now() where id = ${toUuid(id)}`;
    expect(await credentials.resolveApiKey(key)).toBeUndefined();
  });

  test("that is malformed costs no query; a well-formed unknown one costs one", async () => {
    const key = generateApiKey();
    const dead = openCredentials({
      ...database.db,
      withSql: () => Promise.reject(new Error("asked the database")),
    });
    expect(await dead.resolveApiKey(`${key.slice(0, -1)}!`)).toBeUndefined();
    expect(await dead.resolveApiKey("")).toBeUndefined();
    await expect(dead.resolveApiKey(key)).rejects.toThrow("asked the database");
    expect(await credentials.resolveApiKey(key)).toBeUndefined();
  });

  test("asked for by many at once is looked up in few queries, each getting its own agent", async () => {
    const made = await Promise.all(Array.from({ length: 20 }, () => newKey()));
    let queries = 0;
    const counted = openCredentials({
      ...database.db,
      withSql: (work, options) => {
        queries += 1;
        return database.db.withSql(work, options);
      },
    });
    const actors = await Promise.all([...made, ...made].map(({ key }) => counted.resolveApiKey(key)));
    expect(actors.map((actor) => actor?.credential.id)).toEqual([...made, ...made].map(({ id }) => id));
    expect(queries).toBe(2);
  });

  test("notes its last use, at most once a minute", async () => {
    const { id, key } = await newKey();
    const lastUse = async () => {
      const [row] = await database.owner`select last_used_at from api_keys where id = ${toUuid(id)}`;
      return row?.last_used_at;
    };
    await credentials.resolveApiKey(key);
    expect(await lastUse()).toBeNull();
    await credentials.flush();
    const noted = await lastUse();
    expect(noted).toBeInstanceOf(Date);
    clock.nowMs += 1_000;
    await credentials.resolveApiKey(key);
    await credentials.flush();
    expect(await lastUse()).toEqual(noted);
    await database.owner`update api_keys set last_used_at = now() - interval '2 minutes' where id = ${toUuid(id)}`;
    clock.nowMs += 1_000;
    await credentials.resolveApiKey(key);
    await credentials.close();
    expect((await lastUse()).getTime()).toBeGreaterThanOrEqual(noted.getTime());
  });

  test("rechecked with others gives what it may do while it holds, and nothing after", async () => {
    const made = await Promise.all([newKey(), newKey(), newKey()]);
    const refs = made.map(({ id }) => ({ kind: "key" as const, id, tenantId: tenant.tenantId }));
    const [, revoked, expired] = refs;
    if (revoked === undefined || expired === undefined) throw new Error("no keys");
    await database.owner`update api_keys set revoked_at = now() where id = ${toUuid(revoked.id)}`;
    await database.owner`update api_keys set expires_at = now() where id = ${toUuid(expired.id)}`;
    const elsewhere = { kind: "key" as const, id: refs[0]?.id ?? newId("key"), tenantId: other.tenantId };
    const scopes = new Set(["messages:read", "messages:send", "agents:read"]);
    expect(await recheckCredentials(database.db, [...refs, elsewhere])).toEqual([
      scopes,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe("the list of keys", () => {
  test("has the tenant's own, newest first, by agent and in pages, never the key", async () => {
    const second = await newAgent(tenant.admin, "Second");
    const made = [];
    for (let i = 0; i < 5; i += 1) made.push(await newKey({ agentId: second.id, name: `key ${i}` }));
    const firstPage = await list({ agentId: second.id, limit: 3 });
    expect(firstPage.apiKeys.map(({ name }) => name)).toEqual(["key 4", "key 3", "key 2"]);
    const { nextCursor } = firstPage.pagination;
    const lastPage = await list({ agentId: second.id, limit: 3, cursor: nextCursor });
    expect(lastPage.apiKeys.map(({ name }) => name)).toEqual(["key 1", "key 0"]);
    expect(lastPage.pagination.nextCursor).toBeNull();
    expect(JSON.stringify(firstPage)).not.toContain(made[4]?.key);
    expect((await listApiKeys(database.db, other.admin, { limit: 100 })).apiKeys).toEqual([]);
  });
});
