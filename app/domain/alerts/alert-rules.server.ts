import type { Sql } from "#db/database.ts";
import { type AgentId, type AlertRuleId, type TenantId, toTypeId, toUuid } from "#db/ids.ts";
import { ensureRules, hasKind } from "./ensure-rules.server.ts";
import type { RuleKind, Severity } from "./rule-kinds.ts";

/** A rule that is on. */
export interface ActiveRule {
  tenantId: TenantId;
  id: AlertRuleId;
  kind: RuleKind;
  agentId: AgentId | null;
  severity: Severity;
  threshold: number;
  windowSeconds: number;
  cooldownSeconds: number;
}

interface RuleRow {
  tenant_id: string;
  id: string;
  kind: RuleKind;
  built_in: boolean;
  agent_id: string | null;
  enabled: boolean;
  severity: Severity;
  threshold: number;
  window_seconds: number;
  cooldown_seconds: number;
}

/** The rules of these kinds that are on, of these tenants; those that have none yet get theirs first. */
export async function activeRules(
  sql: Sql,
  tenantIds: readonly TenantId[],
  kinds: readonly RuleKind[],
): Promise<ActiveRule[]> {
  let rows = await readRules(sql, tenantIds, kinds);
  const known = new Set(rows.filter((row) => row.built_in).map((row) => `${row.tenant_id} ${row.kind}`));
  const lacking = tenantIds.filter((tenantId) =>
    kinds.some((kind) => hasKind(tenantId, kind) && !known.has(`${toUuid(tenantId)} ${kind}`)),
  );
  if (lacking.length > 0) {
    await ensureRules(sql, lacking);
    rows = await readRules(sql, tenantIds, kinds);
  }
  return rows.filter(({ enabled }) => enabled).map(toActiveRule);
}

/** The rules of a kind that are on, of every tenant that has them. */
export async function activeRulesOfAll(sql: Sql, kind: RuleKind): Promise<ActiveRule[]> {
  const rows = await sql<RuleRow[]>`
    select ${sql.unsafe(columns)} from alert_rules rule
    where rule.kind = ${kind} and rule.enabled and rule.removed_at is null`;
  return rows.map(toActiveRule);
}

const columns = `rule.tenant_id, rule.id, rule.kind, rule.built_in, rule.agent_id, rule.enabled, rule.severity,
  rule.threshold, rule.window_seconds, rule.cooldown_seconds`;

const readRules = (sql: Sql, tenantIds: readonly TenantId[], kinds: readonly RuleKind[]) => sql<RuleRow[]>`
  select ${sql.unsafe(columns)} from alert_rules rule
  where rule.tenant_id = any(${tenantIds.map(toUuid)}::uuid[]) and rule.kind = any(${[...kinds]}::text[])
    and rule.removed_at is null
  order by rule.tenant_id, rule.id`;

const toActiveRule = (row: RuleRow): ActiveRule => ({
  tenantId: toTypeId("ten", row.tenant_id),
  id: toTypeId("rul", row.id),
  kind: row.kind,
  agentId: row.agent_id === null ? null : toTypeId("agt", row.agent_id),
  severity: row.severity,
  threshold: row.threshold,
  windowSeconds: row.window_seconds,
  cooldownSeconds: row.cooldown_seconds,
});
