import type { Sql } from "#db/database.ts";
import { type AlertId, newUuid, type TenantId, toTypeId, toUuid } from "#db/ids.ts";
import type { AnyAuditEvent } from "../audit/audit-event.ts";
import { insertAuditEvents } from "../audit/insert-audit-events.server.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import type { AlertEntryKind, AlertStatus } from "./alert-schema.ts";
import type { RuleKind } from "./rule-kinds.ts";
import { tellAlerts } from "./tell-alerts.server.ts";

/** What a person, or their program, says to an alert. */
export type AlertAnswer =
  | { kind: "acknowledge"; note?: string | undefined }
  | { kind: "unacknowledge" }
  | { kind: "snooze"; until: string; note?: string | undefined }
  | { kind: "snooze"; minutes: number; note?: string | undefined }
  | { kind: "unsnooze" }
  | { kind: "resolve"; note?: string | undefined };

/** Who answers, and in whose tenant. */
export interface Answering {
  tenantId: TenantId;
  actor: Actor;
  request: RequestInfo | null;
}

export interface LockedAlert {
  id: AlertId;
  kind: RuleKind;
  subjectName: string | null;
  status: AlertStatus;
  count: number;
  /** In the future, or null. */
  snoozedUntil: string | null;
}

export interface LockedAlerts {
  alerts: LockedAlert[];
  /** The database's time. */
  nowMs: number;
}

/** Snoozed by minutes once more within this, it is the same request again. */
const sameSnoozeMs = 60_000;
const longestSnoozeMs = 30 * 24 * 3_600_000;

interface LockedRow {
  id: string;
  kind: RuleKind;
  subject_name: string | null;
  status: AlertStatus;
  count: string;
  snoozed_until: Date | null;
  now: Date;
}

/** Locks alerts in the order in which whoever counts in them does. Those that are not there are absent. */
export async function lockAlerts(
  sql: Sql,
  tenantId: TenantId,
  alertIds: readonly AlertId[],
): Promise<LockedAlerts> {
  const rows = await sql<LockedRow[]>`
    select id, kind, subject_name, status, count, now() as now,
      case when snoozed_until > now() then snoozed_until end as snoozed_until
    from alerts
    where tenant_id = ${toUuid(tenantId)} and id = any(${alertIds.map((id) => toUuid(id))}::uuid[])
    order by fingerprint
    for no key update`;
  return {
    nowMs: rows[0]?.now.getTime() ?? Date.now(),
    alerts: rows.map((row) => ({
      id: toTypeId("alr", row.id),
      kind: row.kind,
      subjectName: row.subject_name,
      status: row.status,
      count: Number(row.count),
      snoozedUntil: row.snoozed_until?.toISOString() ?? null,
    })),
  };
}

/** Whether an answer changes the alert, says what is so already, or cannot be given to it. */
export function verdictOn(
  { status, snoozedUntil }: LockedAlert,
  answer: AlertAnswer,
  nowMs: number,
): "changed" | "unchanged" | "refused" {
  if (status === "resolved")
    return answer.kind === "resolve" || answer.kind === "unsnooze" ? "unchanged" : "refused";
  switch (answer.kind) {
    case "acknowledge":
      return status === "acknowledged" ? "unchanged" : "changed";
    case "unacknowledge":
      return status === "open" ? "unchanged" : "changed";
    case "resolve":
      return "changed";
    case "unsnooze":
      return snoozedUntil === null ? "unchanged" : "changed";
    case "snooze": {
      const apartMs = Math.abs(Date.parse(snoozeEnd(answer, nowMs)) - Date.parse(snoozedUntil ?? ""));
      return apartMs <= ("minutes" in answer ? sameSnoozeMs : 0) ? "unchanged" : "changed";
    }
  }
}

/** Whether a snooze may end then. */
export const isSnoozable = (untilMs: number, nowMs: number): boolean =>
  untilMs > nowMs && untilMs <= nowMs + longestSnoozeMs + sameSnoozeMs;

export const snoozeEnd = (answer: AlertAnswer & { kind: "snooze" }, nowMs: number): string =>
  new Date("until" in answer ? answer.until : nowMs + answer.minutes * 60_000).toISOString();

/**
 * Gives an answer to alerts that are locked and that it changes: the change, an entry and an audit event of
 * each, and who was told of them hears of it. Who answers has read them.
 */
export async function giveAnswer(
  sql: Sql,
  by: Answering,
  { alerts, nowMs }: LockedAlerts,
  answer: AlertAnswer,
): Promise<void> {
  if (alerts.length === 0) return;
  const note = "note" in answer ? (answer.note ?? null) : null;
  const until = answer.kind === "snooze" ? snoozeEnd(answer, nowMs) : null;
  await update(sql, by, alerts, { answer, note, until });
  await insertEntries(sql, by, alerts, {
    kind: entryKinds[answer.kind],
    text: note,
    details: until === null ? {} : { until },
  });
  await insertAuditEvents(
    sql,
    alerts.map((alert) => auditOf(by, alert, answer, { note, until })),
  );
  await tell(sql, by, alerts, answer);
  await markAsRead(sql, by, alerts);
}

const entryKinds = {
  acknowledge: "acknowledged",
  unacknowledge: "unacknowledged",
  snooze: "snoozed",
  unsnooze: "unsnoozed",
  resolve: "resolved",
} as const satisfies Record<AlertAnswer["kind"], AlertEntryKind>;

const idsOf = (alerts: readonly LockedAlert[]): string[] => alerts.map(({ id }) => toUuid(id));

async function update(
  sql: Sql,
  { tenantId, actor }: Answering,
  alerts: readonly LockedAlert[],
  { answer, note, until }: { answer: AlertAnswer; note: string | null; until: string | null },
): Promise<void> {
  const change = {
    acknowledge: sql`status = 'acknowledged', acknowledged_at = now(), acknowledged_by = ${actor.id},
      acknowledged_name = ${actor.name}`,
    unacknowledge: sql`status = 'open', acknowledged_at = null, acknowledged_by = null, acknowledged_name = null`,
    snooze: sql`snoozed_until = ${until}::timestamptz`,
    unsnooze: sql`snoozed_until = null`,
    resolve: sql`status = 'resolved', resolved_at = now(), resolved_by = ${actor.id}, resolved_name = ${actor.name},
      resolution = ${note}, snoozed_until = null`,
  }[answer.kind];
  await sql`
    update alerts set ${change} where tenant_id = ${toUuid(tenantId)} and id = any(${idsOf(alerts)}::uuid[])`;
}

export interface NewEntry {
  kind: AlertEntryKind;
  text: string | null;
  details: Record<string, unknown>;
}

/** Writes the same down about each of the alerts. */
export async function insertEntries(
  sql: Sql,
  { tenantId, actor }: Answering,
  alerts: readonly Pick<LockedAlert, "id">[],
  { kind, text, details }: NewEntry,
): Promise<void> {
  const entries = alerts.map(({ id }) => ({ alert_id: toUuid(id), id: newUuid() }));
  // Later than what the same transaction has said of it before, by its own clock.
  await sql`
    insert into alert_entries (tenant_id, alert_id, id, at, kind, actor_kind, actor_id, actor_name, text, details)
    select ${toUuid(tenantId)}, entry.alert_id, entry.id, clock_timestamp(), ${kind}, ${actor.kind}, ${actor.id},
      ${actor.name}, ${text}, ${JSON.stringify(details)}::text::jsonb
    from json_to_recordset(${JSON.stringify(entries)}::text::json) as entry (alert_id uuid, id uuid)`;
}

function auditOf(
  { tenantId, actor, request }: Answering,
  { id, kind, subjectName, count }: LockedAlert,
  answer: AlertAnswer,
  { note, until }: { note: string | null; until: string | null },
): AnyAuditEvent {
  const common = { tenantId, actor, resource: { id, name: subjectName }, request };
  switch (answer.kind) {
    case "acknowledge":
      return { ...common, action: "alert.acknowledged", details: { kind, note } };
    case "unacknowledge":
      return { ...common, action: "alert.unacknowledged", details: { kind } };
    case "snooze":
      return { ...common, action: "alert.snoozed", details: { kind, until: until ?? "", note } };
    case "unsnooze":
      return { ...common, action: "alert.unsnoozed", details: { kind } };
    case "resolve":
      return { ...common, action: "alert.resolved", details: { kind, note, count } };
  }
}

/** Of what is acknowledged nobody is told that its snooze has ended. */
async function tell(
  sql: Sql,
  { tenantId }: Answering,
  alerts: readonly LockedAlert[],
  answer: AlertAnswer,
): Promise<void> {
  const toTell = (some: readonly LockedAlert[]) => some.map(({ id }) => ({ tenantId, alertId: id }));
  if (answer.kind === "acknowledge") await tellAlerts(sql, toTell(alerts), "acknowledged");
  if (answer.kind === "resolve") await tellAlerts(sql, toTell(alerts), "resolved");
  if (answer.kind === "unsnooze")
    await tellAlerts(sql, toTell(alerts.filter(({ status }) => status === "open")), "unsnoozed");
}

async function markAsRead(
  sql: Sql,
  { tenantId, actor }: Answering,
  alerts: readonly LockedAlert[],
): Promise<void> {
  if (actor.kind !== "user") return;
  await sql`
    insert into alert_reads (tenant_id, user_id, alert_id, read_at)
    select ${toUuid(tenantId)}, ${toUuid(actor.id)}, alert_id, clock_timestamp()
    from unnest(${idsOf(alerts)}::uuid[]) as alert_id
    order by alert_id
    on conflict (tenant_id, alert_id, user_id) do update set read_at = excluded.read_at`;
}
