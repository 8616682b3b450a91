import type { Database } from "#db/database.ts";
import type { Log } from "#db/log.ts";

/** What every task is given. */
export interface TaskContext {
  db: Database;
  log: Log;
  /** Aborts when the worker is stopping and the task should end soon. */
  signal: AbortSignal;
}
