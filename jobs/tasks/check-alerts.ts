import { sweepAlerts } from "#app/domain/alerts/sweep-alerts.server.ts";
import { announceAlerts } from "#app/domain/live/announce.server.ts";
import { toUuid } from "#db/ids.ts";
import type { TaskContext } from "./context.ts";

/** Looks at everything that alerts are made of, and does what no event asks for. */
export async function checkAlerts({ db, log, alertMetrics }: TaskContext): Promise<void> {
  await sweepAlerts({
    ...{ db, log, metrics: alertMetrics },
    onChanged: (tenantIds) => announceAlerts(db, Array.from(tenantIds, toUuid)),
  });
}
