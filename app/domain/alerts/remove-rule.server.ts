import { type AlertRuleId, type TenantId, toTypeId, toUuid } from "#db/ids.ts";
import { insertAuditEvents } from "../audit/insert-audit-events.server.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import { AppError } from "../errors.ts";
import { requireAlertReach } from "./alert-reach.server.ts";
import type { AlertServices } from "./answer-alert.server.ts";
import { giveAnswer, lockAlerts } from "./answering.server.ts";
import { selectRule } from "./rule-row.server.ts";
import { lockRule } from "./update-rule.server.ts";

/**
 * Removes a rule that was added, and resolves its alerts.
 * @throws AppError conflict for a built-in one, which can be turned off; not_found, also the second time
 */
export async function removeRule(
  { db, bus }: AlertServices,
  actor: Actor,
  {
    ruleId,
    tenantId: asked,
    request,
  }: { ruleId: AlertRuleId; tenantId?: TenantId | undefined; request: RequestInfo },
): Promise<void> {
  const tenantId = requireAlertReach(actor, asked, "alerts:write");
  await db.asTenantSql(tenantId, async (sql) => {
    await lockRule(sql, tenantId, ruleId);
    const rule = await selectRule(sql, tenantId, ruleId);
    if (rule.builtIn)
      throw new AppError("conflict", "A built-in rule cannot be removed. Turn it off instead.");
    await sql`
      update alert_rules set removed_at = now(), updated_at = now()
      where tenant_id = ${toUuid(tenantId)} and id = ${toUuid(ruleId)}`;
    await insertAuditEvents(sql, [
      {
        ...{ tenantId, actor, request, action: "alert_rule.removed" },
        ...{ resource: { id: ruleId, name: rule.name }, details: { kind: rule.kind, agentId: rule.agentId } },
      },
    ]);
    const rows = await sql<{ id: string }[]>`
      select id from alerts
      where tenant_id = ${toUuid(tenantId)} and rule_id = ${toUuid(ruleId)} and status in ('open', 'acknowledged')`;
    const locked = await lockAlerts(
      sql,
      tenantId,
      rows.map(({ id }) => toTypeId("alr", id)),
    );
    const unresolved = locked.alerts.filter(({ status }) => status !== "resolved");
    await giveAnswer(
      sql,
      { tenantId, actor, request },
      { ...locked, alerts: unresolved },
      { kind: "resolve", note: "Its rule was removed." },
    );
  });
  bus.publishAlerts([toUuid(tenantId)]);
}
