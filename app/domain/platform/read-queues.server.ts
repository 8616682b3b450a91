import type { Database, Sql } from "#db/database.ts";
import { type JobName, jobs, jobTaskNames, type RunnerName } from "#jobs/catalog.ts";
import type { Queue } from "./schema.ts";

/** What waits, runs and has failed of one task. */
export interface QueueRow {
  task: string;
  ready: number;
  scheduled: number;
  running: number;
  failed: number;
  oldest_ready_seconds: number | null;
}

const isKnown = (task: string): task is JobName => Object.hasOwn(jobs, task);

/** The runner that takes the task; null of one that this version does not know. */
export const runnerOf = (task: string): RunnerName | null => (isKnown(task) ? jobs[task].runner : null);

/** As the system login; of no tenant. */
export const readQueueRows = (sql: Sql): Promise<QueueRow[]> => sql<QueueRow[]>`
      select task.identifier as task,
        count(*) filter (where waits and job.run_at <= now())::int as ready,
        count(*) filter (where waits and job.run_at > now())::int as scheduled,
        count(*) filter (where job.locked_at is not null)::int as running,
        count(*) filter (where job.locked_at is null and job.attempts >= job.max_attempts)::int as failed,
        extract(epoch from now() - min(job.run_at) filter (where waits and job.run_at <= now()))::float8
          as oldest_ready_seconds
      from graphile_worker._private_jobs job
      join graphile_worker._private_tasks task on task.id = job.task_id
      cross join lateral (select job.locked_at is null and job.attempts < job.max_attempts as waits) as state
      group by task.identifier`;

/** What waits, runs and has failed by task, of every task there is; of no tenant. */
export async function readQueues(db: Database): Promise<Queue[]> {
  const rows = await db.withSql(readQueueRows, { readOnly: true });
  const found = new Map(rows.map((row) => [row.task, row]));
  const names = [...new Set([...jobTaskNames, ...found.keys()])].sort();
  return names.map((task) => {
    const row = found.get(task);
    return {
      task,
      runner: runnerOf(task),
      ready: row?.ready ?? 0,
      scheduled: row?.scheduled ?? 0,
      running: row?.running ?? 0,
      failed: row?.failed ?? 0,
      oldestReadySeconds: row?.oldest_ready_seconds ?? null,
    };
  });
}
