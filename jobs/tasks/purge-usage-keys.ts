import { purgeUsageKeys as purge } from "#app/domain/usage/purge-usage-keys.server.ts";
import type { TaskContext } from "./context.ts";

/** Forgets the keys of usage events that are too old to be reported again. */
export async function purgeUsageKeys({ db, log, signal }: TaskContext): Promise<void> {
  const purged = await purge(db, { signal });
  if (purged > 0) log.info({ purged }, "Keys of usage events purged");
}
