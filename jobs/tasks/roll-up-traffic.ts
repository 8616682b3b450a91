import { rollUpTraffic as rollUp } from "#app/domain/messaging/statistics/roll-up-traffic.server.ts";
import { continueRollingUp } from "#app/domain/messaging/statistics/schedule-roll-up.server.ts";
import type { JobPayload } from "../catalog.ts";
import type { TaskContext } from "./context.ts";

/** Brings the figures up to date, and again in a moment while there is traffic. */
export async function rollUpTraffic(
  { db, log, signal }: TaskContext,
  { quietRuns }: JobPayload<"roll-up-traffic">,
): Promise<void> {
  const folded = await rollUp(db, { signal });
  if (folded > 0) log.debug({ folded }, "Traffic rolled up");
  if (!signal.aborted) await continueRollingUp(db, { folded, quietRuns });
}
