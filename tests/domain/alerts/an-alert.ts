import type { Sql } from "postgres";
import type { AlertStatus } from "#app/domain/alerts/alert-schema.ts";
import type { AlertFacts } from "#app/domain/alerts/facts.ts";
import type { RuleKind, Severity } from "#app/domain/alerts/rule-kinds.ts";
import { type AlertId, type AlertRuleId, newId, newUuid, type TenantId, toTypeId, toUuid } from "#db/ids.ts";

export interface PlantedAlert {
  kind?: RuleKind;
  severity?: Severity;
  status?: AlertStatus;
  subject?: { type: string; id: string | null; name: string | null };
  facts?: AlertFacts;
  count?: number;
  /** How long ago it happened last, and was opened and told. */
  secondsAgo?: number;
  /** Null: nobody was told. */
  toldSecondsAgo?: number | null;
  resolvedSecondsAgo?: number;
}

/** The tenant's built-in rule of a kind, made where there is none. */
export async function plantRule(owner: Sql, tenantId: TenantId, kind: RuleKind): Promise<AlertRuleId> {
  await owner`
    insert into alert_rules (tenant_id, id, kind, built_in, severity, threshold, window_seconds)
    values (${toUuid(tenantId)}, ${newUuid()}, ${kind}, true, 'warning', 1, 300)
    on conflict (tenant_id, kind) where built_in do nothing`;
  const [rule] = await owner<{ id: string }[]>`
    select id from alert_rules where tenant_id = ${toUuid(tenantId)} and kind = ${kind} and built_in`;
  if (rule === undefined) throw new Error("The rule was not made");
  return toTypeId("rul", rule.id);
}

/** An alert as the evaluator leaves it, without what it was made of. */
export async function plantAlert(
  owner: Sql,
  tenantId: TenantId,
  planted: PlantedAlert = {},
): Promise<AlertId> {
  const { kind = "policy_denials", severity = "warning", status = "open", facts = {}, count = 1 } = planted;
  const {
    secondsAgo = 60,
    toldSecondsAgo = secondsAgo,
    subject = { type: "tenant", id: null, name: null },
  } = planted;
  const ruleId = await plantRule(owner, tenantId, kind);
  const id = newId("alr");
  const ago = (seconds: number | null) =>
    seconds === null ? null : new Date(Date.now() - seconds * 1_000).toISOString();
  const resolvedAt = status === "resolved" ? ago(planted.resolvedSecondsAgo ?? 0) : null;
  await owner`
    insert into alerts (
      tenant_id, id, rule_id, kind, fingerprint, severity, status, subject_type, subject_id, subject_name,
      facts, count, first_at, last_at, opened_at, told_at, told_count, acknowledged_at, resolved_at
    ) values (
      ${toUuid(tenantId)}, ${toUuid(id)}, ${toUuid(ruleId)}, ${kind}, ${`${ruleId}:${id}`}, ${severity}, ${status},
      ${subject.type}, ${subject.id}, ${subject.name}, ${owner.json({ ...facts })}, ${count},
      ${ago(secondsAgo)}, ${ago(secondsAgo)}, ${ago(secondsAgo)}, ${ago(toldSecondsAgo)}, 1,
      ${status === "acknowledged" ? ago(0) : null}, ${resolvedAt}
    )`;
  return id;
}
