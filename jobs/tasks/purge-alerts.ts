import { purgeAlerts as purge } from "#app/domain/alerts/purge-alerts.server.ts";
import type { TaskContext } from "./context.ts";

/** Removes alerts that were resolved long ago. */
export async function purgeAlerts({ db, log }: TaskContext): Promise<void> {
  const purged = await purge(db);
  if (purged > 0) log.info({ purged }, "Alerts purged");
}
