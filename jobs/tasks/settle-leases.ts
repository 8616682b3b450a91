import { announceDeliveries } from "#app/domain/live/announce.server.ts";
import type { HandlingChange } from "#app/domain/messaging/handling-change.ts";
import { settleLeases as settle } from "#app/domain/messaging/settle-leases.server.ts";
import type { TaskContext } from "./context.ts";

/** Notes which leases have run out, and shows it to those who are watching. */
export async function settleLeases({ db, log }: TaskContext): Promise<void> {
  const changes: HandlingChange[] = [];
  await settle(db, { onSettled: (batch) => changes.push(...batch) });
  if (changes.length === 0) return;
  const dead = changes.filter(({ handling }) => handling === "dead");
  log.info({ ended: changes.length, dead: dead.length }, "Leases have run out");
  await announceDeliveries(db, changes, dead);
}
