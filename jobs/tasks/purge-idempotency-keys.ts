import { purgeIdempotencyKeys as purge } from "#app/domain/messaging/purge-idempotency-keys.server.ts";
import type { TaskContext } from "./context.ts";

/** Forgets the keys that no send can repeat any more. */
export async function purgeIdempotencyKeys({ db, log }: TaskContext): Promise<void> {
  const purged = await purge(db);
  if (purged > 0) log.info({ purged }, "Idempotency keys purged");
}
