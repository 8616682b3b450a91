import { newUuid, toUuid } from "#db/ids.ts";
import type { AuditActor, AuditEvent } from "./audit-event.ts";
import { type AuditAction, auditRegistry } from "./registry.ts";
import { scrubDetails, scrubLabel } from "./scrub-details.ts";

/**
 * An audit event as `json_to_recordset` reads it: keys are column names, ids are UUIDs, bytes are
 * hex. Time and transaction id are absent, since the database's defaults set them.
 */
export interface AuditRow {
  tenant_id: string;
  id: string;
  actor_kind: AuditActor["kind"];
  actor_id: string | null;
  actor_name: string | null;
  action: string;
  resource_type: string;
  resource_id: string | null;
  resource_name: string | null;
  status: string;
  request_id: string | null;
  correlation_id: string | null;
  ip_hash: string | null;
  details: Record<string, unknown>;
}

/**
 * Checks an event against the registry and gives its row.
 * Throws on details that do not fit: that is a bug of the caller, and a change that cannot be
 * recorded must not be committed.
 */
export function auditRow<A extends AuditAction>(event: AuditEvent<A>): AuditRow {
  if (!Object.hasOwn(auditRegistry, event.action))
    throw new Error(`"${event.action}" is not in the audit registry`);
  const entry = auditRegistry[event.action];
  const parsed = entry.details.safeParse(event.details);
  if (!parsed.success) {
    throw new Error(`The details of ${event.action} do not fit the audit registry`, { cause: parsed.error });
  }
  return {
    tenant_id: toUuid(event.tenantId),
    id: newUuid(),
    actor_kind: event.actor.kind,
    actor_id: event.actor.id,
    actor_name: scrubLabel(event.actor.name),
    action: event.action,
    resource_type: entry.resourceType,
    resource_id: event.resource.id,
    resource_name: scrubLabel(event.resource.name),
    status: event.status ?? "success",
    request_id: event.request?.requestId ?? null,
    correlation_id: event.correlationId ?? null,
    ip_hash: event.request?.ipHash?.toString("hex") ?? null,
    details: scrubDetails(parsed.data),
  };
}
