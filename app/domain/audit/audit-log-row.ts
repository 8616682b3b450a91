import { toTypeId } from "#db/ids.ts";
import type { AuditActorKind, AuditLog, AuditLogStatus } from "./audit-log-schema.ts";

/** SQL for a time as ISO 8601 in UTC, to the microsecond. */
export const exactTime = (column: string): string =>
  `to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** An event as the statements below give it. */
export interface AuditLogRow {
  tenant_id: string;
  id: string;
  at: string;
  actor_kind: AuditActorKind;
  actor_id: string | null;
  actor_name: string | null;
  action: string;
  resource_type: string;
  resource_id: string | null;
  resource_name: string | null;
  status: AuditLogStatus;
  request_id: string | null;
  correlation_id: string | null;
  details: Record<string, unknown>;
}

/** SQL: what a reader gets of `event`. */
export const auditLogColumns = `
  event.tenant_id, event.id, ${exactTime("event.occurred_at")} as at, event.actor_kind, event.actor_id,
  event.actor_name, event.action, event.resource_type, event.resource_id, event.resource_name, event.status,
  event.request_id, event.correlation_id, event.details`;

/** A stored event as readers get it. */
export const toAuditLog = (row: AuditLogRow): AuditLog => ({
  id: toTypeId("evt", row.id),
  tenantId: toTypeId("ten", row.tenant_id),
  timestamp: row.at,
  actor: { id: row.actor_id, type: row.actor_kind, name: row.actor_name },
  action: row.action,
  resource: { type: row.resource_type, id: row.resource_id, name: row.resource_name },
  status: row.status,
  requestId: row.request_id,
  correlationId: row.correlation_id,
  details: row.details,
});
