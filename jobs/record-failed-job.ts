import { recordAudit } from "#app/domain/audit/record-audit.server.ts";
import { systemActor } from "#app/domain/auth/system-actor.ts";
import type { Database } from "#db/database.ts";
import { SYSTEM_TENANT_ID } from "#db/ids.ts";
import type { Log } from "#db/log.ts";
import { jobs } from "./catalog.ts";
import type { LostJob } from "./heartbeat.ts";

/** A job that will not be tried again: in the log with its stack, and in the audit trail. */
export async function recordFailedJob(db: Database, log: Log, job: LostJob, cause: unknown): Promise<void> {
  log.error({ err: cause, job: job.id, task: job.task, attempts: job.attempts }, "A job failed for good");
  const known = Object.hasOwn(jobs, job.task);
  try {
    await db.asSystem((tx) =>
      recordAudit(tx, {
        tenantId: SYSTEM_TENANT_ID,
        actor: systemActor(SYSTEM_TENANT_ID, "worker"),
        action: "job.failed",
        resource: { id: job.id, name: known ? job.task : null },
        status: "failure",
        request: null,
        details: {
          task: job.task,
          attempts: job.attempts,
          error: (cause instanceof Error ? cause.message : String(cause)).slice(0, 500),
        },
      }),
    );
  } catch (error) {
    log.error({ err: error, job: job.id, task: job.task }, "A job's failure could not be recorded");
  }
}
