import type { UserActor } from "#app/domain/auth/actor.ts";
import { listBudgets } from "#app/domain/usage/budgets/list-budgets.server.ts";
import { addMonths, dayOf, monthOf } from "#app/domain/usage/reading/days.ts";
import { listAgentNames } from "#app/domain/usage/reading/list-agent-names.server.ts";
import { listAgentUsage } from "#app/domain/usage/reading/list-agent-usage.server.ts";
import { readDailyUsage } from "#app/domain/usage/reading/read-daily-usage.server.ts";
import { readToolUsage } from "#app/domain/usage/reading/read-tool-usage.server.ts";
import type { UsageWindow } from "#app/domain/usage/reading/schema.ts";
import type { UsageReach } from "#app/domain/usage/reading/usage-reach.server.ts";
import type { Database } from "#db/database.ts";
import { daysAt, type UsagePageQuery } from "./usage-page-query.server.ts";

const shownAgents = 25;
const shownTools = 10;
/** Months that the table of agents can be of. */
const months = 13;

interface LoadUsagePageOptions {
  /** Without it the actor's own tenant. */
  reach?: UsageReach | undefined;
  query: UsagePageQuery;
  nowMs: number;
}

/** What a page of usage shows, for a tenant's people and for those who administer the service alike. */
export async function loadUsagePage(
  db: Database,
  actor: UserActor,
  { reach, query, nowMs }: LoadUsagePageOptions,
) {
  const { cursor, ...choices } = query;
  const { metric = "tokens", tier, agentId, model, sort = "tokens" } = query;
  const by = query.by === undefined || (query.by === "tenant" && reach !== "all") ? "none" : query.by;
  // Of all tenants a month is much to look through unasked.
  const defaultWindow: UsageWindow = reach === "all" ? "7d" : "30d";
  const span = daysAt(query.window ?? defaultWindow, nowMs);
  // By user usage is counted for the tenant as a whole.
  const filters = by === "user" ? {} : { tier, agentId, model };
  const own = reach === "all" ? undefined : (reach ?? actor.tenantId);
  const [usage, agents, tools, budgets, agentChoices] = await Promise.all([
    readDailyUsage(db, actor, { ...span, ...filters, metric, by, reach }, nowMs),
    listAgentUsage(
      db,
      actor,
      {
        ...{ reach, tier, sort, cursor, limit: shownAgents },
        ...{ month: query.month, order: query.order, search: query.search, state: query.state },
      },
      nowMs,
    ),
    reach === "all" ? null : readToolUsage(db, actor, { ...span, agentId, reach, limit: shownTools }, nowMs),
    own === undefined ? null : listBudgets(db, actor, nowMs, own),
    own === undefined ? [] : listAgentNames(db, actor, own),
  ]);
  const month = monthOf(dayOf(nowMs));
  return {
    ...{ choices, defaultWindow },
    cursor,
    usage,
    agents,
    tools,
    budgets,
    agentChoices,
    months: Array.from({ length: months }, (_, n) => addMonths(month, -n)),
  };
}
