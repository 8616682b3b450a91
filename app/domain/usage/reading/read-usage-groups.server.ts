import type { Sql } from "#db/database.ts";
import { toUuid } from "#db/ids.ts";
import type { UsageDays } from "./days.ts";
import { hasDaysOf, sumOfDays } from "./days-of-months.server.ts";
import { type DailyUsage, shownGroups, type UsageFilters, type UsageMetric } from "./schema.ts";
import { type Fragment, isWithin, type UsageReach } from "./usage-reach.server.ts";

export type Grouping = Exclude<DailyUsage["by"], "none">;

/** What one of the first groups has used on a day. */
export interface GroupRow {
  key: string;
  /** Its rank, from 1. */
  place: number;
  /** How many groups there are, those that are not among the first as well. */
  groups: number;
  day: string;
  value: string;
}

export interface GroupsOptions extends UsageFilters {
  reach: UsageReach;
  days: UsageDays;
  metric: UsageMetric;
  by: Grouping;
}

/** SQL: what a roll-up's row belongs to. */
const keyColumns: Record<Grouping, string> = {
  agent: "rollup.agent_id::text",
  model: "rollup.model",
  provider: "rollup.provider",
  tier: "rollup.model_tier",
  user: "rollup.user_id",
  tenant: "rollup.tenant_id::text",
};

/**
 * Those who or which used most in the window, by day, in it and before it. All are ranked here by what their
 * months sum up to, so that users by the thousand never leave the database; only the first are taken apart.
 */
export const readUsageGroups = (sql: Sql, options: GroupsOptions): Promise<GroupRow[]> => sql<GroupRow[]>`
  with used as materialized (${options.by === "tenant" ? ofTenants(sql, options) : ofMonths(sql, options)}),
  ranked as (
    select key, row_number() over (order by sum(now) desc, sum(before) desc, key)::int as place,
      count(*) over ()::int as groups
    from used
    group by key
    having sum(now) + sum(before) > 0
  )
  select
    ranked.key, ranked.place, ranked.groups, to_char(used.first + (amount.n::int - 1), 'YYYY-MM-DD') as day,
    sum(amount.value)::bigint as value
  from ranked
  join used on used.key = ranked.key
  cross join unnest(used.days) with ordinality as amount (value, n)
  where ranked.place <= ${shownGroups} and amount.value > 0
    and used.first + (amount.n::int - 1) between ${options.days.beforeFirst}::date and ${options.days.last}::date
  group by 1, 2, 3, 4
`;

/** SQL: each row's group, its days from the first on, and their sums in the window and before it. */
function ofMonths(sql: Sql, { reach, days, metric, by, agentId, tier, model }: GroupsOptions): Fragment {
  const column = metric === "tokens" ? "tokens_by_day" : "cost_by_day";
  const amounts = { table: "rollup", column } as const;
  return sql`
    select ${sql.unsafe(keyColumns[by])} as key, rollup.month as first, rollup.${sql(column)} as days,
      ${sumOfDays(sql, amounts, [days.first, days.last])} as now,
      ${sumOfDays(sql, amounts, [days.beforeFirst, days.beforeLast])} as before
    from ${sql(by === "user" ? "usage_user_months" : "usage_months")} rollup
    where ${isWithin(sql, "rollup", reach)} and ${hasDaysOf(sql, "rollup", [days.beforeFirst, days.last])}
      ${agentId === undefined ? sql`` : sql`and rollup.agent_id = ${toUuid(agentId)}`}
      ${tier === undefined ? sql`` : sql`and rollup.model_tier = ${tier}`}
      ${model === undefined ? sql`` : sql`and rollup.model = ${model}`}`;
}

function ofTenants(sql: Sql, { reach, days, metric }: GroupsOptions): Fragment {
  const value = sql.unsafe(
    metric === "tokens" ? "rollup.input_tokens + rollup.output_tokens" : "rollup.cost_micros",
  );
  return sql`
    select rollup.tenant_id::text as key, rollup.day as first, array[${value}] as days,
      case when rollup.day >= ${days.first}::date then ${value} else 0 end as now,
      case when rollup.day < ${days.first}::date then ${value} else 0 end as before
    from usage_tenant_days rollup
    where ${isWithin(sql, "rollup", reach)}
      and rollup.day between ${days.beforeFirst}::date and ${days.last}::date`;
}
