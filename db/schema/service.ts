import { index, pgTable, text, timestamp } from "drizzle-orm/pg-core";

/** Worker processes that are alive; a stale one's jobs are unlocked by the others. */
export const workerHeartbeats = pgTable(
  "worker_heartbeats",
  {
    workerId: text().primaryKey(),
    runner: text().notNull(),
    startedAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    lastSeenAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [index("worker_heartbeats_seen_idx").on(t.lastSeenAt)],
);

/** The tasks that `enqueue_job` accepts; written from `jobs/catalog.ts` by the migration step. */
export const jobTasks = pgTable("job_tasks", { name: text().primaryKey() });
