import type { Sql } from "#db/database.ts";
import { type AlertRuleId, type TenantId, toTypeId, toUuid } from "#db/ids.ts";
import type { Fragment } from "../audit/audit-conditions.server.ts";
import { notFound } from "../errors.ts";
import { isoTime } from "../iso-time.ts";
import { definitionOf, isRuleKind, type Severity } from "./rule-kinds.ts";
import type { RuleView } from "./rule-schema.ts";

interface RuleRow {
  id: string;
  kind: string;
  built_in: boolean;
  name: string | null;
  agent_id: string | null;
  agent_name: string | null;
  enabled: boolean;
  severity: Severity;
  threshold: number;
  window_seconds: number;
  cooldown_seconds: number;
  channel_ids: string[] | null;
  open_alerts: number;
  updated_at: string;
}

/** The tenant's rules that fit, without those that were removed; built-in ones first, in the order of their kinds' names. */
export async function selectRules(sql: Sql, tenantId: TenantId, isAsked: Fragment): Promise<RuleView[]> {
  const rows = await sql<RuleRow[]>`
    select
      rule.id, rule.kind, rule.built_in, rule.name, rule.agent_id, agent.name as agent_name, rule.enabled,
      rule.severity, rule.threshold, rule.window_seconds, rule.cooldown_seconds, rule.channel_ids,
      coalesce(unresolved.count, 0)::int as open_alerts, ${sql.unsafe(isoTime("rule.updated_at"))} as updated_at
    from alert_rules rule
    left join agents agent on agent.tenant_id = rule.tenant_id and agent.id = rule.agent_id
    left join (
      select alert.rule_id, count(*) as count from alerts alert
      where alert.tenant_id = ${toUuid(tenantId)} and alert.status in ('open', 'acknowledged')
      group by alert.rule_id
    ) unresolved on unresolved.rule_id = rule.id
    where rule.tenant_id = ${toUuid(tenantId)} and rule.removed_at is null and ${isAsked}
    order by not rule.built_in, rule.kind, rule.id`;
  // A kind that a later version knows is none of this one's.
  return rows.flatMap((row) => (isRuleKind(row.kind) ? [toRuleView(row, row.kind)] : []));
}

/** @throws AppError not_found, also for one that was removed */
export async function selectRule(sql: Sql, tenantId: TenantId, ruleId: AlertRuleId): Promise<RuleView> {
  const [rule] = await selectRules(sql, tenantId, sql`rule.id = ${toUuid(ruleId)}`);
  if (rule === undefined) throw notFound("alert rule");
  return rule;
}

const toRuleView = (row: RuleRow, kind: RuleView["kind"]): RuleView => ({
  id: toTypeId("rul", row.id),
  kind,
  builtIn: row.built_in,
  name: row.name ?? definitionOf(kind).label,
  agentId: row.agent_id === null ? null : toTypeId("agt", row.agent_id),
  agentName: row.agent_name,
  enabled: row.enabled,
  severity: row.severity,
  threshold: row.threshold,
  windowSeconds: row.window_seconds,
  cooldownSeconds: row.cooldown_seconds,
  channelIds: row.channel_ids?.map((id) => toTypeId("chn", id)) ?? null,
  openAlerts: row.open_alerts,
  updatedAt: row.updated_at,
});
