import { type ModelTier, unitsOfToken } from "#app/domain/catalogue.ts";
import { type AgentId, type TenantId, toUuid } from "#db/ids.ts";
import type { TestDatabase } from "#tests/setup/database.ts";

/** What an agent used on a day, as the roll-ups have it. */
export interface Used {
  day: string;
  agentId: AgentId;
  model?: string;
  provider?: string;
  tier?: ModelTier;
  events?: number;
  input?: number;
  output?: number;
  costMicros?: number;
  late?: number;
  userId?: string;
  tools?: Record<string, number>;
}

/** Roll-ups of any time, as the metering would have made them. */
export async function addRollUps(
  { db }: TestDatabase,
  tenantId: TenantId,
  used: readonly Used[],
): Promise<void> {
  const tenant = toUuid(tenantId);
  await db.withSql(async (sql) => {
    for (const one of used) {
      const { day, model = "claude-sonnet-4", provider = "anthropic", tier = "sonnet", events = 1 } = one;
      const { input = 0, output = 0, costMicros = 0, late = 0, userId = "", tools = {} } = one;
      const agent = toUuid(one.agentId);
      await sql`
        insert into usage_days as known (
          tenant_id, day, agent_id, terms_from, model, provider, model_tier, events, input_tokens, output_tokens,
          cost_micros, late_events
        ) values (${tenant}, ${day}, ${agent}, '2020-01-01', ${model}, ${provider}, ${tier}, ${events}, ${input},
          ${output}, ${costMicros}, ${late})
        on conflict (tenant_id, day, agent_id, terms_from, model, provider) do update set
          events = known.events + excluded.events, input_tokens = known.input_tokens + excluded.input_tokens,
          output_tokens = known.output_tokens + excluded.output_tokens,
          cost_micros = known.cost_micros + excluded.cost_micros,
          late_events = known.late_events + excluded.late_events`;
      await sql`
        insert into usage_tenant_days as known (
          tenant_id, day, events, input_tokens, output_tokens, cost_micros
        ) values (${tenant}, ${day}, ${events}, ${input}, ${output}, ${costMicros})
        on conflict (tenant_id, day) do update set
          events = known.events + excluded.events, input_tokens = known.input_tokens + excluded.input_tokens,
          output_tokens = known.output_tokens + excluded.output_tokens,
          cost_micros = known.cost_micros + excluded.cost_micros`;
      const nth = Number(day.slice(8));
      const month = `${day.slice(0, 7)}-01`;
      await sql`
        insert into usage_months (tenant_id, month, agent_id, terms_from, model, provider, model_tier)
        values (${tenant}, ${month}, ${agent}, '2020-01-01', ${model}, ${provider}, ${tier})
        on conflict do nothing`;
      await sql`
        insert into usage_user_months (tenant_id, month, user_id) values (${tenant}, ${month}, ${userId})
        on conflict do nothing`;
      const added = sql`
        tokens_by_day[${nth}::int] = tokens_by_day[${nth}::int] + ${input + output}::bigint,
        cost_by_day[${nth}::int] = cost_by_day[${nth}::int] + ${costMicros}::bigint`;
      await sql`
        update usage_months set ${added}
        where tenant_id = ${tenant} and month = ${month} and agent_id = ${agent} and model = ${model}
          and provider = ${provider}`;
      await sql`
        update usage_user_months set ${added}
        where tenant_id = ${tenant} and month = ${month} and user_id = ${userId}`;
      for (const [tool, calls] of Object.entries(tools)) {
        await sql`
          insert into usage_tool_months (tenant_id, month, agent_id, tool)
          values (${tenant}, ${month}, ${agent}, ${tool}) on conflict do nothing`;
        await sql`
          update usage_tool_months set calls_by_day[${nth}::int] = calls_by_day[${nth}::int] + ${calls}::bigint
          where tenant_id = ${tenant} and month = ${month} and agent_id = ${agent} and tool = ${tool}`;
      }
      await sql`
        insert into agent_periods as known (tenant_id, agent_id, period, used_tokens, used_units, cost_micros)
        values (${tenant}, ${agent}, date_trunc('month', ${day}::date), ${input + output},
          ${(input + output) * unitsOfToken[tier]}, ${costMicros})
        on conflict (tenant_id, agent_id, period) do update set
          used_tokens = known.used_tokens + excluded.used_tokens,
          used_units = known.used_units + excluded.used_units,
          cost_micros = known.cost_micros + excluded.cost_micros`;
    }
  });
}
