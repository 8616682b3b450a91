import { sql } from "drizzle-orm";
import type { Tx } from "#db/database.ts";
import { toTypeId } from "#db/ids.ts";
import { auditEvents } from "#db/schema/index.ts";
import type { AuditEvent } from "./audit-event.ts";
import { auditRow } from "./audit-row.ts";
import type { AuditAction } from "./registry.ts";

/** Records one event on the transaction of the change it is about, so that both commit or neither. */
export async function recordAudit<A extends AuditAction>(tx: Tx, event: AuditEvent<A>): Promise<void> {
  const row = auditRow(event);
  await tx.insert(auditEvents).values({
    tenantId: event.tenantId,
    id: toTypeId("evt", row.id),
    actorKind: row.actor_kind,
    actorId: row.actor_id,
    actorName: row.actor_name,
    action: row.action,
    resourceType: row.resource_type,
    resourceId: row.resource_id,
    resourceName: row.resource_name,
    status: row.status,
    requestId: row.request_id,
    correlationId: row.correlation_id,
    ipHash: event.request?.ipHash ?? null,
    details: sql`${row.sealed_details}::jsonb || coalesce(${row.erasable_details}::jsonb, '{}')`,
    sealedDetails: row.sealed_details,
    erasableDetails: row.erasable_details,
    commitment: bytes(row.commitment),
    salt: bytes(row.salt),
  });
}

const bytes = (hex: string | null): Buffer | null => (hex === null ? null : Buffer.from(hex, "hex"));
