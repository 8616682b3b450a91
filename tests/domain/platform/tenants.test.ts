import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createApiKey } from "#app/domain/auth/create-api-key.server.ts";
import { type Credentials, createCredentials } from "#app/domain/auth/credentials.server.ts";
import { recheckCredentials } from "#app/domain/auth/recheck-credentials.server.ts";
import { createAgent } from "#app/domain/messaging/create-agent.server.ts";
import { changePlan } from "#app/domain/platform/change-plan.server.ts";
import { listTenants } from "#app/domain/platform/list-tenants.server.ts";
import { readTenantDetail } from "#app/domain/platform/read-tenant-detail.server.ts";
import { resumeTenant } from "#app/domain/platform/resume-tenant.server.ts";
import { type TenantListQuery, tenantListSchema } from "#app/domain/platform/schema.ts";
import { suspendTenant } from "#app/domain/platform/suspend-tenant.server.ts";
import { newId, SYSTEM_TENANT_ID, type TenantId, toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { createPlatformAdminFixture, type PlatformAdminFixture } from "#tests/setup/platform-admin.ts";
import { aRequest, createTenantFixture, silentLog, type TenantFixture } from "#tests/setup/tenant-fixture.ts";

let database: TestDatabase;
let credentials: Credentials;
let platform: PlatformAdminFixture;
let tenant: TenantFixture;

beforeAll(async () => {
  database = await createTestDatabase();
  credentials = createCredentials({ db: database.db, log: silentLog, keyTtlMs: 0 });
  platform = await createPlatformAdminFixture(database.db, credentials);
  tenant = await createTenantFixture(database.db, credentials);
});
afterAll(async () => {
  await credentials.close();
  await database.drop();
});

const list = (query: Partial<TenantListQuery> = {}) =>
  listTenants(database.db, platform.actor, { ...tenantListSchema.parse({}), ...query });

const suspend = (tenantId: TenantId, reason = "Unpaid since March") =>
  suspendTenant(database.db, platform.actor, { tenantId, reason }, aRequest);
const resume = (tenantId: TenantId) => resumeTenant(database.db, platform.actor, tenantId, aRequest);

const eventsOf = (action: string, tenantId: TenantId) =>
  database.owner`
    select tenant_id, actor_kind, actor_id, actor_name, resource_id, details from audit_events
    where action = ${action} and resource_id = ${tenantId} order by tenant_id`;

async function addAgentKey({ admin }: TenantFixture) {
  const { db } = database;
  const agent = await createAgent(
    db,
    admin,
    { name: "Scout", modelTier: "haiku", thinkingMode: "off" },
    aRequest,
  );
  return createApiKey(db, admin, { name: "scout", agentId: agent.id }, aRequest);
}

describe("the list of tenants", () => {
  test("has each with its people, agents and messages of a day, the service's own last", async () => {
    await addAgentKey(tenant);
    await database.owner`
      insert into traffic_rollups (tenant_id, grain, at, type, sent) values
        (${toUuid(tenant.tenantId)}, 'hour', date_trunc('hour', now()), 'escalation', 3),
        (${toUuid(tenant.tenantId)}, 'hour', date_trunc('hour', now() - interval '2 hours'), 'status_update', 4),
        (${toUuid(tenant.tenantId)}, 'hour', date_trunc('hour', now() - interval '30 hours'), 'status_update', 100),
        (${toUuid(tenant.tenantId)}, 'day', date_trunc('day', now() - interval '2 days'), 'status_update', 100)`;
    const { tenants, total, totalIsExact } = await list();
    expect(tenants.find(({ id }) => id === tenant.tenantId)).toMatchObject({
      slug: expect.stringMatching(/^tenant-/),
      status: "active",
      plan: "starter",
      isSystem: false,
      members: 1,
      agents: 1,
      messages24h: 7,
    });
    expect(tenants.at(-1)).toMatchObject({ id: SYSTEM_TENANT_ID, isSystem: true });
    expect({ total, totalIsExact }).toEqual({ total: tenants.length, totalIsExact: true });
  });

  test("goes on from a cursor, in the same order, with nothing twice or left out", async () => {
    for (let n = 0; n < 5; n += 1) await createTenantFixture(database.db, credentials);
    const whole = (await list()).tenants.map(({ id }) => id);
    const walked: string[] = [];
    for (let cursor: TenantId | undefined; ; ) {
      const page = await list({ limit: 2, cursor });
      walked.push(...page.tenants.map(({ id }) => id));
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    expect(walked).toEqual(whole);
    expect(whole).toEqual([...whole].sort().reverse());
  });

  test("is searched by words of name and slug, or by id, and filtered by status and plan", async () => {
    const other = await createTenantFixture(database.db, credentials);
    await database.owner`
      update tenants set name = 'Müller & 100% Söhne_' where id = ${toUuid(other.tenantId)}`;
    const idsOf = async (query: Partial<TenantListQuery>) => (await list(query)).tenants.map(({ id }) => id);
    for (const search of ["müller", "SÖHNE mül", "100%", "söhne_", other.tenantId])
      expect(await idsOf({ search }), search).toEqual([other.tenantId]);
    expect(await idsOf({ search: "müller nobody" })).toEqual([]);
    expect(await idsOf({ search: "_%" })).toEqual([]);
    await changePlan(database.db, platform.actor, { tenantId: other.tenantId, plan: "growth" }, aRequest);
    expect(await idsOf({ plan: "growth" })).toEqual([other.tenantId]);
    expect(await idsOf({ status: "suspended" })).toEqual([]);
    await suspend(other.tenantId);
    expect(await idsOf({ status: "suspended" })).toEqual([other.tenantId]);
    expect(await idsOf({ status: "active" })).not.toContain(other.tenantId);
  });
});

test("a tenant's page has its facts, and whom to write to", async () => {
  const other = await createTenantFixture(database.db, credentials);
  await addAgentKey(other);
  expect(await readTenantDetail(database.db, platform.actor, other.tenantId)).toMatchObject({
    id: other.tenantId,
    suspendedAt: null,
    suspendedReason: null,
    retentionDays: 90,
    activeKeys: 1,
    openSessions: 1,
    lastSignInAt: expect.any(String),
    messages7d: 0,
    admins: [{ name: "Ada Admin", email: other.email }],
  });
  await expect(readTenantDetail(database.db, platform.actor, newId("ten"))).rejects.toMatchObject({
    code: "not_found",
  });
});

describe("suspending a tenant", () => {
  test("ends its sessions, refuses its keys and what holds its streams, and is recorded in both places", async () => {
    const other = await createTenantFixture(database.db, credentials);
    const { key, id: keyId } = await addAgentKey(other);
    const refs = [
      { tenantId: other.tenantId, kind: "key" as const, id: keyId },
      { tenantId: other.tenantId, kind: "session" as const, id: other.admin.credential.id },
    ];
    expect(await credentials.resolveApiKey(key)).toBeDefined();
    expect(await recheckCredentials(database.db, refs)).not.toContain(undefined);

    await suspend(other.tenantId, "Unpaid since March");
    expect(await credentials.resolveApiKey(key)).toBeUndefined();
    expect(await credentials.resolveSession(other.token)).toBeUndefined();
    expect(await recheckCredentials(database.db, refs)).toEqual([undefined, undefined]);
    expect(await readTenantDetail(database.db, platform.actor, other.tenantId)).toMatchObject({
      status: "suspended",
      suspendedAt: expect.any(String),
      suspendedReason: "Unpaid since March",
      openSessions: 0,
    });
    const event = {
      actor_kind: "user",
      actor_id: platform.actor.id,
      actor_name: "Petra Platform",
      resource_id: other.tenantId,
      details: { reason: "Unpaid since March", sessionsEnded: 1 },
    };
    expect(await eventsOf("tenant.suspended", other.tenantId)).toEqual([
      { ...event, tenant_id: toUuid(SYSTEM_TENANT_ID) },
      { ...event, tenant_id: toUuid(other.tenantId) },
    ]);
    // The others notice nothing.
    expect(await credentials.resolveSession(tenant.token)).toBeDefined();

    await expect(suspend(other.tenantId)).rejects.toMatchObject({ code: "conflict" });
    await resume(other.tenantId);
    expect(await credentials.resolveApiKey(key)).toBeDefined();
    // Who was signed in before has to sign in again.
    expect(await credentials.resolveSession(other.token)).toBeUndefined();
    expect(await readTenantDetail(database.db, platform.actor, other.tenantId)).toMatchObject({
      status: "active",
      suspendedAt: null,
      suspendedReason: null,
    });
    expect(await eventsOf("tenant.resumed", other.tenantId)).toHaveLength(2);
    await expect(resume(other.tenantId)).rejects.toMatchObject({ code: "conflict" });
  });

  test("is not for the service's own, for one that is not there, or for the one that one is signed in to", async () => {
    await expect(suspend(SYSTEM_TENANT_ID)).rejects.toMatchObject({ code: "conflict" });
    await expect(resume(SYSTEM_TENANT_ID)).rejects.toMatchObject({ code: "conflict" });
    await expect(suspend(newId("ten"))).rejects.toMatchObject({ code: "not_found" });
    const abroad = { ...platform.actor, tenantId: tenant.tenantId };
    await expect(
      suspendTenant(database.db, abroad, { tenantId: tenant.tenantId, reason: "x" }, aRequest),
    ).rejects.toMatchObject({ code: "conflict" });
    expect(await eventsOf("tenant.suspended", tenant.tenantId)).toEqual([]);
  });
});

test("a plan is changed once, and the same again is no change", async () => {
  const other = await createTenantFixture(database.db, credentials);
  const change = (plan: "growth" | "enterprise", tenantId = other.tenantId) =>
    changePlan(database.db, platform.actor, { tenantId, plan }, aRequest);
  await change("growth");
  await change("growth");
  expect(await eventsOf("tenant.plan.changed", other.tenantId)).toMatchObject([
    { tenant_id: toUuid(SYSTEM_TENANT_ID), details: { plan: { from: "starter", to: "growth" } } },
    { tenant_id: toUuid(other.tenantId), details: { plan: { from: "starter", to: "growth" } } },
  ]);
  await expect(change("enterprise", SYSTEM_TENANT_ID)).rejects.toMatchObject({ code: "conflict" });
});

test("an admin of a tenant may do none of it, not even to the own one", async () => {
  const { db } = database;
  const { admin, tenantId } = tenant;
  const refused = { code: "forbidden" };
  await expect(listTenants(db, admin, tenantListSchema.parse({}))).rejects.toMatchObject(refused);
  await expect(readTenantDetail(db, admin, tenantId)).rejects.toMatchObject(refused);
  await expect(suspendTenant(db, admin, { tenantId, reason: "x" }, aRequest)).rejects.toMatchObject(refused);
  await expect(resumeTenant(db, admin, tenantId, aRequest)).rejects.toMatchObject(refused);
  await expect(changePlan(db, admin, { tenantId, plan: "growth" }, aRequest)).rejects.toMatchObject(refused);
});
