import { announceDeliveries } from "#app/domain/live/announce.server.ts";
import { drainEndpoint } from "#app/domain/messaging/push/drain-endpoint.server.ts";
import type { JobPayload } from "#jobs/catalog.ts";
import type { TaskContext } from "./context.ts";

/** Posts what waits for an agent's endpoint, and shows what came of it to those who are watching. */
export async function pushDeliveries(
  { db, push, signal }: TaskContext,
  { tenantId, agentId }: JobPayload<"push-deliveries">,
): Promise<void> {
  await drainEndpoint({
    db,
    services: push,
    tenantId,
    agentId,
    signal,
    onSettled: (delivery) => announceDeliveries(db, [delivery], [delivery]),
  });
}
