import type { Database } from "#db/database.ts";
import { waitForCursor } from "./alert-cursor.server.ts";
import type { StateCheck } from "./states/state-check.ts";

export interface Pulse {
  /** Those whose turn it is. */
  checks: StateCheck[];
  /** The sweep, which comes by the clock, has not come. */
  isSweepOverdue: boolean;
}

/** As often as the worker's clock sweeps, and a minute. */
const sweepOverdueMs = 6 * 60_000;

/**
 * Takes this moment's look at the state of things, so that of all processes one has it; undefined where
 * another had it less than `intervalMs` ago.
 */
export const takePulse = (
  db: Database,
  { checks, intervalMs }: { checks: readonly StateCheck[]; intervalMs: number },
): Promise<Pulse | undefined> =>
  db.withSql(async (sql) => {
    const { pulsedAt, sweptAt, now } = await waitForCursor(sql);
    // Timers are not exact, and two processes' least of all.
    if (pulsedAt !== null && now.getTime() - pulsedAt.getTime() < intervalMs * 0.9) return undefined;
    await sql`update alert_cursor set pulsed_at = now()`;
    return {
      checks: checks.filter((check) => isTurnOf(check, pulsedAt, now)),
      isSweepOverdue: sweptAt === null || now.getTime() - sweptAt.getTime() > sweepOverdueMs,
    };
  });

/** Whether one of its times lies between the last look and this one. */
function isTurnOf({ everySeconds }: StateCheck, last: Date | null, now: Date): boolean {
  const turn = (at: Date): number => Math.floor(at.getTime() / (everySeconds * 1_000));
  return last === null || turn(last) !== turn(now);
}
