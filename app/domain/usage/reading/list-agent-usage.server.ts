import { readWithin } from "#app/domain/audit/audit-reach.server.ts";
import type { Database, Sql } from "#db/database.ts";
import { parseId, toTypeId, toUuid } from "#db/ids.ts";
import type { Actor } from "../../auth/actor.ts";
import { FIRST_CEILING_PERCENT, type ModelTier, QUOTA_UNITS, tierCatalogue } from "../../catalogue.ts";
import { invalidInput } from "../../errors.ts";
import type { AgentStatus } from "../../messaging/agent-schema.ts";
import { type QuotaState, quotaStates } from "../../quota-state.ts";
import { type AgentUsagePlace, decodeAgentUsagePlace, encodeAgentUsagePlace } from "./agent-usage-cursor.ts";
import { comparedInMonth, dayOf, firstDayOf, monthOf } from "./days.ts";
import { sumOfDays } from "./days-of-months.server.ts";
import { quotaStateColumn } from "./quota-state-column.ts";
import type { AgentUsage, AgentUsageList, AgentUsageQuery } from "./schema.ts";
import { type Fragment, isWithin, requireUsageReach, type UsageReach } from "./usage-reach.server.ts";

interface UsageRow {
  tenant_id: string;
  tenant_name: string;
  agent_id: string;
  name: string;
  model_tier: ModelTier;
  status: AgentStatus;
  used_tokens: string;
  used_units: string;
  cost_micros: string;
  ceiling_percent: number;
  quota_state: QuotaState;
  hold: "limited" | "paused" | null;
  current_tokens: string | null;
  previous_tokens: string | null;
}

interface ListAgentUsageOptions extends AgentUsageQuery {
  /** Without it the actor's own tenant. */
  reach?: UsageReach | undefined;
}

/** In order of which the list can be; what is compared is what a cursor holds. */
const sortColumns = {
  name: "name",
  tokens: "used_tokens",
  cost: "cost_micros",
  percent: "used_units",
} as const satisfies Record<AgentUsageQuery["sort"], keyof UsageRow>;

/**
 * What each agent has used of its quota in a month, those that used nothing as well.
 * @throws AppError invalid_input for a month to come, and for a cursor of another list
 */
export function listAgentUsage(
  db: Database,
  actor: Actor,
  { reach: asked, ...query }: ListAgentUsageOptions,
  nowMs: number,
): Promise<AgentUsageList> {
  const reach = requireUsageReach(actor, asked);
  const today = dayOf(nowMs);
  const month = query.month ?? monthOf(today);
  if (month > monthOf(today)) throw invalidInput("query.month", "Must not be later than this month");
  const order = query.order ?? (query.sort === "name" ? "asc" : "desc");
  const after =
    query.cursor === undefined ? undefined : decodeAgentUsagePlace(query.cursor, { sort: query.sort, order });
  return readWithin(db, reach, async (sql) => {
    const counted = await sql<{ quota_state: QuotaState; all: string; listed: string }[]>`
      ${usedOf(sql, { reach, month })}
      select quota_state, count(*) as all, count(*) filter (where ${isListed(sql, query)}) as listed
      from used group by quota_state`;
    const rows = await readPage(sql, { query, reach, month, today, order, after });
    const shown = rows.slice(0, query.limit);
    const last = shown.at(-1);
    const hasMore = rows.length > query.limit && last !== undefined;
    return {
      month,
      agents: shown.map((row) => toAgentUsage(row, reach)),
      states: statesOf(counted),
      pagination: {
        total: counted.reduce((sum, { listed }) => sum + Number(listed), 0),
        limit: query.limit,
        nextCursor: hasMore
          ? encodeAgentUsagePlace({
              ...{ sort: query.sort, order, agentUuid: last.agent_id },
              value: query.sort === "name" ? last.name : Number(last[sortColumns[query.sort]]),
            })
          : null,
      },
    };
  });
}

interface Asked {
  reach: UsageReach;
  month: string;
}

/** SQL: `used`, a row an agent. Agents are few next to what they use, so all of them are looked at. */
const usedOf = (sql: Sql, { reach, month }: Asked): Fragment => sql`
  with used as (
    select known.*, ${sql.unsafe(quotaStateColumn("known"))} as quota_state
    from (
      select
        agent.tenant_id, tenant.name as tenant_name, agent.id as agent_id, agent.name, agent.model_tier,
        agent.status, tenant.overage,
        case when agent.quota_hold_until > now() then agent.quota_hold end as hold,
        coalesce(period.used_tokens, 0) as used_tokens, coalesce(period.used_units, 0) as used_units,
        coalesce(period.cost_micros, 0) as cost_micros,
        coalesce(period.ceiling_percent, ${FIRST_CEILING_PERCENT}) as ceiling_percent
      from agents agent
      join tenants tenant on tenant.id = agent.tenant_id
      left join agent_periods period
        on period.tenant_id = agent.tenant_id and period.agent_id = agent.id
        and period.period = ${firstDayOf(month)}::date
      where ${isWithin(sql, "agent", reach)}
    ) known
  )
`;

/** SQL: whether the filters let `used` through. Each word is in the name, or the whole is the agent's id. */
function isListed(sql: Sql, { search = "", tier, state }: AgentUsageQuery): Fragment {
  const id = parseId(search, "agt");
  const words = search.split(/\s+/u).filter(Boolean);
  return sql`
    ${tier === undefined ? sql`true` : sql`used.model_tier = ${tier}`}
    ${state === undefined ? sql`` : sql`and used.quota_state = ${state}`}
    ${
      id !== undefined
        ? sql`and used.agent_id = ${toUuid(id)}`
        : words.length === 0
          ? sql``
          : sql`and not exists (
              select from unnest(${words}::text[]) word where strpos(lower(used.name), lower(word)) = 0)`
    }`;
}

interface PageOptions extends Asked {
  query: AgentUsageQuery;
  today: string;
  order: "asc" | "desc";
  after: AgentUsagePlace | undefined;
}

/** The trend is read for what is shown, and not for what is skipped. */
function readPage(sql: Sql, { query, today, order, after, ...asked }: PageOptions): Promise<UsageRow[]> {
  const column = sql.unsafe(sortColumns[query.sort]);
  const direction = sql.unsafe(order);
  const isAfter =
    after &&
    sql`
    and (used.${column}, used.agent_id) ${sql.unsafe(order === "asc" ? ">" : "<")} (
      ${after.value}::${sql.unsafe(query.sort === "name" ? "text" : "bigint")}, ${after.agentUuid}::uuid
    )`;
  const compared = comparedInMonth(asked.month, today);
  const tokensIn = (span: [string, string] | undefined): Fragment =>
    span === undefined
      ? sql`null::text`
      : sql`(
          select coalesce(sum(${sumOfDays(sql, { table: "rollup", column: "tokens_by_day" }, span)}), 0)::text
          from usage_months rollup
          where rollup.tenant_id = page.tenant_id and rollup.agent_id = page.agent_id
            and rollup.month = date_trunc('month', ${span[0]}::date)::date
        )`;
  return sql<UsageRow[]>`
    ${usedOf(sql, asked)}
    select page.*, ${tokensIn(compared?.current)} as current_tokens, ${tokensIn(compared?.before)} as previous_tokens
    from (
      select used.* from used
      where ${isListed(sql, query)} ${isAfter ?? sql``}
      order by used.${column} ${direction}, used.agent_id ${direction}
      limit ${query.limit + 1}
    ) page
    order by page.${column} ${direction}, page.agent_id ${direction}
  `;
}

function toAgentUsage(row: UsageRow, reach: UsageReach): AgentUsage {
  const { current_tokens: current, previous_tokens: previous } = row;
  return {
    tenantId: toTypeId("ten", row.tenant_id),
    ...(reach === "all" && { tenantName: row.tenant_name }),
    agentId: toTypeId("agt", row.agent_id),
    name: row.name,
    tier: row.model_tier,
    status: row.status,
    usedTokens: Number(row.used_tokens),
    quotaTokens: tierCatalogue[row.model_tier].tokenQuota,
    percent: (Number(row.used_units) / QUOTA_UNITS) * 100,
    quotaState: row.quota_state,
    ceilingPercent: row.ceiling_percent,
    hold: row.hold,
    costMicros: Number(row.cost_micros),
    trend:
      current === null || previous === null ? null : { current: Number(current), previous: Number(previous) },
  };
}

function statesOf(rows: readonly { quota_state: QuotaState; all: string }[]): AgentUsageList["states"] {
  const count = (state: QuotaState): number =>
    Number(rows.find(({ quota_state }) => quota_state === state)?.all ?? 0);
  const [normal, warning, limited, paused] = quotaStates.map(count);
  return { normal: normal ?? 0, warning: warning ?? 0, limited: limited ?? 0, paused: paused ?? 0 };
}
