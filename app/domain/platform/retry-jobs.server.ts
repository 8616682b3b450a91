import type { Database, Sql } from "#db/database.ts";
import { SYSTEM_TENANT_ID } from "#db/ids.ts";
import { insertAuditEvents } from "../audit/insert-audit-events.server.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import { notFound } from "../errors.ts";
import { requirePlatformAdmin } from "./require-platform-admin.ts";

/**
 * Lets a job that has failed for good run again, with all its attempts.
 * @throws AppError not_found when there is no such job, or it has not failed
 */
export async function retryJob(
  db: Database,
  actor: Actor,
  jobId: string,
  request: RequestInfo,
): Promise<void> {
  requirePlatformAdmin(actor);
  await db.withSql(async (sql) => {
    const [job] = await sql<{ id: string; task: string }[]>`
      select job.id::text, task.identifier as task
      from graphile_worker._private_jobs job
      join graphile_worker._private_tasks task on task.id = job.task_id
      where job.id = ${jobId}::bigint and job.locked_at is null and job.attempts >= job.max_attempts
      for update of job`;
    if (job === undefined) throw notFound("failed job");
    await reschedule(sql, [job.id]);
    await insertAuditEvents(sql, [
      {
        tenantId: SYSTEM_TENANT_ID,
        actor,
        action: "job.retried",
        resource: { id: job.id, name: job.task },
        request,
        details: { task: job.task },
      },
    ]);
  });
}

/** As many as one transaction takes; who has more presses again. */
const maxRetried = 1_000;

/** The same for a task's failed jobs, at most a thousand, the oldest first; gives how many. */
export async function retryJobsOfTask(
  db: Database,
  actor: Actor,
  task: string,
  request: RequestInfo,
): Promise<{ retried: number }> {
  requirePlatformAdmin(actor);
  return db.withSql(async (sql) => {
    const failed = await sql<{ id: string }[]>`
      select job.id::text
      from graphile_worker._private_jobs job
      join graphile_worker._private_tasks task on task.id = job.task_id
      where task.identifier = ${task} and job.locked_at is null and job.attempts >= job.max_attempts
      order by job.id
      limit ${maxRetried}
      for update of job skip locked`;
    if (failed.length === 0) return { retried: 0 };
    await reschedule(
      sql,
      failed.map(({ id }) => id),
    );
    await insertAuditEvents(sql, [
      {
        tenantId: SYSTEM_TENANT_ID,
        actor,
        action: "job.retried",
        resource: { id: null, name: task },
        request,
        details: { task, jobs: failed.length },
      },
    ]);
    return { retried: failed.length };
  });
}

const reschedule = (sql: Sql, ids: readonly string[]) =>
  sql`select from graphile_worker.reschedule_jobs(${ids}::bigint[], run_at => now(), attempts => 0)`;
