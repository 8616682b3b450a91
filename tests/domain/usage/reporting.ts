import { pino } from "pino";
import type { AgentActor } from "#app/domain/auth/actor.ts";
import { QUOTA_UNITS, unitsOfToken } from "#app/domain/catalogue.ts";
import type { AgentQuota } from "#app/domain/messaging/agent-schema.ts";
import { readAgent } from "#app/domain/messaging/read-agent.server.ts";
import { type UsageEvent, type UsageEventInput, usageEventSchema } from "#app/domain/usage/schema.ts";
import {
  createUsageRecorder,
  type UsageRecorder,
  type UsageRecorderOptions,
} from "#app/domain/usage/usage-recorder.server.ts";
import { type TenantId, toUuid } from "#db/ids.ts";
import type { Fleet } from "#tests/domain/messaging/fleet.ts";
import type { TestDatabase } from "#tests/setup/database.ts";
import { usageMonthsOf, usageToolMonthsOf, usageUserMonthsOf } from "#tests/setup/usage-by-month.ts";

/** An event as its route would hand it on. */
export const usageOf = ({ id }: Pick<AgentActor, "id">, rest: Partial<UsageEventInput> = {}): UsageEvent =>
  usageEventSchema.parse({
    ...{ agentId: id, model: "claude-sonnet-4-5", inputTokens: 100, outputTokens: 20 },
    ...rest,
  });

/** Of a sonnet, as all agents of a fleet are: so many percent of its quota. */
export const percentOfQuota = (percent: number): number =>
  ((QUOTA_UNITS / unitsOfToken.sonnet) * percent) / 100;

export const openRecorder = (
  { db }: Pick<TestDatabase, "db">,
  options: Partial<UsageRecorderOptions> = {},
): UsageRecorder => createUsageRecorder({ db, log: pino({ level: "silent" }), ...options });

export const quotaOf = async ({ db }: TestDatabase, fleet: Fleet, agent: AgentActor): Promise<AgentQuota> =>
  (await readAgent(db, fleet.admin, agent.id)).quota;

const sums = `
  count(*) as events, sum(input_tokens) as input_tokens, sum(output_tokens) as output_tokens,
  sum(cached_tokens) as cached_tokens, sum(thinking_tokens) as thinking_tokens,
  sum(duration_ms) as duration_ms, sum(cost_micros) as cost_micros`;
const columns =
  "events, input_tokens, output_tokens, cached_tokens, thinking_tokens, duration_ms, cost_micros";
const day = "(occurred_at at time zone 'utc')::date";

const eventsByDay = `select *, ${day} as day from usage_events where tenant_id = $1`;

/** Each roll-up, and the same counted anew from the events. */
const recounts: Record<string, { kept: string; counted: string }> = {
  hours: {
    kept: `select at, agent_id, model, provider, user_id, ${columns} from usage_hours where tenant_id = $1`,
    counted: `
      select date_trunc('hour', occurred_at), agent_id, model, provider, coalesce(user_id, ''), ${sums}
      from usage_events where tenant_id = $1 group by 1, 2, 3, 4, 5`,
  },
  days: {
    kept: `
      select day, agent_id, terms_from, model, provider, model_tier, late_events, ${columns}
      from usage_days where tenant_id = $1`,
    counted: `
      select ${day}, agent_id, terms_from, model, provider, model_tier, count(*) filter (where late), ${sums}
      from usage_events where tenant_id = $1 group by 1, 2, 3, 4, 5, 6`,
  },
  tenantDays: {
    kept: `select day, ${columns} from usage_tenant_days where tenant_id = $1`,
    counted: `select ${day}, ${sums} from usage_events where tenant_id = $1 group by 1`,
  },
  months: {
    kept: `
      select month, tenant_id, agent_id, terms_from, model, provider, model_tier, tokens_by_day, cost_by_day
      from usage_months where tenant_id = $1`,
    counted: usageMonthsOf(eventsByDay),
  },
  users: {
    kept: `
      select month, tenant_id, user_id, tokens_by_day, cost_by_day from usage_user_months where tenant_id = $1`,
    counted: usageUserMonthsOf(
      `select tenant_id, ${day} as day, coalesce(user_id, '') as user_id, input_tokens, output_tokens, cost_micros
       from usage_events where tenant_id = $1`,
    ),
  },
  tools: {
    kept: `
      select month, tenant_id, agent_id, tool, calls_by_day from usage_tool_months where tenant_id = $1`,
    counted: usageToolMonthsOf(
      `select tenant_id, ${day} as day, agent_id, tool, 1 as calls
       from usage_events, unnest(tools_called) tool where tenant_id = $1`,
    ),
  },
  agentPeriods: {
    kept: `
      select agent_id, period, used_tokens, used_units, cost_micros from agent_periods where tenant_id = $1`,
    counted: `
      select
        agent_id, date_trunc('month', occurred_at at time zone 'utc')::date, sum(input_tokens + output_tokens),
        sum((input_tokens + output_tokens) * case model_tier
          when 'haiku' then ${unitsOfToken.haiku} when 'sonnet' then ${unitsOfToken.sonnet}
          else ${unitsOfToken.opus} end),
        sum(cost_micros)
      from usage_events where tenant_id = $1 group by 1, 2`,
  },
  budgets: {
    kept: `
      select budget_id, period, spent_micros from budget_periods where tenant_id = $1 and spent_micros > 0`,
    counted: `
      select budget.id, date_trunc('month', occurred_at at time zone 'utc')::date, sum(event.cost_micros)
      from usage_events event
      join budgets budget on budget.tenant_id = event.tenant_id
        and (budget.agent_id is null or budget.agent_id = event.agent_id)
      where event.tenant_id = $1 group by 1, 2`,
  },
};

/** By roll-up: rows that are not what the events say, or that are missing. Empty when all agree. */
export async function differences(
  { owner }: Pick<TestDatabase, "owner">,
  tenantId: TenantId,
): Promise<Record<string, unknown[]>> {
  const found: Record<string, unknown[]> = {};
  for (const [name, { kept, counted }] of Object.entries(recounts)) {
    const rows = await owner.unsafe(
      `(select 'too much' as is, kept.* from (${kept} except ${counted}) kept)
       union all
       (select 'missing' as is, counted.* from (${counted} except ${kept}) counted)`,
      [toUuid(tenantId)],
    );
    if (rows.length > 0) found[name] = [...rows];
  }
  return found;
}

/** The percents that thresholds of a resource were told with, in their order. */
export async function toldOf({ owner }: TestDatabase, resourceId: string): Promise<number[]> {
  const rows = await owner<{ percent: number }[]>`
    select (details ->> 'percent')::int as percent from audit_events
    where resource_id = ${resourceId} and action in ('usage.threshold.reached', 'budget.threshold.reached')
    order by occurred_at, id`;
  return rows.map(({ percent }) => percent);
}

/** As if the month were over: what was used was used in the last one, and holds have ended. */
export async function turnMonth({ owner }: TestDatabase, tenantId: TenantId): Promise<void> {
  const tenant = toUuid(tenantId);
  await owner`
    update agent_periods set period = (period - interval '1 month')::date where tenant_id = ${tenant}`;
  await owner`
    update budget_periods set period = (period - interval '1 month')::date where tenant_id = ${tenant}`;
  await owner`
    update agents set quota_hold_until = now() - interval '1 second'
    where tenant_id = ${tenant} and quota_hold is not null`;
}
