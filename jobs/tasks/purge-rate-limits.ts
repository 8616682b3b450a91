import { purgeRateLimits as purge } from "#app/domain/limits/purge-rate-limits.server.ts";
import type { TaskContext } from "./context.ts";

/** Removes the counters of rate limits whose window is over. */
export async function purgeRateLimits({ db, log }: TaskContext): Promise<void> {
  const purged = await purge(db);
  if (purged > 0) log.info({ purged }, "Counters of rate limits purged");
}
