import { drainChannel } from "#app/domain/alerts/channels/drain-channel.server.ts";
import { announceAlerts } from "#app/domain/live/announce.server.ts";
import { toUuid } from "#db/ids.ts";
import type { JobPayload } from "#jobs/catalog.ts";
import type { TaskContext } from "./context.ts";

/** Tells a channel what waits for it, and shows what came of it to those who are watching. */
export async function tellChannel(
  { db, notices, signal }: TaskContext,
  { tenantId, channelId }: JobPayload<"tell-channel">,
): Promise<void> {
  const attempts = await drainChannel({ db, services: notices, tenantId, channelId, signal });
  if (attempts > 0) await announceAlerts(db, [toUuid(tenantId)]);
}
