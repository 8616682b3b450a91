import { wakeDuePushes } from "#app/domain/messaging/push/wake-push.server.ts";
import type { TaskContext } from "./context.ts";

/** Enqueues the endpoints for which something waits and nobody does anything. */
export async function wakePushes({ db, log }: TaskContext): Promise<void> {
  const woken = await wakeDuePushes(db);
  if (woken > 0) log.debug({ woken }, "Endpoints with waiting messages were woken");
}
