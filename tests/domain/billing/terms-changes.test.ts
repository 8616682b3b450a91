import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Credentials, createCredentials } from "#app/domain/auth/credentials.server.ts";
import { changeOverage } from "#app/domain/billing/change-overage.server.ts";
import { changeOwnPlan } from "#app/domain/billing/change-own-plan.server.ts";
import { QUOTA_UNITS } from "#app/domain/catalogue.ts";
import { createAgent } from "#app/domain/messaging/create-agent.server.ts";
import { updateAgent } from "#app/domain/messaging/update-agent.server.ts";
import { changePlan } from "#app/domain/platform/change-plan.server.ts";
import { periodOf } from "#app/domain/usage/period.ts";
import { toUuid } from "#db/ids.ts";
import { addMember } from "#tests/setup/add-member.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { createPlatformAdminFixture } from "#tests/setup/platform-admin.ts";
import { aRequest, createTenantFixture, silentLog, type TenantFixture } from "#tests/setup/tenant-fixture.ts";

let database: TestDatabase;
let credentials: Credentials;
let tenant: TenantFixture;
beforeAll(async () => {
  database = await createTestDatabase();
  credentials = createCredentials({ db: database.db, log: silentLog });
});
afterAll(async () => {
  await credentials.close();
  await database.drop();
});

const overage = (enabled: boolean) => changeOverage(database.db, tenant.admin, enabled, aRequest);
const plan = (name: "starter" | "growth" | "enterprise") =>
  changeOwnPlan(database.db, tenant.admin, name, aRequest);
const terms = () =>
  database.owner`
    select plan, overage from plan_terms where tenant_id = ${toUuid(tenant.tenantId)} order by valid_from`;
const events = () =>
  database.owner`
    select action, actor_id, details from audit_events
    where tenant_id = ${toUuid(tenant.tenantId)} and (action like 'billing.%' or action = 'tenant.plan.changed')
    order by occurred_at, id`;

describe("plan and overage", () => {
  beforeAll(async () => {
    tenant = await createTenantFixture(database.db);
  });

  test("are changed by an admin, dated, and in the audit trail; the same again is no change", async () => {
    await expect(overage(true)).rejects.toMatchObject({
      code: "conflict",
      message: "The starter plan has no overage. Change the plan first.",
    });
    expect(await overage(false)).toEqual({ enabled: false });
    expect(await plan("growth")).toEqual({ plan: "growth", overage: false });
    expect(await plan("growth")).toEqual({ plan: "growth", overage: false });
    await overage(true);
    await overage(true);
    expect(await plan("enterprise")).toEqual({ plan: "enterprise", overage: true });
    // A plan without overage switches it off.
    expect(await plan("starter")).toEqual({ plan: "starter", overage: false });
    expect(await terms()).toEqual([
      { plan: "starter", overage: false },
      { plan: "growth", overage: false },
      { plan: "growth", overage: true },
      { plan: "enterprise", overage: true },
      { plan: "starter", overage: false },
    ]);
    const actor_id = tenant.adminId;
    expect(await events()).toEqual([
      { actor_id, action: "tenant.plan.changed", details: { plan: { from: "starter", to: "growth" } } },
      { actor_id, action: "billing.overage.changed", details: { enabled: { from: false, to: true } } },
      { actor_id, action: "tenant.plan.changed", details: { plan: { from: "growth", to: "enterprise" } } },
      { actor_id, action: "tenant.plan.changed", details: { plan: { from: "enterprise", to: "starter" } } },
      { actor_id, action: "billing.overage.changed", details: { enabled: { from: true, to: false } } },
    ]);
  });

  test("hold sends to quotas, or let them go, at once", async () => {
    const { db, owner } = database;
    const tenantUuid = toUuid(tenant.tenantId);
    const agent = await createAgent(
      db,
      tenant.admin,
      { name: "Busy", modelTier: "haiku", thinkingMode: "off" },
      aRequest,
    );
    await owner`
      insert into agent_periods (tenant_id, agent_id, period, used_units)
      values (${tenantUuid}, ${toUuid(agent.id)}, ${periodOf(Date.now())}, ${1.1 * QUOTA_UNITS})`;
    const hold = async () => {
      const [row] = await owner`select quota_hold from agents where id = ${toUuid(agent.id)}`;
      return row?.quota_hold;
    };
    await plan("growth");
    await overage(true);
    expect(await hold()).toBeNull();
    await overage(false);
    expect(await hold()).toBe("limited");
    await overage(true);
    expect(await hold()).toBeNull();
    // Whoever takes the overage away with the plan.
    const { actor } = await createPlatformAdminFixture(db, credentials);
    await changePlan(db, actor, { tenantId: tenant.tenantId, plan: "starter" }, aRequest);
    expect(await hold()).toBe("limited");
    await plan("growth");
    await overage(true);
    await plan("starter");
    expect(await hold()).toBe("limited");
  });

  test("are nothing for developers and members", async () => {
    for (const role of ["developer", "member"] as const) {
      const { actor } = await addMember(database.db, tenant.admin, role);
      const refused = { code: "forbidden" };
      await expect(changeOverage(database.db, actor, false, aRequest)).rejects.toMatchObject(refused);
      await expect(changeOwnPlan(database.db, actor, "growth", aRequest)).rejects.toMatchObject(refused);
    }
  });

  test("and an agent's tier and thinking are kept with their dates, whoever writes them", async () => {
    const { db, owner } = database;
    const agent = await createAgent(
      db,
      tenant.admin,
      { name: "Scout", modelTier: "haiku", thinkingMode: "off" },
      aRequest,
    );
    await updateAgent(db, tenant.admin, agent.id, { name: "Renamed" }, aRequest);
    await updateAgent(db, tenant.admin, agent.id, { modelTier: "opus" }, aRequest);
    await updateAgent(db, tenant.admin, agent.id, { thinkingMode: "high" }, aRequest);
    const rows = await owner`
      select terms.model_tier, terms.thinking_mode, terms.valid_from = agent.created_at as is_first
      from agent_terms terms join agents agent on agent.id = terms.agent_id
      where agent.id = ${toUuid(agent.id)} order by valid_from`;
    expect(rows).toEqual([
      { model_tier: "haiku", thinking_mode: "off", is_first: true },
      { model_tier: "opus", thinking_mode: "off", is_first: false },
      { model_tier: "opus", thinking_mode: "high", is_first: false },
    ]);
  });
});
