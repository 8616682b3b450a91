import { announceDeliveries, type DeliveryChange } from "#app/domain/live/wake-bus.server.ts";
import { expireDeliveries as expire } from "#app/domain/messaging/expire-deliveries.server.ts";
import type { TaskContext } from "./context.ts";

/** Marks what nobody handled in time, and shows it to those who are watching. */
export async function expireDeliveries({ db, log }: TaskContext): Promise<void> {
  const changes: DeliveryChange[] = [];
  const expired = await expire(db, {
    onExpired: (batch) =>
      changes.push(...batch.map((delivery) => ({ ...delivery, status: "expired" as const }))),
  });
  if (expired === 0) return;
  log.info({ expired }, "Deliveries expired");
  await announceDeliveries(db, changes);
}
