import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRule } from "#app/domain/alerts/create-rule.server.ts";
import { createSilence } from "#app/domain/alerts/create-silence.server.ts";
import { endSilence } from "#app/domain/alerts/end-silence.server.ts";
import { listRules, readRule } from "#app/domain/alerts/list-rules.server.ts";
import { listSilences } from "#app/domain/alerts/list-silences.server.ts";
import { removeRule } from "#app/domain/alerts/remove-rule.server.ts";
import { ruleKindNames } from "#app/domain/alerts/rule-kinds.ts";
import { createRuleSchema, createSilenceSchema, type RuleView } from "#app/domain/alerts/rule-schema.ts";
import { updateRule } from "#app/domain/alerts/update-rule.server.ts";
import { createAgent } from "#app/domain/messaging/create-agent.server.ts";
import { type AgentId, newId, SYSTEM_TENANT_ID, toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "../../setup/database.ts";
import { createPlatformAdminFixture, type PlatformAdminFixture } from "../../setup/platform-admin.ts";
import { aRequest, createTenantFixture, type TenantFixture } from "../../setup/tenant-fixture.ts";
import { plantAlert } from "./an-alert.ts";

let database: TestDatabase;
let tenant: TenantFixture;
let other: TenantFixture;
let platform: PlatformAdminFixture;
let agentId: AgentId;
const services = () => ({ db: database.db, bus: { publishAlerts: () => undefined } });

beforeAll(async () => {
  database = await createTestDatabase();
  tenant = await createTenantFixture(database.db);
  other = await createTenantFixture(database.db);
  platform = await createPlatformAdminFixture(database.db);
  const agent = { name: "Planner", modelTier: "haiku", thinkingMode: "off" } as const;
  agentId = (await createAgent(database.db, tenant.admin, agent, aRequest)).id;
});
afterAll(() => database.drop());

const list = () => listRules(database.db, tenant.admin);
const builtIn = async (kind: RuleView["kind"]): Promise<RuleView> => {
  const rule = (await list()).find((one) => one.builtIn && one.kind === kind);
  if (rule === undefined) throw new Error(`There is no rule of ${kind}`);
  return rule;
};
const create = (input: Parameters<typeof createRuleSchema.parse>[0], actor = tenant.admin) =>
  createRule(database.db, actor, { input: createRuleSchema.parse(input), request: aRequest });
const update = (ruleId: RuleView["id"], changes: Parameters<typeof updateRule>[2]["changes"]) =>
  updateRule(database.db, tenant.admin, { ruleId, changes, request: aRequest });
const remove = (ruleId: RuleView["id"]) =>
  removeRule(services(), tenant.admin, { ruleId, request: aRequest });
const auditOf = async (id: string) =>
  database.owner<{ action: string; details: Record<string, unknown> }[]>`
    select action, details from audit_events where resource_id = ${id} order by xid, id`;

describe("the rules of a tenant", () => {
  it("are one of each kind from the first look on, with the kind's own numbers", async () => {
    const rules = await list();
    expect(new Set(rules.map(({ kind }) => kind))).toEqual(
      new Set(ruleKindNames.filter((kind) => kind !== "worker_health")),
    );
    expect(await list()).toEqual(rules);
    expect(await builtIn("failed_login_threshold")).toMatchObject({
      ...{ name: "Failed sign-ins", threshold: 5, windowSeconds: 300, cooldownSeconds: 3_600, enabled: true },
      ...{ severity: "warning", channelIds: null, agentId: null, openAlerts: 0 },
    });
  });

  it("of the service are the system tenant's, for those who administer it", async () => {
    const rules = await listRules(database.db, platform.actor, { tenantId: SYSTEM_TENANT_ID });
    expect(rules.map(({ kind }) => kind)).toContain("worker_health");
    await expect(listRules(database.db, tenant.admin, { tenantId: SYSTEM_TENANT_ID })).rejects.toMatchObject({
      code: "forbidden",
    });
    await expect(create({ kind: "worker_health" })).rejects.toMatchObject({
      ...{ code: "invalid_input", errors: [{ path: "kind" }] },
    });
  });

  it("can be changed, which is recorded with what it was; the same again is not", async () => {
    const rule = await builtIn("failed_login_threshold");
    const changed = await update(rule.id, {
      threshold: 3,
      windowSeconds: 60,
      severity: "critical",
      enabled: false,
    });
    expect(changed).toMatchObject({ threshold: 3, windowSeconds: 60, severity: "critical", enabled: false });
    expect(changed.name).toBe("Failed sign-ins");
    await update(rule.id, { threshold: 3, name: "Failed sign-ins" });
    expect(await auditOf(rule.id)).toEqual([
      {
        action: "alert_rule.changed",
        details: {
          kind: "failed_login_threshold",
          changes: {
            enabled: { from: true, to: false },
            severity: { from: "warning", to: "critical" },
            threshold: { from: 5, to: 3 },
            windowSeconds: { from: 300, to: 60 },
          },
        },
      },
    ]);
  });

  it.each([
    ["cross_tenant_access", { threshold: 2 }, "threshold"],
    ["cross_tenant_access", { windowSeconds: 60 }, "windowSeconds"],
    ["error_rate", { threshold: 101 }, "threshold"],
    ["usage_threshold", { threshold: 1_001 }, "threshold"],
    ["rate_limit", { threshold: 10_001 }, "threshold"],
    ["audit_integrity", { threshold: 700_000 }, "threshold"],
    ["policy_denials", { channelIds: [newId("chn")] }, "channelIds.0"],
  ] as const)("refuse for %s what it has no use for: %o", async (kind, changes, path) => {
    const rule = await builtIn(kind);
    const refused = { code: "invalid_input", errors: [{ path }] };
    await expect(
      update(rule.id, {
        ...changes,
        channelIds: "channelIds" in changes ? [...changes.channelIds] : undefined,
      }),
    ).rejects.toMatchObject(refused);
    await expect(create({ kind, ...changes })).rejects.toMatchObject(refused);
    expect(await builtIn(kind)).toEqual(rule);
  });

  it("can be added for one agent of the tenant's, where the kind is about agents", async () => {
    const rule = await create({ kind: "policy_denials", agentId, threshold: 3, name: "Planner is refused" });
    expect(rule).toMatchObject({
      ...{ builtIn: false, agentId, agentName: "Planner", threshold: 3, windowSeconds: 600 },
      ...{ name: "Planner is refused", severity: "warning" },
    });
    expect(await readRule(database.db, tenant.admin, { ruleId: rule.id })).toEqual(rule);
    await expect(create({ kind: "refresh_token_reuse", agentId })).rejects.toMatchObject({
      ...{ code: "invalid_input", errors: [{ path: "agentId" }] },
    });
    await expect(create({ kind: "policy_denials", agentId }, other.admin)).rejects.toMatchObject({
      code: "not_found",
    });
  });

  it("that are built in stay; one that was added goes, and its alerts are resolved", async () => {
    const own = await builtIn("rate_limit");
    await expect(remove(own.id)).rejects.toMatchObject({ code: "conflict" });
    const rule = await create({ kind: "rate_limit", threshold: 500 });
    const alertId = await plantAlert(database.owner, tenant.tenantId, { kind: "rate_limit" });
    await database.owner`update alerts set rule_id = ${toUuid(rule.id)} where id = ${toUuid(alertId)}`;
    expect((await list()).find(({ id }) => id === rule.id)).toMatchObject({ openAlerts: 1 });
    await remove(rule.id);
    expect((await list()).map(({ id }) => id)).not.toContain(rule.id);
    const [alert] = await database.owner`
      select status, resolution from alerts where id = ${toUuid(alertId)}`;
    expect(alert).toEqual({ status: "resolved", resolution: "Its rule was removed." });
    await expect(remove(rule.id)).rejects.toMatchObject({ code: "not_found" });
    expect((await auditOf(rule.id)).map(({ action }) => action)).toEqual([
      "alert_rule.created",
      "alert_rule.removed",
    ]);
  });

  it("are nobody else's", async () => {
    const { id: ruleId } = await builtIn("rate_limit");
    const notThere = { code: "not_found", message: "There is no such alert rule." };
    await expect(readRule(database.db, other.admin, { ruleId })).rejects.toMatchObject(notThere);
    await expect(
      updateRule(database.db, other.admin, { ruleId, changes: { enabled: false }, request: aRequest }),
    ).rejects.toMatchObject(notThere);
    await expect(removeRule(services(), other.admin, { ruleId, request: aRequest })).rejects.toMatchObject(
      notThere,
    );
  });
});

describe("silences", () => {
  const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();
  const silence = (input: Parameters<typeof createSilenceSchema.parse>[0]) =>
    createSilence(services(), tenant.admin, { input: createSilenceSchema.parse(input), request: aRequest });

  it("are made with a reason and an end, and can be ended before it, once", async () => {
    const made = await silence({ kind: "rate_limit", reason: "load test", endsAt: inAnHour() });
    expect(made).toMatchObject({
      ...{ kind: "rate_limit", subjectId: null, maxSeverity: "critical", isActive: true },
      createdBy: tenant.admin.name,
    });
    const end = () => endSilence(services(), tenant.admin, { silenceId: made.id, request: aRequest });
    await end();
    await end();
    const [listed] = await listSilences(database.db, tenant.admin);
    expect(listed).toMatchObject({ id: made.id, isActive: false });
    expect((await auditOf(made.id)).map(({ action }) => action)).toEqual([
      "alert_silence.created",
      "alert_silence.ended",
    ]);
    await expect(
      endSilence(services(), other.admin, { silenceId: made.id, request: aRequest }),
    ).rejects.toMatchObject({ code: "not_found" });
    expect(await listSilences(database.db, other.admin)).toEqual([]);
  });

  it.each([
    ["over already", -1],
    ["over a year away", 370],
  ])("cannot end when that is %s", async (_what, days) => {
    const endsAt = new Date(Date.now() + days * 86_400_000).toISOString();
    await expect(silence({ reason: "no", endsAt })).rejects.toMatchObject({
      ...{ code: "invalid_input", errors: [{ path: "endsAt" }] },
    });
  });
});
