import { readWithin } from "#app/domain/audit/audit-reach.server.ts";
import type { Database, Sql } from "#db/database.ts";
import { toTypeId, toUuid } from "#db/ids.ts";
import type { Actor } from "../../auth/actor.ts";
import { dayOf, daysFrom, type UsageDays } from "./days.ts";
import { type GroupRow, readUsageGroups } from "./read-usage-groups.server.ts";
import type {
  DailyUsage,
  DailyUsageQuery,
  UsageFilters,
  UsageGroup,
  UsageMetric,
  UsageSums,
} from "./schema.ts";
import { isWithin, requireUsageReach, type UsageReach } from "./usage-reach.server.ts";
import { addUsage, noUsage, toUsageSums, type UsageSumsRow, usageSumsOf } from "./usage-sums.ts";
import { usageDaysOf } from "./usage-window.ts";

interface DayRow extends UsageSumsRow {
  day: string;
}

interface ReadDailyUsageOptions extends Omit<DailyUsageQuery, "by"> {
  by: DailyUsage["by"];
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
    const [rows, groups] = await Promise.all([
      readTotals(sql, { ...query, reach, days }),
      query.by === "none" ? [] : readUsageGroups(sql, { ...query, by: query.by, reach, days }),
    ]);
    const names = await readNames(sql, query.by, reach, [...new Set(groups.map(({ key }) => key))]);
    return dailyUsageOf(rows, groups, { ...query, days, names, today: dayOf(nowMs) });
  });
}

interface TotalsOptions extends UsageFilters {
  reach: UsageReach;
  days: UsageDays;
}

/** A row a day. All of a tenant is one row already; an agent, a tier or a model is not much of the rest. */
const readTotals = (sql: Sql, { reach, days, agentId, tier, model }: TotalsOptions): Promise<DayRow[]> => {
  const isWhole = agentId === undefined && tier === undefined && model === undefined;
  return sql<DayRow[]>`
    select to_char(rollup.day, 'YYYY-MM-DD') as day, ${sql.unsafe(usageSumsOf("rollup"))}
    from ${sql(isWhole ? "usage_tenant_days" : "usage_days")} rollup
    where ${isWithin(sql, "rollup", reach)}
      and rollup.day between ${days.beforeFirst}::date and ${days.last}::date
      ${agentId === undefined ? sql`` : sql`and rollup.agent_id = ${toUuid(agentId)}`}
      ${tier === undefined ? sql`` : sql`and rollup.model_tier = ${tier}`}
      ${model === undefined ? sql`` : sql`and rollup.model = ${model}`}
    group by rollup.day
  `;
};

/** What keys are called, where that is not what they are. */
async function readNames(
  sql: Sql,
  by: DailyUsage["by"],
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
  by: DailyUsage["by"];
  names: ReadonlyMap<string, string>;
  today: string;
}

const measuredIn = (sums: UsageSums, metric: UsageMetric): number =>
  metric === "tokens" ? sums.tokens : sums.costMicros;

function dailyUsageOf(
  rows: readonly DayRow[],
  groupRows: readonly GroupRow[],
  { days, metric, by, names, today }: Found,
): DailyUsage {
  const current = daysFrom(days.first, days.count);
  const before = daysFrom(days.beforeFirst, days.count);
  const byDay = new Map(rows.map((row) => [row.day, toUsageSums(row)]));
  const sumOver = (span: readonly string[]): UsageSums =>
    span.map((day) => byDay.get(day) ?? noUsage).reduce(addUsage, noUsage);
  const over = current.filter((day) => day < today).length;
  const totalOf = (of: ReadonlyMap<string, number>, span: readonly string[]): number =>
    span.reduce((sum, day) => sum + (of.get(day) ?? 0), 0);
  const groups = groupsOf(rows, groupRows, metric).map(
    ({ key, values }): UsageGroup => ({
      ...nameOf(by, key, names),
      total: totalOf(values, current),
      previousTotal: totalOf(values, before),
      values: current.map((day) => values.get(day) ?? 0),
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
    groups,
  };
}

interface GroupByDay {
  /** Null: what is left beside the first groups. */
  key: string | null;
  values: Map<string, number>;
}

/** The first groups in their order; where there are more, all that is left of each day as one. */
function groupsOf(
  rows: readonly DayRow[],
  groupRows: readonly GroupRow[],
  metric: UsageMetric,
): GroupByDay[] {
  const first = new Map<number, GroupByDay>();
  const left = new Map(rows.map((row) => [row.day, measuredIn(toUsageSums(row), metric)]));
  for (const { place, key, day, value } of groupRows) {
    const group = first.get(place) ?? { key, values: new Map<string, number>() };
    group.values.set(day, Number(value));
    first.set(place, group);
    left.set(day, (left.get(day) ?? 0) - Number(value));
  }
  const groups = [...first].sort(([one], [other]) => one - other).map(([, group]) => group);
  if ((groupRows[0]?.groups ?? 0) > groups.length) groups.push({ key: null, values: left });
  return groups;
}

function nameOf(
  by: DailyUsage["by"],
  key: string | null,
  names: ReadonlyMap<string, string>,
): Pick<UsageGroup, "id" | "name"> {
  if (key === null) return { id: null, name: "Others" };
  if (by === "agent") return { id: toTypeId("agt", key), name: names.get(key) ?? "Deleted agent" };
  if (by === "tenant") return { id: toTypeId("ten", key), name: names.get(key) ?? "Deleted organisation" };
  return { id: key, name: key === "" ? "Nobody named" : key };
}
