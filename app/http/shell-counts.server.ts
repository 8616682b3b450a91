import type { AlertReach } from "#app/domain/alerts/alert-reach.server.ts";
import { countAlerts } from "#app/domain/alerts/count-alerts.server.ts";
import type { UserActor } from "#app/domain/auth/actor.ts";
import { countUnread } from "#app/domain/messaging/count-unread.server.ts";
import type { Database } from "#db/database.ts";

/** What waits for a person, for the sidebar: messages, escalations, and alerts that are open. */
export async function readShellCounts(db: Database, actor: UserActor) {
  const [unread, alerts] = await Promise.all([countUnread(db, actor), countOpenAlerts(db, actor)]);
  return { ...unread, ...alerts };
}

/** The same for the pages of the service's administration, where alerts are everybody's. */
export async function readPlatformCounts(db: Database, actor: UserActor) {
  return { inbox: 0, desk: 0, ...(await countOpenAlerts(db, actor, "all")) };
}

async function countOpenAlerts(db: Database, actor: UserActor, reach?: AlertReach) {
  const needed = reach === undefined ? "alerts:read" : "tenants:admin";
  if (!actor.scopes.has(needed)) return { alerts: 0, criticalAlerts: 0 };
  const { open, bySeverity } = await countAlerts(db, actor, { reach });
  return { alerts: open, criticalAlerts: bySeverity.critical };
}
