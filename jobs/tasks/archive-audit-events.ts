import { runRetention } from "#app/domain/integrity/archive/run-retention.server.ts";
import type { TaskContext } from "./context.ts";

/** Moves old audit events to archives, and deletes archives that were kept for long enough. */
export async function archiveAuditEvents({ db, log, trail, signal }: TaskContext): Promise<void> {
  const result = await runRetention(db, trail, { signal });
  if (result === undefined) return;
  const { errors, ...figures } = result;
  for (const { tenantUuid, error } of errors)
    log.error({ err: error, tenantUuid }, "A tenant's audit trail could not be archived");
  if (figures.tenants > 0) log.info(figures, "Audit events archived");
  // Not finished: the job is tried again, and goes on.
  signal.throwIfAborted();
}
