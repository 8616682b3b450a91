import { purgeOneTimeTokens as purge } from "#app/domain/auth/purge-one-time-tokens.server.ts";
import type { TaskContext } from "./context.ts";

/** Removes mailed links that expired long ago. */
export async function purgeOneTimeTokens({ db, log }: TaskContext): Promise<void> {
  const purged = await purge(db);
  if (purged > 0) log.info({ purged }, "Mailed links purged");
}
