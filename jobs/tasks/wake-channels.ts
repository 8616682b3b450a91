import { wakeDueChannels } from "#app/domain/alerts/channels/wake-channel.server.ts";
import type { TaskContext } from "./context.ts";

/** Enqueues the channels for which something waits and nobody does anything. */
export async function wakeChannels({ db, log }: TaskContext): Promise<void> {
  const woken = await wakeDueChannels(db);
  if (woken > 0) log.debug({ woken }, "Channels with waiting alerts were woken");
}
