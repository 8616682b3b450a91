import type { Sql } from "#db/database.ts";
import { type AlertId, newUuid, type TenantId, toTypeId, toUuid } from "#db/ids.ts";
import type { ActiveRule } from "./alert-rules.server.ts";
import type { AlertStatus } from "./alert-schema.ts";
import type { AlertFacts } from "./facts.ts";
import { insertAlertEvents } from "./open-alerts.server.ts";
import { rankOf, type Severity } from "./rule-kinds.ts";
import type { AlertSubject } from "./signal.ts";
import type { CountedEvent } from "./signal-group.ts";
import { type AlertToTell, type TellingReason, tellAlerts } from "./tell-alerts.server.ts";

/** An alert that is not resolved, as it was when it was locked. */
export interface LockedAlert {
  tenantId: TenantId;
  id: AlertId;
  fingerprint: string;
  status: AlertStatus;
  severity: Severity;
  step: number;
  toldAt: Date | null;
  lastAt: Date;
}

/** What has happened again. */
export interface Growth {
  rule: ActiveRule;
  alert: LockedAlert;
  weight: number;
  step: number;
  firstAt: string;
  lastAt: string;
  subject: AlertSubject;
  facts: AlertFacts;
  events: readonly CountedEvent[];
}

/** However short a cooldown is: what goes on and on is told again at most so often. */
const leastCooldownSeconds = 60;

/** Locks the alerts of these fingerprints that are not resolved, in the order of their fingerprints. */
export async function lockOpenAlerts(
  sql: Sql,
  wanted: readonly { rule: ActiveRule; fingerprint: string }[],
): Promise<Map<string, LockedAlert>> {
  if (wanted.length === 0) return new Map();
  const rows = await sql<
    {
      tenant_id: string;
      id: string;
      fingerprint: string;
      status: AlertStatus;
      severity: Severity;
      step: number;
      told_at: Date | null;
      last_at: Date;
    }[]
  >`
    select alert.tenant_id, alert.id, alert.fingerprint, alert.status, alert.severity, alert.step, alert.told_at,
      alert.last_at
    from unnest(
      ${wanted.map(({ rule }) => toUuid(rule.tenantId))}::uuid[], ${wanted.map(({ fingerprint }) => fingerprint)}::text[]
    ) as wanted (tenant_id, fingerprint)
    join alerts alert on alert.tenant_id = wanted.tenant_id and alert.fingerprint = wanted.fingerprint
      and alert.status <> 'resolved'
    order by alert.fingerprint
    for update of alert`;
  return new Map(
    rows.map((row) => [
      row.fingerprint,
      {
        ...{ tenantId: toTypeId("ten", row.tenant_id), id: toTypeId("alr", row.id) },
        ...{ fingerprint: row.fingerprint, status: row.status, severity: row.severity, step: row.step },
        ...{ toldAt: row.told_at, lastAt: row.last_at },
      },
    ]),
  );
}

/** Counts what happened again in its alert, which is locked. */
export async function growAlerts(sql: Sql, growths: readonly Growth[]): Promise<void> {
  if (growths.length === 0) return;
  const rows = growths.map(({ rule, alert, weight, step, firstAt, lastAt, subject, facts }) => ({
    ...{ tenant_id: toUuid(alert.tenantId), id: toUuid(alert.id), severity: rule.severity, weight, step },
    ...{ first_at: firstAt, last_at: lastAt, subject_name: subject.name, facts },
  }));
  await sql`
    update alerts alert set
      count = alert.count + growth.weight,
      first_at = least(alert.first_at, growth.first_at),
      last_at = greatest(alert.last_at, growth.last_at),
      severity = growth.severity,
      -- What has not come as far as before says nothing new.
      facts = case when growth.step >= alert.step then alert.facts || growth.facts else alert.facts end,
      subject_name = coalesce(growth.subject_name, alert.subject_name),
      step = greatest(alert.step, growth.step)
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as growth (
      tenant_id uuid, id uuid, severity text, weight bigint, step int, first_at timestamptz, last_at timestamptz,
      subject_name text, facts jsonb
    )
    where alert.tenant_id = growth.tenant_id and alert.id = growth.id`;
  await insertAlertEvents(
    sql,
    growths.map(({ rule, alert, events }) => ({ rule, alertId: alert.id, events })),
  );
  const escalated = growths.filter((growth) => isEscalated(growth));
  if (escalated.length === 0) return;
  const entries = escalated.map(({ alert, rule, step }) => ({
    ...{ tenant_id: toUuid(alert.tenantId), alert_id: toUuid(alert.id), id: newUuid() },
    details: { severity: rule.severity, ...(step > alert.step && { step }) },
  }));
  await sql`
    insert into alert_entries (tenant_id, alert_id, id, kind, actor_kind, details)
    select tenant_id, alert_id, id, 'escalated', 'system', details
    from json_to_recordset(${JSON.stringify(entries)}::text::json) as entry (
      tenant_id uuid, alert_id uuid, id uuid, details jsonb
    )`;
}

/** Whether it has come further, or its rule takes it for worse now. */
export const isEscalated = ({ rule, alert, step }: Growth): boolean =>
  step > alert.step || rankOf(rule.severity) > rankOf(alert.severity);

/** Tells of what happened again, where that is to be told. */
export async function tellGrown(sql: Sql, growths: readonly Growth[], now: Date): Promise<void> {
  const tellings = new Map<TellingReason, AlertToTell[]>();
  for (const growth of growths) {
    const reason = reasonToTell(growth, now);
    if (reason === undefined) continue;
    const { tenantId, id: alertId } = growth.alert;
    tellings.set(reason, [...(tellings.get(reason) ?? []), { tenantId, alertId }]);
  }
  for (const [reason, alerts] of tellings) await tellAlerts(sql, alerts, reason);
}

/** Why people are to be told of it again now; undefined where they are not. */
function reasonToTell(growth: Growth, now: Date): TellingReason | undefined {
  const { alert, rule } = growth;
  if (isEscalated(growth)) return "escalated";
  if (alert.status !== "open") return undefined;
  if (alert.toldAt === null) return "opened";
  const cooldownMs = Math.max(rule.cooldownSeconds, leastCooldownSeconds) * 1_000;
  return now.getTime() - alert.toldAt.getTime() >= cooldownMs ? "again" : undefined;
}
