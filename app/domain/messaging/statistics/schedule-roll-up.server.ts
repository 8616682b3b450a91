import { sql } from "drizzle-orm";
import type { Database } from "#db/database.ts";
import type { Log } from "#db/log.ts";
import { enqueueJob } from "#jobs/enqueue.ts";

/** How far apart roll-ups are while there is traffic. */
const intervalMs = 3_000;
/** So many find nothing before the last one is not followed by another. */
const mostQuietRuns = 20;
/** A process's own traffic wakes the roll-ups again so often; far less than they go on by themselves. */
const wakeEveryMs = 30_000;
const jobKey = "roll-up-traffic";

/**
 * Whether a roll-up is followed by another: as long as there is traffic, and for a minute after it.
 * The one that the clock starts each minute (it knows of no quiet runs) leaves an idle system alone.
 */
export async function continueRollingUp(
  db: Database,
  { folded, quietRuns }: { folded: number; quietRuns: number | undefined },
): Promise<void> {
  const quiet = folded > 0 ? 0 : quietRuns === undefined ? mostQuietRuns : quietRuns + 1;
  if (quiet >= mostQuietRuns) return;
  await db.asSystem(async (tx) => {
    const [now] = await tx.execute<{ ms: string }>(sql`select extract(epoch from now()) * 1000 as ms`);
    if (now === undefined) throw new Error("The database has no time.");
    const runAt = new Date(Number(now.ms) + intervalMs);
    await enqueueJob(tx, "roll-up-traffic", { quietRuns: quiet }, { jobKey, runAt });
  });
}

export interface RollUpWaker {
  /** There is traffic. */
  wake(): void;
  /** Ends when nothing of it is under way any more. */
  close(): Promise<void>;
}

/**
 * Starts the roll-ups at the first send after a pause, so that its figures need not wait for the
 * clock. What commits sends calls it after each commit; it comes to a job in half a minute at most.
 */
export function createRollUpWaker({ db, log }: { db: Database; log: Log }): RollUpWaker {
  let wokenAtMs = Number.NEGATIVE_INFINITY;
  let waking: Promise<unknown> = Promise.resolve();
  let closed = false;
  return {
    wake() {
      const nowMs = performance.now();
      if (closed || nowMs - wokenAtMs < wakeEveryMs) return;
      wokenAtMs = nowMs;
      waking = db
        .asSystem((tx) => enqueueJob(tx, "roll-up-traffic", { quietRuns: 0 }, { jobKey }))
        // The clock starts them too, within the minute.
        .catch((error: unknown) => log.warn({ err: error }, "The roll-ups could not be woken"));
    },
    async close() {
      closed = true;
      await waking;
    },
  };
}
