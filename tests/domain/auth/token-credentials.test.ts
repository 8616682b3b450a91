import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { TokenClaims } from "#app/domain/auth/access-tokens.server.ts";
import { createApiKey } from "#app/domain/auth/create-api-key.server.ts";
import { type Credentials, createCredentials } from "#app/domain/auth/credentials.server.ts";
import { revokeApiKey } from "#app/domain/auth/revoke-api-key.server.ts";
import { scopesOfRole } from "#app/domain/auth/scopes.ts";
import { startApiSession } from "#app/domain/auth/start-api-session.server.ts";
import { createAgent } from "#app/domain/messaging/create-agent.server.ts";
import { newId, toUuid } from "#db/ids.ts";
import { createTestTokens, type TestTokens } from "#tests/setup/access-tokens.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { aRequest, createTenantFixture, silentLog, type TenantFixture } from "#tests/setup/tenant-fixture.ts";

let database: TestDatabase;
let process: TestTokens;
let tenant: TenantFixture;
let clock: { nowMs: number };
let credentials: Credentials;

beforeAll(async () => {
  database = await createTestDatabase();
  process = createTestTokens(database.db);
});
beforeEach(async () => {
  clock = { nowMs: 0 };
  credentials = createCredentials({ db: database.db, log: silentLog, nowMs: () => clock.nowMs });
  tenant = await createTenantFixture(database.db);
});
afterEach(() => credentials.close());
afterAll(() => database.drop());

async function sessionClaims(): Promise<TokenClaims & { kind: "session" }> {
  const { accessToken } = await startApiSession(
    { db: database.db, tokens: process.tokens },
    { userId: tenant.adminId, tenantId: tenant.tenantId, userAgent: null, request: aRequest },
  );
  const claims = await process.tokens.verify(accessToken);
  if (claims?.kind !== "session") throw new Error("no session's token");
  return claims;
}

async function keyClaims(): Promise<TokenClaims & { kind: "key" }> {
  const { db } = database;
  const agent = await createAgent(
    db,
    tenant.admin,
    { name: "Planner", modelTier: "haiku", thinkingMode: "off" },
    aRequest,
  );
  const { id } = await createApiKey(db, tenant.admin, { name: "laptop", agentId: agent.id }, aRequest);
  return { kind: "key", tenantId: tenant.tenantId, agentId: agent.id, keyId: id, expiresAtMs: 7 };
}

describe("a session's token", () => {
  test("is the person, with the token's end", async () => {
    const claims = await sessionClaims();
    expect(await credentials.resolveClaims(claims)).toEqual({
      ...tenant.admin,
      credential: { kind: "session", id: claims.sessionId, tokenExpiresAtMs: claims.expiresAtMs },
    });
  });

  test("is nobody for another person, another tenant, no session, and a browser's session", async () => {
    const claims = await sessionClaims();
    const foreign = await createTenantFixture(database.db);
    for (const wrong of [
      { userId: foreign.adminId },
      { tenantId: foreign.tenantId },
      { sessionId: newId("ses") },
      { sessionId: tenant.admin.credential.id },
    ])
      expect(await credentials.resolveClaims({ ...claims, ...wrong })).toBeUndefined();
  });

  test("follows session, role, person and tenant at once, without being told", async () => {
    const claims = await sessionClaims();
    const { owner } = database;
    const now = () => credentials.resolveClaims(claims);
    await owner`update memberships set role = 'member' where id = ${toUuid(tenant.admin.membershipId)}`;
    expect(await now()).toMatchObject({ role: "member", scopes: new Set(scopesOfRole.member) });
    await owner`update users set disabled_at = now() where id = ${toUuid(tenant.adminId)}`;
    expect(await now()).toBeUndefined();
    await owner`update users set disabled_at = null where id = ${toUuid(tenant.adminId)}`;
    await owner`update tenants set status = 'suspended' where id = ${toUuid(tenant.tenantId)}`;
    expect(await now()).toBeUndefined();
    await owner`update tenants set status = 'active' where id = ${toUuid(tenant.tenantId)}`;
    expect(await now()).toBeDefined();
    await owner`update sessions set revoked_at = now() where id = ${toUuid(claims.sessionId)}`;
    expect(await now()).toBeUndefined();
  });

  test("notes its session's use, which does not lengthen it: only refreshing does", async () => {
    const claims = await sessionClaims();
    const id = toUuid(claims.sessionId);
    const read = async () =>
      (await database.owner`select expires_at, last_used_at from sessions where id = ${id}`)[0];
    await database.owner`update sessions set last_used_at = now() - interval '1 hour' where id = ${id}`;
    const before = await read();
    await credentials.resolveClaims(claims);
    await credentials.flush();
    const after = await read();
    expect(after?.last_used_at.getTime()).toBeGreaterThan(before?.last_used_at.getTime());
    expect(after?.expires_at).toEqual(before?.expires_at);
  });
});

describe("an agent's token", () => {
  test("is the agent with the key's rights, and the key's use is noted", async () => {
    const claims = await keyClaims();
    expect(await credentials.resolveClaims(claims)).toEqual({
      kind: "agent",
      id: claims.agentId,
      tenantId: tenant.tenantId,
      name: "Planner",
      scopes: new Set(["messages:read", "messages:send", "agents:read"]),
      credential: { kind: "key", id: claims.keyId, tokenExpiresAtMs: 7 },
    });
    await credentials.flush();
    const [row] = await database.owner`select last_used_at from api_keys where id = ${toUuid(claims.keyId)}`;
    expect(row?.last_used_at).not.toBeNull();
  });

  test("is nobody for another agent or tenant, or once the key is revoked: here at once, elsewhere within a second", async () => {
    const claims = await keyClaims();
    const elsewhere = createCredentials({ db: database.db, log: silentLog, nowMs: () => clock.nowMs });
    expect(await elsewhere.resolveClaims(claims)).toBeDefined();
    expect(await credentials.resolveClaims(claims)).toBeDefined();
    const foreign = await createTenantFixture(database.db);
    for (const wrong of [{ agentId: newId("agt") }, { tenantId: foreign.tenantId }, { keyId: newId("key") }])
      expect(await credentials.resolveClaims({ ...claims, ...wrong })).toBeUndefined();
    await revokeApiKey({ db: database.db, credentials }, tenant.admin, claims.keyId, aRequest);
    expect(await credentials.resolveClaims(claims)).toBeUndefined();
    clock.nowMs = 1_000;
    expect(await elsewhere.resolveClaims(claims)).toBeUndefined();
    await elsewhere.close();
  });
});

test("a service's key is itself, and no agent's token stands for it", async () => {
  const made = await createApiKey(database.db, tenant.admin, { name: "Warehouse", agentId: null }, aRequest);
  expect(await credentials.resolveApiKey(made.key)).toEqual({
    kind: "service",
    id: made.id,
    tenantId: tenant.tenantId,
    name: "Warehouse",
    scopes: new Set(["messages:read", "agents:read"]),
    credential: { kind: "key", id: made.id },
  });
  const claims = { kind: "key", tenantId: tenant.tenantId, keyId: made.id, expiresAtMs: 7 } as const;
  expect(await credentials.resolveClaims({ ...claims, agentId: newId("agt") })).toBeUndefined();
});
