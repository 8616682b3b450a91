import type { Database } from "#db/database.ts";
import { scrubDetails, scrubLabel } from "../audit/scrub-details.ts";
import type { Actor } from "../auth/actor.ts";
import { requirePlatformAdmin } from "./require-platform-admin.ts";
import type { FailedJob, FailedJobList, FailedJobListQuery } from "./schema.ts";

interface JobRow {
  id: string;
  task: string;
  attempts: number;
  last_error: string | null;
  payload: unknown;
  created_at: Date;
  updated_at: Date;
}

/** Jobs that will not be tried again by themselves, the newest first. */
export async function listFailedJobs(
  db: Database,
  actor: Actor,
  { task, cursor, limit }: FailedJobListQuery,
): Promise<FailedJobList> {
  requirePlatformAdmin(actor);
  const rows = await db.withSql(
    (sql) => sql<JobRow[]>`
      select job.id::text, task.identifier as task, job.attempts, job.last_error, job.payload,
        job.created_at, job.updated_at
      from graphile_worker._private_jobs job
      join graphile_worker._private_tasks task on task.id = job.task_id
      where job.locked_at is null and job.attempts >= job.max_attempts
        ${task === undefined ? sql`` : sql`and task.identifier = ${task}`}
        ${cursor === undefined ? sql`` : sql`and job.id < ${cursor}::bigint`}
      order by job.id desc
      limit ${limit + 1}`,
    { readOnly: true },
  );
  const jobs = rows.slice(0, limit).map(toFailedJob);
  return { jobs, nextCursor: rows.length > limit ? (jobs.at(-1)?.id ?? null) : null };
}

const toFailedJob = (row: JobRow): FailedJob => ({
  id: row.id,
  task: row.task,
  attempts: row.attempts,
  error: scrubLabel(row.last_error) ?? "",
  payload: scrubDetails({ payload: row.payload }).payload ?? null,
  createdAt: row.created_at.toISOString(),
  failedAt: row.updated_at.toISOString(),
});
