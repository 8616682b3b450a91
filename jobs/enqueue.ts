import { sql } from "drizzle-orm";
import type { Sql, Tx } from "#db/database.ts";
import { type JobName, type JobPayload, jobs } from "./catalog.ts";

export interface EnqueueOptions {
  /** Jobs of one queue run one after the other. Few names: each costs the worker. */
  queueName?: string;
  runAt?: Date;
  /** A waiting job with the same key is replaced. */
  jobKey?: string;
  /** With a key: what a replacement does to the waiting job's time. */
  jobKeyMode?: "replace" | "preserve_run_at";
  /** Lower runs sooner. */
  priority?: number;
  maxAttempts?: number;
}

/**
 * Enqueues a job on the transaction of the change that it follows from: it runs when that commits,
 * and never when it does not. Works as the tenant and as the system login.
 * @returns the job's id
 * @throws ZodError when the payload does not fit its schema
 */
export async function enqueueJob<N extends JobName>(
  tx: Tx,
  name: N,
  payload: JobPayload<N>,
  options: EnqueueOptions = {},
): Promise<string> {
  const definition = jobs[name];
  const json = JSON.stringify(definition.payload.parse(payload));
  const rows = await tx.execute<{ id: string }>(sql`
    select enqueue_job(
      task => ${name},
      payload => ${json}::text::json,
      queue_name => ${options.queueName ?? null},
      run_at => ${options.runAt?.toISOString() ?? null}::timestamptz,
      max_attempts => ${options.maxAttempts ?? definition.maxAttempts}::int,
      job_key => ${options.jobKey ?? null},
      priority => ${options.priority ?? null}::int,
      job_key_mode => ${options.jobKeyMode ?? "replace"}
    ) as id`);
  const [row] = rows;
  if (row === undefined) throw new Error(`enqueue_job returned nothing for ${name}.`);
  return String(row.id);
}

export interface JobToEnqueue<N extends JobName> {
  payload: JobPayload<N>;
  jobKey: string;
  /** Jobs of one queue run one after the other. */
  queueName?: string | undefined;
  /** Absent: now. */
  runAt?: Date | undefined;
}

/**
 * `enqueueJob` for any number of jobs of one name, in one statement on a postgres.js transaction. In
 * the order of their keys: transactions that wake the same ones wait for each other, and never both.
 */
export async function enqueueJobs<N extends JobName>(
  tx: Sql,
  name: N,
  items: readonly JobToEnqueue<N>[],
  jobKeyMode: NonNullable<EnqueueOptions["jobKeyMode"]>,
): Promise<void> {
  if (items.length === 0) return;
  const { payload, maxAttempts } = jobs[name];
  const rows = items
    .map((item) => ({
      payload: payload.parse(item.payload),
      job_key: item.jobKey,
      queue_name: item.queueName,
      run_at: item.runAt,
    }))
    .toSorted((a, b) => (a.job_key < b.job_key ? -1 : 1));
  await tx`
    select enqueue_job(
      task => ${name}, payload => job.payload, queue_name => job.queue_name, run_at => job.run_at, max_attempts => ${maxAttempts}::int,
      job_key => job.job_key, job_key_mode => ${jobKeyMode}
    )
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as job (
      payload json, job_key text, queue_name text, run_at timestamptz
    )
  `;
}
