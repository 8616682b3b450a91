import { purgeSessions as purge } from "#app/domain/auth/purge-sessions.server.ts";
import type { TaskContext } from "./context.ts";

/** Removes the sessions that ended long ago. */
export async function purgeSessions({ db, log }: TaskContext): Promise<void> {
  const purged = await purge(db);
  if (purged > 0) log.info({ purged }, "Sessions purged");
}
