import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ApiSession } from "#app/domain/auth/api-session-schema.ts";
import { endSessions } from "#app/domain/auth/end-sessions.server.ts";
import { refreshApiSession } from "#app/domain/auth/refresh-api-session.server.ts";
import { digestSecret, generateRefreshToken } from "#app/domain/auth/secrets.server.ts";
import { startApiSession } from "#app/domain/auth/start-api-session.server.ts";
import { toUuid } from "#db/ids.ts";
import { createTestTokens, type TestTokens } from "#tests/setup/access-tokens.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { aRequest, createTenantFixture, type TenantFixture } from "#tests/setup/tenant-fixture.ts";

let database: TestDatabase;
let process: TestTokens;
let tenant: TenantFixture;

beforeAll(async () => {
  database = await createTestDatabase();
  process = createTestTokens(database.db);
});
beforeEach(async () => {
  tenant = await createTenantFixture(database.db);
});
afterAll(() => database.drop());

const service = () => ({ db: database.db, tokens: process.tokens });
const start = () =>
  startApiSession(service(), {
    userId: tenant.adminId,
    tenantId: tenant.tenantId,
    userAgent: "a program",
    request: aRequest,
  });
const refresh = (refreshToken: string) => refreshApiSession(service(), { refreshToken, request: aRequest });
const refused = { code: "unauthenticated" };

async function sessionOf({ accessToken }: ApiSession) {
  const claims = await process.tokens.verify(accessToken);
  if (claims?.kind !== "session") throw new Error("The access token is not a session's");
  const [row] = await database.owner`select * from sessions where id = ${toUuid(claims.sessionId)}`;
  return { id: claims.sessionId, row };
}

const eventsOf = (sessionId: string) => database.owner<{ action: string; details: object }[]>`
  select action, details from audit_events where resource_id = ${sessionId} order by id
`;

describe("a sign-in over the API", () => {
  test("gives who it is, an access token of 15 minutes and a refresh token of 30 days", async () => {
    const begun = await start();
    expect(begun).toEqual({
      user: {
        id: tenant.adminId,
        name: "Ada Admin",
        email: tenant.email,
        emailVerified: true,
        role: "tenant_admin",
        platformAdmin: false,
      },
      tenant: { id: tenant.tenantId, name: expect.any(String) },
      accessToken: expect.any(String),
      refreshToken: expect.stringMatching(/^sbr_/),
      expiresIn: 900,
    });
    const { id, row } = await sessionOf(begun);
    expect(row).toMatchObject({ kind: "api", token_hash: null, user_agent: "a program", revoked_at: null });
    const [token] = await database.owner`
      select expires_at - created_at = interval '30 days' as holds_30_days from refresh_tokens
      where session_id = ${toUuid(id)}
    `;
    expect(token).toEqual({ holds_30_days: true });
    expect(await eventsOf(id)).toEqual([
      {
        action: "auth.login.succeeded",
        details: { method: "password", role: "tenant_admin", client: "api" },
      },
    ]);
  });

  test("keeps neither of its tokens in the clear", async () => {
    const begun = await start();
    const renewed = await refresh(begun.refreshToken);
    const { id } = await sessionOf(begun);
    const [stored] = await database.owner`
      select s::text || (select string_agg(r::text, ' ') from refresh_tokens r where r.session_id = s.id)
        || (select string_agg(e::text, ' ') from audit_events e where e.resource_id = ${id})
        || (select string_agg(k::text, ' ') from signing_keys k) as everything,
        (select array_agg(r.token_hash) from refresh_tokens r where r.session_id = s.id) as digests
      from sessions s where id = ${toUuid(id)}
    `;
    for (const secret of [begun, renewed].flatMap((one) => [one.accessToken, one.refreshToken])) {
      expect(stored?.everything).not.toContain(secret);
      expect(stored?.everything).not.toContain(secret.split(".").at(-1));
    }
    expect(stored?.digests).toContainEqual(digestSecret(renewed.refreshToken));
  });

  test("begins for nobody who may not come in", async () => {
    await database.owner`update users set disabled_at = now() where id = ${toUuid(tenant.adminId)}`;
    await expect(start()).rejects.toMatchObject({ code: "invalid_credentials" });
    const foreign = await createTenantFixture(database.db);
    const elsewhere = startApiSession(service(), {
      userId: foreign.adminId,
      tenantId: tenant.tenantId,
      userAgent: null,
      request: aRequest,
    });
    await expect(elsewhere).rejects.toMatchObject({ code: "invalid_credentials" });
  });
});

describe("a refresh token", () => {
  test("gives the next one and an access token of the same session, time after time", async () => {
    let current = await start();
    const { id } = await sessionOf(current);
    for (let n = 0; n < 3; n += 1) {
      const next = await refresh(current.refreshToken);
      expect(next).toMatchObject({ user: current.user, tenant: current.tenant, expiresIn: 900 });
      expect(next.refreshToken).not.toBe(current.refreshToken);
      expect((await sessionOf(next)).id).toBe(id);
      current = next;
    }
    const actions = (await eventsOf(id)).map(({ action }) => action);
    expect(actions).toEqual(["auth.login.succeeded", ...Array(3).fill("auth.token.refreshed")]);
  });

  test("that was used ends the session when it comes again, and the newest of it works no more", async () => {
    const begun = await start();
    const renewed = await refresh(begun.refreshToken);
    await expect(refresh(begun.refreshToken)).rejects.toMatchObject(refused);
    await expect(refresh(renewed.refreshToken)).rejects.toMatchObject(refused);
    const { id, row } = await sessionOf(begun);
    expect(row?.revoked_at).not.toBeNull();
    expect((await eventsOf(id)).slice(2)).toEqual([
      { action: "auth.refresh.reused", details: { userId: tenant.adminId } },
      { action: "auth.session.revoked", details: { reason: "refresh_reused", userId: tenant.adminId } },
    ]);
  });

  test("used 20 times at once works once, and its family is revoked", async () => {
    const begun = await start();
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => refresh(begun.refreshToken)));
    const won = outcomes.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    expect(won).toHaveLength(1);
    for (const one of outcomes) if (one.status === "rejected") expect(one.reason).toMatchObject(refused);
    const { id, row } = await sessionOf(begun);
    expect(row?.revoked_at).not.toBeNull();
    await expect(refresh(won[0]?.refreshToken ?? "")).rejects.toMatchObject(refused);
    const actions = (await eventsOf(id)).map(({ action }) => action);
    expect(actions).toEqual([
      "auth.login.succeeded",
      "auth.token.refreshed",
      "auth.refresh.reused",
      "auth.session.revoked",
    ]);
  });

  test("of other sessions is not touched by that", async () => {
    const [reused, other] = [await start(), await start()];
    await refresh(reused.refreshToken);
    await expect(refresh(reused.refreshToken)).rejects.toMatchObject(refused);
    await expect(refresh(other.refreshToken)).resolves.toBeDefined();
  });

  test("holds no longer than its time, and lengthens its session's, but never past the session's last day", async () => {
    const begun = await start();
    const { id } = await sessionOf(begun);
    const uuid = toUuid(id);
    await database.owner`update sessions set created_at = now() - interval '80 days' where id = ${uuid}`;
    const renewed = await refresh(begun.refreshToken);
    const [session] = await database.owner`
      select s.expires_at = s.created_at + interval '90 days' as is_capped,
        (select expires_at from refresh_tokens r where r.session_id = s.id and used_at is null) = s.expires_at as is_same
      from sessions s where id = ${uuid}
    `;
    expect(session).toEqual({ is_capped: true, is_same: true });
    await database.owner`update refresh_tokens set expires_at = now() where session_id = ${uuid}`;
    await expect(refresh(renewed.refreshToken)).rejects.toMatchObject(refused);
    // It was late, not stolen.
    expect((await sessionOf(begun)).row?.revoked_at).toBeNull();
  });

  test("is worth nothing once its session was ended, or while its person or tenant is out", async () => {
    const begun = await start();
    const userId = tenant.adminId;
    await database.owner`update users set disabled_at = now() where id = ${toUuid(userId)}`;
    await expect(refresh(begun.refreshToken)).rejects.toMatchObject(refused);
    await database.owner`update users set disabled_at = null where id = ${toUuid(userId)}`;
    await database.owner`update tenants set status = 'suspended' where id = ${toUuid(tenant.tenantId)}`;
    await expect(refresh(begun.refreshToken)).rejects.toMatchObject({ code: "tenant_suspended" });
    await database.owner`update tenants set status = 'active' where id = ${toUuid(tenant.tenantId)}`;
    const renewed = await refresh(begun.refreshToken);
    const end = {
      userId,
      tenantId: undefined,
      reason: "revoked",
      actor: tenant.admin,
      request: aRequest,
    } as const;
    await database.db.asSystem((tx) => endSessions(tx, end));
    await expect(refresh(renewed.refreshToken)).rejects.toMatchObject(refused);
  });

  test("that is malformed costs no query; an unknown one is refused alike", async () => {
    const token = generateRefreshToken();
    const dead = { ...service(), db: { ...database.db, asSystem: () => Promise.reject(new Error("asked")) } };
    const tryDead = (refreshToken: string) => refreshApiSession(dead, { refreshToken, request: aRequest });
    for (const text of ["", "x", token.slice(1), `${token.slice(0, -1)}!`, `${token} `])
      await expect(tryDead(text)).rejects.toMatchObject(refused);
    await expect(tryDead(token)).rejects.toThrow("asked");
    await expect(refresh(token)).rejects.toMatchObject(refused);
  });
});
