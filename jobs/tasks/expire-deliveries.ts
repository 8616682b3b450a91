import { announceDeliveries } from "#app/domain/live/announce.server.ts";
import {
  type ExpiredDelivery,
  expireDeliveries as expire,
} from "#app/domain/messaging/expire-deliveries.server.ts";
import type { TaskContext } from "./context.ts";

/** Marks what nobody handled in time, and shows it to those who are watching. */
export async function expireDeliveries({ db, log }: TaskContext): Promise<void> {
  const expired: ExpiredDelivery[] = [];
  await expire(db, { onExpired: (batch) => expired.push(...batch) });
  if (expired.length === 0) return;
  log.info({ expired: expired.length }, "Deliveries expired");
  const changes = expired.map((delivery) => ({ ...delivery, status: "expired" as const }));
  await announceDeliveries(db, changes, expired);
}
