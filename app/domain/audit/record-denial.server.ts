import type { Database } from "#db/database.ts";
import { newId } from "#db/ids.ts";
import type { AuditEvent } from "./audit-event.ts";
import { recordAudit } from "./record-audit.server.ts";
import type { AuditAction } from "./registry.ts";

/** What recording on its own needs; a Runtime is one. */
export interface DenialSink {
  db: Database;
  log: { error(fields: object, message: string): void };
  metrics?: { auditFailures: { inc(): void } };
}

/**
 * Records a denial or a failure in a transaction of its own, since there is no change to go with.
 * The refusal stands whether or not it could be recorded: a failure to record is logged with the
 * event, and counted, and does not reach the caller.
 */
export async function recordDenial<A extends AuditAction>(
  { db, log, metrics }: DenialSink,
  event: AuditEvent<A>,
): Promise<void> {
  const id = newId("evt");
  try {
    await db.asTenant(event.tenantId, (tx) => recordAudit(tx, { id, status: "denied", ...event }));
  } catch (error) {
    metrics?.auditFailures.inc();
    log.error(
      {
        err: error,
        audit: {
          id,
          tenantId: event.tenantId,
          action: event.action,
          actorKind: event.actor.kind,
          actorId: event.actor.id,
          resourceId: event.resource.id,
          requestId: event.request?.requestId,
        },
      },
      "an audit event could not be recorded",
    );
  }
}
