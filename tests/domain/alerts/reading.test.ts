import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { countAlerts } from "#app/domain/alerts/count-alerts.server.ts";
import { listAlerts } from "#app/domain/alerts/list-alerts.server.ts";
import { readAlert } from "#app/domain/alerts/read-alert.server.ts";
import { decodePlace } from "#app/domain/audit/audit-log-cursor.ts";
import { insertAuditEvents } from "#app/domain/audit/insert-audit-events.server.ts";
import type { Actor } from "#app/domain/auth/actor.ts";
import { platformAdminScopes } from "#app/domain/auth/scopes.ts";
import { createAgent } from "#app/domain/messaging/create-agent.server.ts";
import { type AgentId, type AlertId, newId, newUuid, toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "../../setup/database.ts";
import { aRequest, createTenantFixture, type TenantFixture } from "../../setup/tenant-fixture.ts";
import { plantAlert } from "./an-alert.ts";

let database: TestDatabase;
let tenant: TenantFixture;
let other: TenantFixture;
let agentId: AgentId;
let platformAdmin: Actor;
const alerts: Record<string, AlertId> = {};

beforeAll(async () => {
  database = await createTestDatabase();
  tenant = await createTenantFixture(database.db);
  other = await createTenantFixture(database.db);
  platformAdmin = { ...tenant.admin, scopes: new Set([...tenant.admin.scopes, ...platformAdminScopes]) };
  agentId = (
    await createAgent(
      database.db,
      tenant.admin,
      { name: "Planner", modelTier: "haiku", thinkingMode: "off" },
      aRequest,
    )
  ).id;
  const { owner } = database;
  const ofAgent = { type: "agent", id: agentId, name: "Planner" };
  alerts.denials = await plantAlert(owner, tenant.tenantId, { secondsAgo: 10, subject: ofAgent, count: 20 });
  alerts.budget = await plantAlert(owner, tenant.tenantId, {
    ...{ kind: "budget_exceeded", severity: "info", secondsAgo: 20, status: "acknowledged" },
    ...{ subject: { type: "budget", id: newId("bgt"), name: null }, facts: { agentId, percent: 80 } },
  });
  alerts.probe = await plantAlert(owner, tenant.tenantId, {
    ...{ kind: "cross_tenant_access", severity: "critical", secondsAgo: 30 },
    ...{ facts: { resourceType: "agent" } },
  });
  alerts.old = await plantAlert(owner, tenant.tenantId, { secondsAgo: 7_200, status: "resolved" });
  alerts.theirs = await plantAlert(owner, other.tenantId, { secondsAgo: 5 });
});
afterAll(async () => database.drop());

const idsOf = (page: { alerts: { id: AlertId }[] }) => page.alerts.map(({ id }) => id);

describe("the list of alerts", () => {
  it("has the tenant's own, those that happened last first", async () => {
    const page = await listAlerts(database.db, tenant.admin, {});
    expect(idsOf(page)).toEqual([alerts.denials, alerts.budget, alerts.probe, alerts.old]);
    expect(page.nextCursor).toBeNull();
    expect(page.alerts[0]).toMatchObject({
      tenantId: tenant.tenantId,
      title: "20 refused sends and tool calls of Planner",
      status: "open",
      count: 20,
      silencedUntil: null,
    });
    expect(page.alerts[0]).not.toHaveProperty("tenantName");
  });

  it.each([
    ["status", { status: "open" }, ["denials", "probe"]],
    ["unresolved ones", { status: "unresolved" }, ["denials", "budget", "probe"]],
    ["severity", { severity: "critical" }, ["probe"]],
    ["kind", { kind: "budget_exceeded" }, ["budget"]],
  ] as const)("can be narrowed to a %s", async (_name, filters, names) => {
    const page = await listAlerts(database.db, tenant.admin, { filters });
    expect(idsOf(page)).toEqual(names.map((name) => alerts[name]));
  });

  it("finds an agent's, be it their subject or their budget's owner, and a subject's", async () => {
    const byAgent = await listAlerts(database.db, tenant.admin, { filters: { agentId } });
    expect(idsOf(byAgent)).toEqual([alerts.denials, alerts.budget]);
    const bySubject = await listAlerts(database.db, tenant.admin, { filters: { subjectId: agentId } });
    expect(idsOf(bySubject)).toEqual([alerts.denials]);
  });

  it("is bounded by time", async () => {
    const hourAgo = new Date(Date.now() - 3_600_000).toISOString();
    const before = await listAlerts(database.db, tenant.admin, { filters: { to: hourAgo } });
    expect(idsOf(before)).toEqual([alerts.old]);
    const since = await listAlerts(database.db, tenant.admin, { filters: { from: hourAgo } });
    expect(idsOf(since)).toHaveLength(3);
  });

  it("goes on by its cursor without leaving one out or showing one twice", async () => {
    const seen: AlertId[] = [];
    let cursor: ReturnType<typeof decodePlace>;
    for (let pages = 0; pages < 10; pages++) {
      const page = await listAlerts(database.db, tenant.admin, { limit: 1, cursor });
      seen.push(...idsOf(page));
      if (page.nextCursor === null) break;
      cursor = decodePlace(page.nextCursor);
      expect(cursor).toBeDefined();
    }
    expect(seen).toEqual([alerts.denials, alerts.budget, alerts.probe, alerts.old]);
  });

  it("says until when a silence holds an alert back", async () => {
    await database.owner`
      insert into alert_silences (tenant_id, id, kind, max_severity, reason, ends_at)
      values (${toUuid(tenant.tenantId)}, ${newUuid()}, 'cross_tenant_access', 'critical', 'a test',
        now() + interval '1 hour'),
        (${toUuid(tenant.tenantId)}, ${newUuid()}, 'policy_denials', 'info', 'only of less', now() + interval '1 hour')`;
    const { alerts: listed } = await listAlerts(database.db, tenant.admin, {});
    const silenced = listed.filter(({ silencedUntil }) => silencedUntil !== null);
    expect(idsOf({ alerts: silenced })).toEqual([alerts.probe]);
  });

  it("shows all tenants' to those who administer the service, and to nobody else", async () => {
    const page = await listAlerts(database.db, platformAdmin, { reach: "all" });
    expect(idsOf(page)).toContain(alerts.theirs);
    expect(page.alerts[0]?.tenantName).toMatch(/^tenant-/);
    const theirs = await listAlerts(database.db, platformAdmin, { reach: other.tenantId });
    expect(idsOf(theirs)).toEqual([alerts.theirs]);
    for (const reach of ["all", other.tenantId] as const)
      await expect(listAlerts(database.db, tenant.admin, { reach })).rejects.toMatchObject({
        code: "forbidden",
      });
  });
});

describe("the counts of alerts", () => {
  it("are of what is not resolved, with what is snoozed by itself", async () => {
    expect(await countAlerts(database.db, tenant.admin)).toEqual({
      ...{ open: 2, acknowledged: 1, snoozed: 0 },
      bySeverity: { info: 1, warning: 1, critical: 1 },
    });
    await database.owner`
      update alerts set snoozed_until = now() + interval '1 hour' where id = ${toUuid(alerts.probe ?? newId("alr"))}`;
    expect(await countAlerts(database.db, tenant.admin)).toEqual({
      ...{ open: 1, acknowledged: 1, snoozed: 1 },
      bySeverity: { info: 1, warning: 1, critical: 0 },
    });
    const everywhere = await countAlerts(database.db, platformAdmin, { reach: "all" });
    expect(everywhere).toMatchObject({ open: 2, acknowledged: 1, snoozed: 1 });
  });
});

describe("one alert", () => {
  it("comes with its entries, audit events and deliveries, each in order of time", async () => {
    const alertId = alerts.denials ?? newId("alr");
    const tenantUuid = toUuid(tenant.tenantId);
    const eventId = newId("evt");
    await database.db.withSql((sql) =>
      insertAuditEvents(sql, [
        {
          id: eventId,
          ...{ tenantId: tenant.tenantId, actor: tenant.admin, action: "agent.paused", request: null },
          ...{ resource: { id: agentId, name: "Planner" }, details: { reason: null } },
        },
      ]),
    );
    const channel = newUuid();
    const delivery = newUuid();
    const { owner } = database;
    await owner`
      insert into alert_events (tenant_id, alert_id, event_id, occurred_at)
      select tenant_id, ${toUuid(alertId)}, id, occurred_at from audit_events
      where tenant_id = ${tenantUuid} and id = ${toUuid(eventId)}`;
    await owner`
      insert into alert_entries (tenant_id, alert_id, id, at, kind, actor_kind) values
        (${tenantUuid}, ${toUuid(alertId)}, ${newUuid()}, now(), 'told', 'system'),
        (${tenantUuid}, ${toUuid(alertId)}, ${newUuid()}, now() - interval '1 minute', 'opened', 'system')`;
    await owner`
      insert into alert_channels (tenant_id, id, kind, name) values (${tenantUuid}, ${channel}, 'email', 'On call')`;
    await owner`
      insert into alert_deliveries (tenant_id, id, channel_id, alert_id, reason, content, status)
      values (${tenantUuid}, ${delivery}, ${channel}, ${toUuid(alertId)}, 'opened', '{}', 'delivered')`;
    await owner`
      insert into alert_delivery_attempts (
        tenant_id, delivery_id, id, attempt, target, started_at, duration_ms, outcome, error
      ) values
        (${tenantUuid}, ${delivery}, ${newUuid()}, 1, 'a@example.com', now(), 5, 'failed', 'no'),
        (${tenantUuid}, ${delivery}, ${newUuid()}, 2, 'a@example.com', now(), 7, 'delivered', null)`;
    const detail = await readAlert(database.db, tenant.admin, { alertId });
    expect(detail.entries.map(({ kind }) => kind)).toEqual(["opened", "told"]);
    expect(detail.events).toMatchObject([{ id: eventId, action: "agent.paused" }]);
    expect(detail.deliveries).toMatchObject([
      {
        ...{ alertId, channelName: "On call", channelKind: "email", reason: "opened", status: "delivered" },
        nextAttemptAt: null,
        attempts: [
          { attempt: 1, outcome: "failed", error: "no" },
          { attempt: 2, outcome: "delivered", durationMs: 7 },
        ],
      },
    ]);
    expect(detail.actions).toEqual([
      { action: "pause_agent", targetId: agentId, targetName: "Planner", state: "offered" },
    ]);
  });

  it("keeps its audit events from who may not read the trail", async () => {
    const reader: Actor = { ...tenant.admin, scopes: new Set(["alerts:read"]) };
    const detail = await readAlert(database.db, reader, { alertId: alerts.denials ?? newId("alr") });
    expect(detail.events).toEqual([]);
    expect(detail.actions).toMatchObject([{ action: "pause_agent", state: "forbidden" }]);
  });

  it("is not there for another tenant, as one that never was", async () => {
    const alertId = alerts.theirs ?? newId("alr");
    for (const id of [alertId, newId("alr")])
      await expect(readAlert(database.db, tenant.admin, { alertId: id })).rejects.toMatchObject({
        ...{ code: "not_found", message: "There is no such alert." },
      });
    await expect(
      readAlert(database.db, tenant.admin, { alertId, tenantId: other.tenantId }),
    ).rejects.toMatchObject({ code: "forbidden" });
    const seen = await readAlert(database.db, platformAdmin, { alertId, tenantId: other.tenantId });
    expect(seen).toMatchObject({ id: alertId, tenantId: other.tenantId, actions: [] });
  });
});
