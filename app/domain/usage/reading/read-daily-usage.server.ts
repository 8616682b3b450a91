import { readWithin } from "#app/domain/audit/audit-reach.server.ts";
import type { Database, Sql } from "#db/database.ts";
import { toTypeId, toUuid } from "#db/ids.ts";
import type { Actor } from "../../auth/actor.ts";
import { dayOf, daysFrom, type UsageDays } from "./days.ts";
import {
  type DailyUsage,
  type DailyUsageQuery,
  shownGroups,
  type UsageFilters,
  type UsageGroup,
  type UsageMetric,
  type UsageSums,
} from "./schema.ts";
import { type Fragment, isWithin, requireUsageReach, type UsageReach } from "./usage-reach.server.ts";
import { addUsage, noUsage, toUsageSums, type UsageSumsRow, usageSumsOf } from "./usage-sums.ts";
import { usageDaysOf } from "./usage-window.ts";

export type Grouping = DailyUsage["by"];

interface DailyRow extends UsageSumsRow {
  day: string;
  /** Null: what is left beside the first groups. */
  key: string | null;
  place: number;
}

interface ReadDailyUsageOptions extends Omit<DailyUsageQuery, "by"> {
  by: Grouping;
  /** Without it the actor's own tenant. */
  reach?: UsageReach | undefined;
}

/**
 * Usage by day and, of each, who or what used most; beside it the same number of days before. From
 * roll-ups alone: it costs the same whether the events are few or many.
 * @throws AppError invalid_input for a window that is too long or has not begun
 */
export function readDailyUsage(
  db: Database,
  actor: Actor,
  { reach: asked, ...query }: ReadDailyUsageOptions,
  nowMs: number,
): Promise<DailyUsage> {
  const reach = requireUsageReach(actor, asked);
  const days = usageDaysOf(query, nowMs);
  return readWithin(db, reach, async (sql) => {
    const rows = await readRows(sql, { ...query, reach, days });
    const names = await readNames(sql, query.by, reach, keysOf(rows));
    return dailyUsageOf(rows, { ...query, days, names, today: dayOf(nowMs) });
  });
}

interface RowsOptions extends UsageFilters {
  reach: UsageReach;
  days: UsageDays;
  metric: UsageMetric;
  by: Grouping;
}

/** SQL: what a roll-up's row belongs to. */
const keyColumns: Record<Grouping, string> = {
  none: "''",
  agent: "rollup.agent_id::text",
  model: "rollup.model",
  provider: "rollup.provider",
  tier: "rollup.model_tier",
  user: "rollup.user_id",
  tenant: "rollup.tenant_id::text",
};

const values: Record<UsageMetric, string> = {
  tokens: "input_tokens + used.output_tokens",
  cost: "cost_micros",
};

/** A row a day and group. The groups are ranked here, so that users by the thousand never leave the database. */
function readRows(sql: Sql, options: RowsOptions): Promise<DailyRow[]> {
  const { days, metric, by } = options;
  if (by === "none") return readWhole(sql, options);
  const key = sql.unsafe(keyColumns[by]);
  const value = sql.unsafe(`used.${values[metric]}`);
  return sql<DailyRow[]>`
    with used as materialized (
      select rollup.day, ${key} as key, ${sql.unsafe(usageSumsOf("rollup"))}
      from ${sql(by === "user" ? "usage_user_days" : "usage_days")} rollup
      where ${isCounted(sql, options)}
      group by 1, 2
    ), ranked as (
      select used.key, row_number() over (
        order by sum(${value}) filter (where used.day >= ${days.first}::date) desc nulls last,
          sum(${value}) desc, used.key
      ) as place
      from used group by used.key
    )
    select
      to_char(used.day, 'YYYY-MM-DD') as day, case when ranked.place <= ${shownGroups} then used.key end as key,
      least(ranked.place, ${shownGroups + 1})::int as place, ${sql.unsafe(usageSumsOf("used"))}
    from used join ranked on ranked.key = used.key
    group by 1, 2, 3
  `;
}

/** A row a day. */
const readWhole = (sql: Sql, options: RowsOptions): Promise<DailyRow[]> => sql<DailyRow[]>`
  select rollup.day::text as day, '' as key, 1 as place, ${sql.unsafe(usageSumsOf("rollup"))}
  from usage_days rollup
  where ${isCounted(sql, options)}
  group by rollup.day
`;

const isCounted = (sql: Sql, { reach, days, agentId, tier, model }: RowsOptions): Fragment => sql`
  ${isWithin(sql, "rollup", reach)}
    and rollup.day between ${days.beforeFirst}::date and ${days.last}::date
    ${agentId === undefined ? sql`` : sql`and rollup.agent_id = ${toUuid(agentId)}`}
    ${tier === undefined ? sql`` : sql`and rollup.model_tier = ${tier}`}
    ${model === undefined ? sql`` : sql`and rollup.model = ${model}`}
`;

const keysOf = (rows: readonly DailyRow[]): string[] => [
  ...new Set(rows.flatMap(({ key }) => (key === null ? [] : [key]))),
];

/** What keys are called, where that is not what they are. */
async function readNames(
  sql: Sql,
  by: Grouping,
  reach: UsageReach,
  keys: string[],
): Promise<Map<string, string>> {
  if (keys.length === 0 || (by !== "agent" && by !== "tenant")) return new Map();
  const rows =
    by === "agent"
      ? await sql<{ id: string; name: string }[]>`
          select agent.id, agent.name from agents agent
          where ${isWithin(sql, "agent", reach)} and agent.id = any(${keys}::uuid[])`
      : await sql<{ id: string; name: string }[]>`
          select tenant.id, tenant.name from tenants tenant where tenant.id = any(${keys}::uuid[])`;
  return new Map(rows.map(({ id, name }) => [id, name]));
}

interface Found {
  days: UsageDays;
  metric: UsageMetric;
  by: Grouping;
  names: ReadonlyMap<string, string>;
  today: string;
}

const measuredIn = (sums: UsageSums, metric: UsageMetric): number =>
  metric === "tokens" ? sums.tokens : sums.costMicros;

function dailyUsageOf(rows: readonly DailyRow[], { days, metric, by, names, today }: Found): DailyUsage {
  const current = daysFrom(days.first, days.count);
  const before = daysFrom(days.beforeFirst, days.count);
  const byDay = new Map<string, UsageSums>();
  const byGroup = new Map<number, { key: string | null; values: Map<string, number> }>();
  for (const row of rows) {
    const sums = toUsageSums(row);
    byDay.set(row.day, addUsage(byDay.get(row.day) ?? noUsage, sums));
    const group = byGroup.get(row.place) ?? { key: row.key, values: new Map<string, number>() };
    group.values.set(row.day, (group.values.get(row.day) ?? 0) + measuredIn(sums, metric));
    byGroup.set(row.place, group);
  }
  const sumOver = (span: readonly string[]): UsageSums =>
    span.map((day) => byDay.get(day) ?? noUsage).reduce(addUsage, noUsage);
  const over = current.filter((day) => day < today).length;
  const totalOf = (of: ReadonlyMap<string, number>, span: readonly string[]): number =>
    span.reduce((sum, day) => sum + (of.get(day) ?? 0), 0);
  const groups = [...byGroup]
    .sort(([one], [other]) => one - other)
    .map(
      ([, { key, values: of }]): UsageGroup => ({
        ...nameOf(by, key, names),
        total: totalOf(of, current),
        previousTotal: totalOf(of, before),
        values: current.map((day) => of.get(day) ?? 0),
      }),
    );
  return {
    metric,
    by,
    window: { from: days.first, to: days.last },
    previous: { from: days.beforeFirst, to: days.beforeLast },
    totals: sumOver(current),
    previousTotals: sumOver(before),
    comparison:
      over === 0
        ? null
        : { current: sumOver(current.slice(0, over)), previous: sumOver(before.slice(0, over)) },
    days: current.map((day, index) => ({
      day,
      value: measuredIn(byDay.get(day) ?? noUsage, metric),
      previous: measuredIn(byDay.get(before[index] ?? "") ?? noUsage, metric),
    })),
    groups: by === "none" ? [] : groups,
  };
}

function nameOf(
  by: Grouping,
  key: string | null,
  names: ReadonlyMap<string, string>,
): Pick<UsageGroup, "id" | "name"> {
  if (key === null) return { id: null, name: "Others" };
  if (by === "agent") return { id: toTypeId("agt", key), name: names.get(key) ?? "Deleted agent" };
  if (by === "tenant") return { id: toTypeId("ten", key), name: names.get(key) ?? "Deleted organisation" };
  return { id: key, name: key === "" ? "Nobody named" : key };
}
