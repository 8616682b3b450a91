import type { Sql } from "#db/database.ts";
import { type AlertId, newId, newUuid, toUuid } from "#db/ids.ts";
import { insertAuditEvents } from "../audit/insert-audit-events.server.ts";
import { systemActor } from "../auth/system-actor.ts";
import type { ActiveRule } from "./alert-rules.server.ts";
import type { AlertFacts } from "./facts.ts";
import type { AlertSubject } from "./signal.ts";
import { type CountedEvent, maxShownEvents } from "./signal-group.ts";

/** An alert that is about to be. */
export interface Opening {
  rule: ActiveRule;
  key: string;
  fingerprint: string;
  subject: AlertSubject;
  facts: AlertFacts;
  count: number;
  step: number;
  firstAt: string;
  lastAt: string;
  events: readonly CountedEvent[];
}

/** Who opens and resolves alerts by itself, as the audit trail calls it. */
export const alertsActor = (tenantId: ActiveRule["tenantId"]) => systemActor(tenantId, "alerts");

/** Stores alerts with what they were made of; gives their ids in the same order. */
export async function openAlerts(sql: Sql, openings: readonly Opening[]): Promise<AlertId[]> {
  if (openings.length === 0) return [];
  const ids = openings.map(() => newId("alr"));
  const rows = openings.map((opening, n) => ({
    ...{ tenant_id: toUuid(opening.rule.tenantId), id: toUuid(ids[n] ?? newId("alr")) },
    ...{ rule_id: toUuid(opening.rule.id), kind: opening.rule.kind, fingerprint: opening.fingerprint },
    ...{ severity: opening.rule.severity, entry_id: newUuid() },
    ...{
      subject_type: opening.subject.type,
      subject_id: opening.subject.id,
      subject_name: opening.subject.name,
    },
    ...{ facts: opening.facts, count: opening.count, step: opening.step },
    ...{ first_at: opening.firstAt, last_at: opening.lastAt },
  }));
  await sql`
    insert into alerts (tenant_id, id, rule_id, kind, fingerprint, severity, subject_type, subject_id, subject_name,
      facts, count, step, first_at, last_at)
    select tenant_id, id, rule_id, kind, fingerprint, severity, subject_type, subject_id, subject_name,
      facts, count, step, first_at, last_at
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as alert (
      tenant_id uuid, id uuid, rule_id uuid, kind text, fingerprint text, severity text, subject_type text,
      subject_id text, subject_name text, facts jsonb, count bigint, step int, first_at timestamptz,
      last_at timestamptz
    )`;
  await sql`
    insert into alert_entries (tenant_id, alert_id, id, kind, actor_kind, details)
    select tenant_id, id, entry_id, 'opened', 'system', jsonb_build_object('count', count, 'severity', severity)
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as alert (
      tenant_id uuid, id uuid, entry_id uuid, count bigint, severity text
    )`;
  await insertAlertEvents(
    sql,
    openings.map(({ rule, events }, n) => ({ rule, alertId: ids[n] ?? newId("alr"), events })),
  );
  await insertAuditEvents(
    sql,
    openings.map(({ rule, subject, count }, n) => ({
      ...{ tenantId: rule.tenantId, actor: alertsActor(rule.tenantId), action: "alert.opened" as const },
      ...{ resource: { id: ids[n] ?? null, name: subject.name }, request: null },
      details: { kind: rule.kind, severity: rule.severity, ruleId: rule.id, count },
    })),
  );
  return ids;
}

/** Shows alerts with these events, as far as they do not have as many as are shown. */
export async function insertAlertEvents(
  sql: Sql,
  alerts: readonly {
    rule: Pick<ActiveRule, "tenantId">;
    alertId: AlertId;
    events: readonly CountedEvent[];
  }[],
): Promise<void> {
  const rows = alerts.flatMap(({ rule, alertId, events }) =>
    events.slice(0, maxShownEvents).map(({ id, occurredAt }, n) => ({
      ...{ tenant_id: toUuid(rule.tenantId), alert_id: toUuid(alertId), event_id: toUuid(id) },
      ...{ occurred_at: occurredAt, n },
    })),
  );
  if (rows.length === 0) return;
  await sql`
    insert into alert_events (tenant_id, alert_id, event_id, occurred_at)
    select event.tenant_id, event.alert_id, event.event_id, event.occurred_at
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as event (
      tenant_id uuid, alert_id uuid, event_id uuid, occurred_at timestamptz, n int
    )
    where event.n + (
      select count(*) from alert_events known
      where known.tenant_id = event.tenant_id and known.alert_id = event.alert_id
    ) < ${maxShownEvents}
    on conflict do nothing`;
}
