import { filtersOfList } from "#app/domain/alerts/alert-list-schema.ts";
import type { AlertReach } from "#app/domain/alerts/alert-reach.server.ts";
import { alertStatistics } from "#app/domain/alerts/alert-statistics.server.ts";
import { listChannels } from "#app/domain/alerts/channels/list-channels.server.ts";
import { countAlerts } from "#app/domain/alerts/count-alerts.server.ts";
import { listAlerts } from "#app/domain/alerts/list-alerts.server.ts";
import { listRules } from "#app/domain/alerts/list-rules.server.ts";
import { encodePlace } from "#app/domain/audit/audit-log-cursor.ts";
import type { UserActor } from "#app/domain/auth/actor.ts";
import { listAgentNames } from "#app/domain/usage/reading/list-agent-names.server.ts";
import type { Database } from "#db/database.ts";
import { type AlertsPageQuery, beginOf } from "./alerts-page-query.server.ts";

interface LoadAlertsPageOptions {
  /** Without it the actor's own tenant. */
  reach?: AlertReach | undefined;
  query: AlertsPageQuery;
  nowMs: number;
}

/** What a page of alerts shows, for a tenant's people and for those who administer the service alike. */
export async function loadAlertsPage(
  db: Database,
  actor: UserActor,
  { reach, query, nowMs }: LoadAlertsPageOptions,
) {
  const { show = "open", severity, kind, agentId, window, cursor } = query;
  const filters = { severity, kind, agentId };
  const own = reach === "all" ? undefined : (reach ?? actor.tenantId);
  const [page, counts, agents, watch, { points }] = await Promise.all([
    listAlerts(db, actor, {
      ...{ reach, cursor },
      filters: { ...filters, ...filtersOfList[show], from: beginOf(window, nowMs) },
    }),
    countAlerts(db, actor, { reach }),
    own === undefined ? [] : listAgentNames(db, actor, own),
    reach === undefined ? readWatch(db, actor) : null,
    alertStatistics(db, actor, { window: "30d", reach }),
  ]);
  return {
    ...{ page, counts, show, agents, watch, points },
    filters: { ...filters, window },
    cursor: cursor && encodePlace(cursor),
  };
}

/** How much is looked for, and in how many places it is told. */
async function readWatch(db: Database, actor: UserActor) {
  const [rules, { channels }] = await Promise.all([listRules(db, actor), listChannels(db, { actor })]);
  return {
    rules: rules.filter(({ enabled }) => enabled).length,
    channels: channels.filter(({ status }) => status === "active").length,
  };
}
