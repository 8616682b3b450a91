import type { Database, Sql } from "#db/database.ts";
import { type AlertId, type TenantId, toUuid } from "#db/ids.ts";
import { type AuditLogRow, auditLogColumns, exactTime, toAuditLog } from "../audit/audit-log-row.ts";
import type { AuditLog } from "../audit/audit-log-schema.ts";
import type { Actor } from "../auth/actor.ts";
import { notFound } from "../errors.ts";
import { requireAlertReach } from "./alert-reach.server.ts";
import { type AlertRow, alertColumns, alertSource, toAlertView } from "./alert-row.ts";
import type { AlertDetail, AlertEntry, AlertEntryKind, AlertView } from "./alert-schema.ts";
import { findDeliveries } from "./channels/find-deliveries.server.ts";
import { offeredActions } from "./offered-actions.server.ts";

/** More than anybody reads; the oldest and the newest of them stay. */
const maxEntries = 500;
const maxDeliveries = 100;

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
  const tenantId = requireAlertReach(actor, asked, "alerts:read");
  const mayReadTrail = actor.scopes.has(tenantId === actor.tenantId ? "activity:read" : "tenants:admin");
  return db.asTenantSql(
    tenantId,
    async (sql) => {
      const alert = await selectAlert(sql, tenantId, alertId);
      const [entries, events, deliveries, actions] = await Promise.all([
        readEntries(sql, tenantId, alertId),
        mayReadTrail ? readEvents(sql, tenantId, alertId) : [],
        findDeliveries(sql, toUuid(tenantId), { alertId, limit: maxDeliveries }),
        offeredActions(sql, actor, alert),
      ]);
      return { ...alert, entries, events, deliveries: deliveries.toReversed(), actions };
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
