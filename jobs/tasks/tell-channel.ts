import { drainChannel } from "#app/domain/alerts/channels/drain-channel.server.ts";
import type { JobPayload } from "#jobs/catalog.ts";
import type { TaskContext } from "./context.ts";

/** Tells a channel what waits for it. */
export async function tellChannel(
  { db, notices, signal }: TaskContext,
  { tenantId, channelId }: JobPayload<"tell-channel">,
): Promise<void> {
  await drainChannel({ db, services: notices, tenantId, channelId, signal });
}
