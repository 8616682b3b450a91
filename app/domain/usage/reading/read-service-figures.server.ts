import type { Database, Sql } from "#db/database.ts";

/** How runs ended, as whoever reported them says. */
export const runOutcomes = ["succeeded", "failed", "cancelled"] as const;
export type RunOutcome = (typeof runOutcomes)[number];

export interface RunFigures {
  /** Of the audit trail that is kept hot. */
  total: { started: number; running: number } & Record<RunOutcome, number>;
  /** Since midnight UTC. */
  today: { started: number } & Record<RunOutcome, number>;
  /** Of the runs that ended today; null where none did. */
  averageDurationMs: number | null;
}

export interface ProviderFigures {
  provider: string;
  calls: number;
  tokens: number;
  costMicros: number;
}

/** Of all tenants. Days are UTC's. */
export interface ServiceFigures {
  runs: RunFigures;
  llm: { today: ProviderFigures[]; month: ProviderFigures[] };
  /** Today, those that were called most. */
  tools: { tool: string; calls: number }[];
}

const shownTools = 20;

/**
 * Runs, calls of models and tools of the service as a whole, for those who watch over it: no tenant is
 * named in what it gives.
 */
export function unsafeReadServiceFigures(db: Database): Promise<ServiceFigures> {
  return db.withSql(
    async (sql) => ({
      runs: await readRuns(sql),
      llm: await readProviders(sql),
      tools: await readTools(sql),
    }),
    { readOnly: true },
  );
}

interface RunRow {
  outcome: string | null;
  total: string;
  today: string;
}

/** Each tenant's runs by their index; without the lateral join all months of the trail would be read. */
async function readRuns(sql: Sql): Promise<RunFigures> {
  const midnight = sql`date_trunc('day', now(), 'UTC')`;
  const rows = await sql<RunRow[]>`
    select run.outcome, sum(run.total)::bigint as total, sum(run.today)::bigint as today
    from tenants tenant
    cross join lateral (
      select
        case event.action when 'run.ended' then event.details ->> 'outcome' end as outcome, count(*) as total,
        count(*) filter (where event.occurred_at >= ${midnight}) as today
      from audit_events event
      where event.tenant_id = tenant.id and event.action in ('run.started', 'run.ended')
      group by 1
    ) run
    group by run.outcome`;
  const [timed] = await sql<{ average_ms: string | null }[]>`
    select avg(run.ms)::bigint as average_ms
    from tenants tenant
    cross join lateral (
      select coalesce(
        (event.details ->> 'durationMs')::numeric,
        (select extract(epoch from event.occurred_at - max(started.occurred_at)) * 1000
          from audit_events started
          where started.tenant_id = event.tenant_id and started.resource_id = event.resource_id
            and started.action = 'run.started' and started.occurred_at <= event.occurred_at)
      ) as ms
      from audit_events event
      where event.tenant_id = tenant.id and event.action = 'run.ended' and event.occurred_at >= ${midnight}
    ) run`;
  const count = (outcome: RunOutcome | null, of: "total" | "today"): number =>
    Number(rows.find((row) => row.outcome === outcome)?.[of] ?? 0);
  const ended = (of: "total" | "today"): Record<RunOutcome, number> => ({
    succeeded: count("succeeded", of),
    failed: count("failed", of),
    cancelled: count("cancelled", of),
  });
  const total = ended("total");
  const started = count(null, "total");
  const running = Math.max(0, started - total.succeeded - total.failed - total.cancelled);
  return {
    total: { started, running, ...total },
    today: { started: count(null, "today"), ...ended("today") },
    averageDurationMs: timed?.average_ms === null || timed === undefined ? null : Number(timed.average_ms),
  };
}

interface ProviderRow {
  provider: string;
  calls: string;
  tokens: string;
  cost_micros: string;
  calls_today: string;
  tokens_today: string;
  cost_today: string;
}

async function readProviders(sql: Sql): Promise<ServiceFigures["llm"]> {
  const today = sql`(now() at time zone 'utc')::date`;
  const rows = await sql<ProviderRow[]>`
    select
      rollup.provider, sum(rollup.events)::bigint as calls,
      sum(rollup.input_tokens + rollup.output_tokens)::bigint as tokens,
      sum(rollup.cost_micros)::bigint as cost_micros,
      coalesce(sum(rollup.events) filter (where rollup.day = ${today}), 0)::bigint as calls_today,
      coalesce(sum(rollup.input_tokens + rollup.output_tokens) filter (where rollup.day = ${today}), 0)::bigint
        as tokens_today,
      coalesce(sum(rollup.cost_micros) filter (where rollup.day = ${today}), 0)::bigint as cost_today
    from usage_days rollup
    where rollup.day >= date_trunc('month', now() at time zone 'utc')::date
    group by rollup.provider
    order by calls desc, rollup.provider
    limit 50`;
  return {
    today: rows
      .filter(({ calls_today }) => Number(calls_today) > 0)
      .map((row) => ({
        provider: row.provider,
        calls: Number(row.calls_today),
        tokens: Number(row.tokens_today),
        costMicros: Number(row.cost_today),
      })),
    month: rows.map((row) => ({
      provider: row.provider,
      calls: Number(row.calls),
      tokens: Number(row.tokens),
      costMicros: Number(row.cost_micros),
    })),
  };
}

async function readTools(sql: Sql): Promise<ServiceFigures["tools"]> {
  const rows = await sql<{ tool: string; calls: string }[]>`
    select called.tool, sum(called.calls)::bigint as calls
    from tenants tenant
    cross join (select (now() at time zone 'utc')::date as day) today
    cross join lateral (
      select rollup.tool, sum(rollup.calls_by_day[extract(day from today.day)::int]) as calls
      from usage_tool_months rollup
      where rollup.tenant_id = tenant.id and rollup.month = date_trunc('month', today.day)::date
      group by rollup.tool
    ) called
    where called.calls > 0
    group by called.tool
    order by 2 desc, called.tool
    limit ${shownTools}`;
  return rows.map(({ tool, calls }) => ({ tool, calls: Number(calls) }));
}
