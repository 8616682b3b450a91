import { toTypeId } from "#db/ids.ts";
import { exactTime } from "../audit/audit-log-row.ts";
import type { AlertStatus, AlertView } from "./alert-schema.ts";
import { alertTitle } from "./alert-words.ts";
import type { AlertFacts } from "./facts.ts";
import type { RuleKind, Severity } from "./rule-kinds.ts";

/** An alert as the statements below give it. */
export interface AlertRow {
  tenant_id: string;
  id: string;
  rule_id: string;
  kind: RuleKind;
  severity: Severity;
  status: AlertStatus;
  subject_type: string;
  subject_id: string | null;
  subject_name: string | null;
  facts: AlertFacts;
  count: string;
  first_at: string;
  last_at: string;
  opened_at: string;
  told_at: string | null;
  snoozed_until: string | null;
  silenced_until: string | null;
  acknowledged_at: string | null;
  acknowledged_name: string | null;
  resolved_at: string | null;
  resolved_name: string | null;
  resolution: string | null;
  threshold: number;
  window_seconds: number;
}

/** SQL: 0 for info, 2 for critical. */
export const severityRank = (column: string): string =>
  `array_position(array['info', 'warning', 'critical'], ${column})`;

/** SQL: a silence that fits `alert` now. */
export const silenceFits = `
  silence.tenant_id = alert.tenant_id and silence.starts_at <= now() and silence.ends_at > now()
  and (silence.kind is null or silence.kind = alert.kind)
  and (silence.subject_id is null or silence.subject_id = alert.subject_id)
  and ${severityRank("alert.severity")} <= ${severityRank("silence.max_severity")}`;

/** SQL: what a reader gets of `alert`, which is joined with its `rule` (`alertSource`). */
export const alertColumns = `
  alert.tenant_id, alert.id, alert.rule_id, alert.kind, alert.severity, alert.status, alert.subject_type,
  alert.subject_id, alert.subject_name, alert.facts, alert.count, ${exactTime("alert.first_at")} as first_at,
  ${exactTime("alert.last_at")} as last_at, ${exactTime("alert.opened_at")} as opened_at,
  ${exactTime("alert.told_at")} as told_at, case when alert.snoozed_until > now() then ${exactTime("alert.snoozed_until")} end as snoozed_until,
  (select ${exactTime("max(silence.ends_at)")} from alert_silences silence where ${silenceFits}) as silenced_until,
  ${exactTime("alert.acknowledged_at")} as acknowledged_at, alert.acknowledged_name,
  ${exactTime("alert.resolved_at")} as resolved_at, alert.resolved_name, alert.resolution, rule.threshold,
  rule.window_seconds`;

/** SQL: what stands behind `from`. */
export const alertSource = `
  alerts alert join alert_rules rule on rule.tenant_id = alert.tenant_id and rule.id = alert.rule_id`;

/** A stored alert as readers get it. */
export function toAlertView(row: AlertRow): AlertView {
  const subject = { type: row.subject_type, id: row.subject_id, name: row.subject_name };
  const rule = { threshold: row.threshold, windowSeconds: row.window_seconds };
  const count = Number(row.count);
  return {
    id: toTypeId("alr", row.id),
    tenantId: toTypeId("ten", row.tenant_id),
    ruleId: toTypeId("rul", row.rule_id),
    kind: row.kind,
    severity: row.severity,
    status: row.status,
    title: alertTitle(row.kind, subject, row.facts, count, rule),
    subject,
    facts: row.facts,
    count,
    firstAt: row.first_at,
    lastAt: row.last_at,
    openedAt: row.opened_at,
    toldAt: row.told_at,
    snoozedUntil: row.snoozed_until,
    silencedUntil: row.silenced_until,
    acknowledgedAt: row.acknowledged_at,
    acknowledgedBy: row.acknowledged_name,
    resolvedAt: row.resolved_at,
    resolvedBy: row.resolved_name,
    resolution: row.resolution,
  };
}
