import { purgeMessages as purge } from "#app/domain/retention/purge-messages.server.ts";
import type { TaskContext } from "./context.ts";

/** Removes what is older than its tenant keeps it. */
export async function purgeMessages({ db, log, signal }: TaskContext): Promise<void> {
  const purged = await purge(db, { signal });
  if (purged > 0) log.info({ purged }, "Messages purged");
  signal.throwIfAborted();
}
