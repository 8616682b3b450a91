import { filtersOfList } from "#app/domain/alerts/alert-list-schema.ts";
import { listAlerts } from "#app/domain/alerts/list-alerts.server.ts";
import type { UserActor } from "#app/domain/auth/actor.ts";
import type { Database } from "#db/database.ts";

const shownAlerts = 3;

/** The critical alerts that nobody has seen to; none for those who may not see them. */
export async function readCriticalAlerts(db: Database, actor: UserActor) {
  if (!actor.scopes.has("alerts:read")) return { alerts: [], hasMore: false };
  const { alerts, nextCursor } = await listAlerts(db, actor, {
    filters: { ...filtersOfList.open, severity: "critical" },
    limit: shownAlerts,
  });
  return { alerts, hasMore: nextCursor !== null };
}
