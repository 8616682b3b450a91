import type { ConversationChange } from "#app/domain/messaging/prepared-send.ts";
import type { Database } from "#db/database.ts";
import { type BusItems, type DeliveryChange, encodePayloads, headOf } from "./bus-payload.server.ts";
import { hintOf } from "./hint.server.ts";
import { defaultChannel } from "./wake-bus.server.ts";

/** For a job, which has no bus: tells every process, its own too, that deliveries have changed. */
export async function announceDeliveries(
  db: Pick<Database, "notify">,
  changes: readonly DeliveryChange[],
  conversations: readonly ConversationChange[],
): Promise<void> {
  if (changes.length === 0) return;
  const hints = new Map(
    conversations.map((change) => [`${change.tenantUuid} ${change.correlationId}`, change]),
  );
  await announce(db, { changes, hints: [...hints.values()].map(hintOf) });
}

/** The same, that alerts of these tenants have changed. */
export async function announceAlerts(
  db: Pick<Database, "notify">,
  tenantUuids: Iterable<string>,
): Promise<void> {
  const alerts = [...tenantUuids];
  if (alerts.length > 0) await announce(db, { alerts });
}

async function announce(db: Pick<Database, "notify">, items: BusItems): Promise<void> {
  for (const payload of encodePayloads(headOf("job"), items)) await db.notify(defaultChannel, payload);
}
