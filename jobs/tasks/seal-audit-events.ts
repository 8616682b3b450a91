import { anchorSeals } from "#app/domain/integrity/anchor-seals.server.ts";
import { sealEvents } from "#app/domain/integrity/seal-events.server.ts";
import type { TaskContext } from "./context.ts";

/** Seals what is new in the audit trail, and tells the archive store. */
export async function sealAuditEvents({ db, log, trail, signal }: TaskContext): Promise<void> {
  const { events, seals } = await sealEvents(db, trail.secrets, { signal });
  if (events > 0) log.debug({ events, seals }, "Audit events sealed");
  const { failures } = await anchorSeals(db, trail.store, { signal });
  for (const { tenantId, error } of failures)
    log.error({ err: error, tenantId }, "The newest seal could not be written to the archive store");
}
