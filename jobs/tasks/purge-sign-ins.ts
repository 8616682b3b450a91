import { purgeSignIns as purge } from "#app/domain/auth/purge-sign-ins.server.ts";
import type { TaskContext } from "./context.ts";

/** Removes what is kept of sign-ins and is of no use any more. */
export async function purgeSignIns({ db, log }: TaskContext): Promise<void> {
  const purged = await purge(db);
  if (purged > 0) log.info({ purged }, "Failed sign-ins and places purged");
}
