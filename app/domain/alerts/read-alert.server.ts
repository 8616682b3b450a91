import type { Database, Sql } from "#db/database.ts";
import { type AlertId, type TenantId, toTypeId, toUuid } from "#db/ids.ts";
import { type AuditLogRow, auditLogColumns, exactTime, toAuditLog } from "../audit/audit-log-row.ts";
import type { AuditLog } from "../audit/audit-log-schema.ts";
import type { Actor } from "../auth/actor.ts";
import { notFound } from "../errors.ts";
import { requireAlertReach } from "./alert-reach.server.ts";
import { type AlertRow, alertColumns, alertSource, toAlertView } from "./alert-row.ts";
import type { AlertDetail, AlertEntry, AlertEntryKind, AlertView } from "./alert-schema.ts";
import type { DeliveryAttemptView, DeliveryView } from "./channels/channel-schema.ts";
import { offeredActions } from "./offered-actions.server.ts";

/** More than anybody reads; the oldest and the newest of them stay. */
const maxEntries = 500;
const maxDeliveries = 100;
const maxAttempts = 20;

export interface ReadAlertOptions {
  alertId: AlertId;
  /** Whose it is; the actor's own tenant's when nobody is named. */
  tenantId?: TenantId | undefined;
}

/**
 * An alert with what became of it: its entries, the audit events that it was made of, what channels were
 * told, and what the actor can do about it. Its audit events are for those who may read the trail.
 * @throws AppError not_found, also for another tenant's; forbidden
 */
export async function readAlert(
  db: Database,
  actor: Actor,
  { alertId, tenantId: asked }: ReadAlertOptions,
): Promise<AlertDetail> {
  const tenantId = requireAlertReach(actor, asked, "alerts:read", "alert");
  const mayReadTrail = actor.scopes.has(tenantId === actor.tenantId ? "activity:read" : "tenants:admin");
  return db.asTenantSql(
    tenantId,
    async (sql) => {
      const alert = await selectAlert(sql, tenantId, alertId);
      const [entries, events, deliveries, actions] = await Promise.all([
        readEntries(sql, tenantId, alertId),
        mayReadTrail ? readEvents(sql, tenantId, alertId) : [],
        readDeliveries(sql, tenantId, alertId),
        offeredActions(sql, actor, alert),
      ]);
      return { ...alert, entries, events, deliveries, actions };
    },
    { readOnly: true },
  );
}

/** @throws AppError not_found */
export async function selectAlert(sql: Sql, tenantId: TenantId, alertId: AlertId): Promise<AlertView> {
  const [row] = await sql<AlertRow[]>`
    select ${sql.unsafe(alertColumns)} from ${sql.unsafe(alertSource)}
    where alert.tenant_id = ${toUuid(tenantId)} and alert.id = ${toUuid(alertId)}`;
  if (row === undefined) throw notFound("alert");
  return toAlertView(row);
}

interface EntryRow {
  id: string;
  at: string;
  kind: AlertEntryKind;
  actor_kind: string;
  actor_id: string | null;
  actor_name: string | null;
  text: string | null;
  details: Record<string, unknown>;
}

async function readEntries(sql: Sql, tenantId: TenantId, alertId: AlertId): Promise<AlertEntry[]> {
  const rows = await sql<EntryRow[]>`
    select id, ${sql.unsafe(exactTime("at"))} as at, kind, actor_kind, actor_id, actor_name, text, details
    from alert_entries
    where tenant_id = ${toUuid(tenantId)} and alert_id = ${toUuid(alertId)}
    order by alert_entries.at desc, id desc
    limit ${maxEntries}`;
  return rows
    .map(({ actor_kind, actor_id, actor_name, ...same }) => ({
      ...same,
      actor: { kind: actor_kind, id: actor_id, name: actor_name },
    }))
    .toReversed();
}

/** Those that are still in the trail: what is old is in its archives. */
async function readEvents(sql: Sql, tenantId: TenantId, alertId: AlertId): Promise<AuditLog[]> {
  const rows = await sql<AuditLogRow[]>`
    select ${sql.unsafe(auditLogColumns)}
    from alert_events noted
    join audit_events event on event.tenant_id = noted.tenant_id and event.occurred_at = noted.occurred_at
      and event.id = noted.event_id
    where noted.tenant_id = ${toUuid(tenantId)} and noted.alert_id = ${toUuid(alertId)}
    order by event.occurred_at, event.id`;
  return rows.map(toAuditLog);
}

interface DeliveryRow {
  id: string;
  channel_id: string;
  channel_name: string;
  channel_kind: DeliveryView["channelKind"];
  reason: DeliveryView["reason"];
  status: DeliveryView["status"];
  created_at: string;
  settled_at: string | null;
  next_attempt_at: string | null;
  attempts: DeliveryAttemptView[];
}

/** The newest of them, oldest first, each with its newest attempts. */
async function readDeliveries(sql: Sql, tenantId: TenantId, alertId: AlertId): Promise<DeliveryView[]> {
  const rows = await sql<DeliveryRow[]>`
    select
      delivery.id, delivery.channel_id, channel.name as channel_name, channel.kind as channel_kind,
      delivery.reason, delivery.status, ${sql.unsafe(exactTime("delivery.created_at"))} as created_at,
      ${sql.unsafe(exactTime("delivery.settled_at"))} as settled_at,
      case when delivery.status = 'pending' then ${sql.unsafe(exactTime("delivery.next_attempt_at"))} end
        as next_attempt_at,
      coalesce((
        select json_agg(
          json_build_object(
            'attempt', tried.attempt, 'target', tried.target,
            'startedAt', ${sql.unsafe(exactTime("tried.started_at"))}, 'durationMs', tried.duration_ms,
            'outcome', tried.outcome, 'statusCode', tried.status_code, 'error', tried.error,
            'responseBody', tried.response_body
          ) order by tried.attempt
        )
        from (
          select * from alert_delivery_attempts attempt
          where attempt.tenant_id = delivery.tenant_id and attempt.delivery_id = delivery.id
          order by attempt.id desc
          limit ${maxAttempts}
        ) tried
      ), '[]') as attempts
    from alert_deliveries delivery
    join alert_channels channel on channel.tenant_id = delivery.tenant_id and channel.id = delivery.channel_id
    where delivery.tenant_id = ${toUuid(tenantId)} and delivery.alert_id = ${toUuid(alertId)}
    order by delivery.id desc
    limit ${maxDeliveries}`;
  return rows
    .map((row) => ({
      id: toTypeId("ntf", row.id),
      alertId,
      channelId: toTypeId("chn", row.channel_id),
      channelName: row.channel_name,
      channelKind: row.channel_kind,
      reason: row.reason,
      status: row.status,
      createdAt: row.created_at,
      settledAt: row.settled_at,
      nextAttemptAt: row.next_attempt_at,
      attempts: row.attempts,
    }))
    .toReversed();
}
