import { sql } from "drizzle-orm";
import type { Tx } from "#db/database.ts";
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
