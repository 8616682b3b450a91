import { purgeActivityKeys } from "#app/domain/audit/purge-activity-keys.server.ts";
import { purgeIdempotencyKeys as purge } from "#app/domain/messaging/purge-idempotency-keys.server.ts";
import type { TaskContext } from "./context.ts";

/** Forgets the keys that no send, and no call that records activity, can repeat any more. */
export async function purgeIdempotencyKeys({ db, log }: TaskContext): Promise<void> {
  const purged = (await purge(db)) + (await purgeActivityKeys(db));
  if (purged > 0) log.info({ purged }, "Idempotency keys purged");
}
