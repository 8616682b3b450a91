import { announceDeliveries } from "#app/domain/live/announce.server.ts";
import { releaseMailbox as release } from "#app/domain/messaging/push/release-mailbox.server.ts";
import type { JobPayload } from "#jobs/catalog.ts";
import type { TaskContext } from "./context.ts";

/** Hands over what waited for an endpoint that is not used any more. */
export async function releaseMailbox(
  { db, log }: TaskContext,
  { tenantId, agentId }: JobPayload<"release-mailbox">,
): Promise<void> {
  const released = await release(db, {
    tenantId,
    agentId,
    onReleased: (deliveries) => announceDeliveries(db, deliveries, deliveries),
  });
  if (released > 0) log.info({ agentId, released }, "Messages that waited for an endpoint were handed over");
}
