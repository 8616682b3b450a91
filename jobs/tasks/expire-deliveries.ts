import { expireDeliveries as expire } from "#app/domain/messaging/expire-deliveries.server.ts";
import type { TaskContext } from "./context.ts";

/** Marks what nobody handled in time. */
export async function expireDeliveries({ db, log }: TaskContext): Promise<void> {
  const expired = await expire(db);
  if (expired > 0) log.info({ expired }, "Deliveries expired");
}
