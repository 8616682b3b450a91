import type postgres from "postgres";
import { createPlatformAdmin } from "#app/domain/auth/create-platform-admin.server.ts";
import { createTenant } from "#app/domain/auth/create-tenant.server.ts";
import { createDatabase } from "#db/client.server.ts";
import { newUuid, type TenantId, toTypeId, toUuid } from "#db/ids.ts";
import { usageMonthsOf, usageToolMonthsOf, usageUserMonthsOf } from "#tests/setup/usage-by-month.ts";
import type { BenchEnvironment } from "./environment.ts";

const TENANTS = 50;
/** Of each tenant; some use more than others. */
const AGENTS = 20;
/** That each agent calls, of 30 that there are. */
const TOOLS = 6;
/** Thirteen months. */
const DAYS = 395;
const USERS = 200;

const rollUps =
  "usage_tenant_days, usage_days, usage_months, usage_user_months, usage_tool_months, agent_periods";

export interface UsagePopulation {
  tenantId: TenantId;
  agentId: string;
  admin: { email: string; password: string };
  platformAdmin: { email: string; password: string };
}

/** Tenants and agents that have been there for thirteen months, and have used nothing. */
export async function createUsagePopulation({
  owner,
  tenantUrl,
  systemUrl,
}: BenchEnvironment): Promise<UsagePopulation> {
  const db = createDatabase({ tenantUrl, systemUrl });
  const person = (name: string) => ({ email: `${name}@bench.example`, password: newUuid() });
  const [admin, platformAdmin] = [person("admin"), person("platform")];
  try {
    await createPlatformAdmin(db, { ...platformAdmin, name: "Petra Platform" });
    const { tenantId } = await createTenant(db, {
      name: "The first",
      slug: `first-${newUuid().slice(-8)}`,
      admin: { ...admin, name: "Ada Admin" },
      request: null,
    });
    const tenant = toUuid(tenantId);
    const others = Array.from({ length: TENANTS - 1 }, () => newUuid());
    await owner`
      insert into tenants (id, name, slug, plan, created_at)
      select id, 'Tenant ' || n, 'tenant-' || n || '-' || right(id::text, 8), 'enterprise', now()
      from unnest(${others}::uuid[]) with ordinality as made (id, n)`;
    await owner`
      insert into agents (tenant_id, id, name, model_tier, thinking_mode, token_quota)
      select tenant.id, gen_random_uuid(), 'Agent ' || n, (array['haiku', 'sonnet', 'opus'])[n % 3 + 1], 'off', 10000000
      from unnest(${[tenant, ...others]}::uuid[]) as tenant (id)
      cross join generate_series(1, ${AGENTS}::int) as n`;
    await owner`insert into mailboxes (tenant_id, id, kind) select tenant_id, id, 'agent' from agents`;
    await agePopulation(owner);
    const [agent] = await owner<{ id: string }[]>`
      select id from agents where tenant_id = ${tenant} and name = 'Agent 1'`;
    return { tenantId, agentId: toTypeId("agt", agent?.id ?? newUuid()), admin, platformAdmin };
  } finally {
    await db.close();
  }
}

/** As if all of it had been made before its first event. */
async function agePopulation(owner: postgres.Sql): Promise<void> {
  const then = owner`date_trunc('month', now()) - interval '14 months'`;
  await owner`update tenants set created_at = ${then}`;
  await owner`update agents set created_at = ${then}`;
  await owner`update plan_terms set valid_from = ${then}`;
  await owner`update agent_terms set valid_from = ${then}`;
}

/**
 * Adds events up to so many, over all tenants and thirteen months, and makes the roll-ups of all there
 * are: what the metering would have made of them, by set-based SQL.
 */
export async function loadUsage(owner: postgres.Sql, from: number, to: number): Promise<void> {
  const startedMs = Date.now();
  const step = 1_000_000;
  for (let begin = from; begin < to; begin += step) await insertEvents(owner, Math.min(step, to - begin));
  await owner.unsafe(`truncate ${rollUps}`);
  await rollUp(owner);
  // As autovacuum leaves them.
  await owner.unsafe(`vacuum analyze usage_events, ${rollUps}`);
  const seconds = ((Date.now() - startedMs) / 1_000).toFixed(0);
  console.log(`Loaded ${to.toLocaleString("en-US")} usage events in ${seconds} s.`);
}

/** Within a tenant the first agents use most. Each has two models and a handful of tools. */
const insertEvents = (owner: postgres.Sql, count: number) => owner`
  with agent as materialized (
    select tenant_id, id, model_tier, created_at,
      (row_number() over (partition by tenant_id order by id) - 1)::int as n,
      (dense_rank() over (order by tenant_id) - 1)::int as place
    from agents
  ), drawn as materialized (
    select
      floor(random() * ${TENANTS})::int as place, floor(random() * random() * ${AGENTS})::int as n, now() - random() * ${DAYS} * interval '1 day' as at,
      (500 + random() * 8000)::bigint as input, (50 + random() * 1500)::bigint as output,
      floor(random() * 2)::int as model, floor(random() * ${USERS})::int as person,
      floor(random() * ${TOOLS})::int as tool
    from generate_series(1, ${count}::int)
  )
  insert into usage_events (
    tenant_id, id, agent_id, occurred_at, recorded_at, model, provider, terms_from, model_tier, input_tokens,
    output_tokens, cached_tokens, thinking_tokens, tools_called, duration_ms, cost_micros, cost_reported, user_id, late
  )
  select
    agent.tenant_id, gen_random_uuid(), agent.id, drawn.at, drawn.at,
    (array['claude-sonnet-4-5', 'gpt-5', 'gemini-2.5-pro'])[(agent.n + drawn.model) % 3 + 1],
    (array['anthropic', 'openai', 'google'])[(agent.n + drawn.model) % 3 + 1],
    agent.created_at, agent.model_tier, drawn.input, drawn.output, 0, 0, array['tool-' || (agent.n * 7 + drawn.tool) % 30], 900,
    drawn.input * 3 + drawn.output * 15, false, 'user-' || drawn.person, false
  from drawn
  join agent on agent.place = drawn.place and agent.n = drawn.n`;

async function rollUp(owner: postgres.Sql): Promise<void> {
  const sums = `count(*), sum(input_tokens), sum(output_tokens), sum(cached_tokens), sum(thinking_tokens),
    sum(duration_ms), sum(cost_micros)`;
  const columns =
    "events, input_tokens, output_tokens, cached_tokens, thinking_tokens, duration_ms, cost_micros";
  const day = "(occurred_at at time zone 'utc')::date";
  await owner.unsafe(`
    insert into usage_days (tenant_id, day, agent_id, terms_from, model, provider, model_tier, ${columns})
    select tenant_id, ${day}, agent_id, terms_from, model, provider, model_tier, ${sums}
    from usage_events group by 1, 2, 3, 4, 5, 6, 7`);
  await owner.unsafe(`
    insert into usage_tenant_days (tenant_id, day, ${columns})
    select tenant_id, day, ${columns
      .split(", ")
      .map((name) => `sum(${name})`)
      .join(", ")}
    from usage_days group by 1, 2`);
  await owner.unsafe(`
    insert into usage_months (
      month, tenant_id, agent_id, terms_from, model, provider, model_tier, tokens_by_day, cost_by_day
    ) ${usageMonthsOf("select * from usage_days")}`);
  await owner.unsafe(`
    insert into usage_user_months (month, tenant_id, user_id, tokens_by_day, cost_by_day)
    ${usageUserMonthsOf(`select *, ${day} as day from usage_events`)}`);
  await owner.unsafe(`
    insert into usage_tool_months (month, tenant_id, agent_id, tool, calls_by_day)
    ${usageToolMonthsOf(`
      select tenant_id, ${day} as day, agent_id, tools_called[1] as tool, count(*) as calls
      from usage_events group by 1, 2, 3, 4`)}`);
  await owner.unsafe(`
    insert into agent_periods (tenant_id, agent_id, period, used_tokens, used_units, cost_micros)
    select tenant_id, agent_id, date_trunc('month', day), sum(input_tokens + output_tokens),
      sum((input_tokens + output_tokens) * case model_tier when 'haiku' then 1 when 'sonnet' then 2 else 4 end),
      sum(cost_micros)
    from usage_days group by 1, 2, 3`);
}
