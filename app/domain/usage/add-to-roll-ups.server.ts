import type { Sql } from "#db/database.ts";
import type { MeteredEvent } from "./metered-event.ts";
import { addUpByDay, DAYS_OF_MONTH } from "./months.ts";

/**
 * Adds the events to the roll-ups, each row once and in the order of its key. Nothing is locked after them,
 * and the row that all of a tenant share comes last of all.
 */
export async function addToRollUps(sql: Sql, events: readonly MeteredEvent[]): Promise<void> {
  await Promise.all([
    addToHours(sql, events),
    addToDays(sql, events),
    addToMonths(sql, events),
    addToUserMonths(sql, events),
    addToToolMonths(sql, events),
    addToTenantDays(sql, events),
  ]);
}

interface Sums {
  events: number;
  late_events: number;
  input_tokens: number;
  output_tokens: number;
  cached_tokens: number;
  thinking_tokens: number;
  duration_ms: number;
  cost_micros: number;
}

const sumColumns = `events bigint, late_events bigint, input_tokens bigint, output_tokens bigint,
  cached_tokens bigint, thinking_tokens bigint, duration_ms bigint, cost_micros bigint`;
const sumNames = `events, input_tokens, output_tokens, cached_tokens, thinking_tokens, duration_ms, cost_micros`;
const addSums = (table: string) =>
  sumNames
    .split(", ")
    .map((name) => `${name} = ${table}.${name} + excluded.${name}`)
    .join(", ");

/** A row of a roll-up for the events that have the same name; `keyOf` is asked for its first. */
function sumBy<Key extends Record<string, string>>(
  events: readonly MeteredEvent[],
  nameOf: (event: MeteredEvent) => string,
  keyOf: (event: MeteredEvent) => Key,
): (Key & Sums)[] {
  const rows = new Map<string, Key & Sums>();
  for (const metered of events) {
    const name = nameOf(metered);
    let row = rows.get(name);
    if (row === undefined) {
      row = {
        ...keyOf(metered),
        ...{ events: 0, late_events: 0, input_tokens: 0, output_tokens: 0, cached_tokens: 0 },
        ...{ thinking_tokens: 0, duration_ms: 0, cost_micros: 0 },
      };
      rows.set(name, row);
    }
    const { event } = metered.usage;
    row.events += 1;
    row.late_events += metered.late ? 1 : 0;
    row.input_tokens += event.inputTokens;
    row.output_tokens += event.outputTokens;
    row.cached_tokens += event.cachedTokens;
    row.thinking_tokens += event.thinkingTokens;
    row.duration_ms += event.durationMs;
    row.cost_micros += metered.costMicros;
  }
  return [...rows.values()];
}

async function addToHours(sql: Sql, events: readonly MeteredEvent[]): Promise<void> {
  const rows = sumBy(
    events,
    ({ usage, hour, provider }) =>
      [usage.call.tenantUuid, hour, usage.agentUuid, usage.event.model, provider, usage.event.userId].join(
        "\n",
      ),
    ({ usage, hour, provider }) => ({
      tenant_id: usage.call.tenantUuid,
      at: hour,
      agent_id: usage.agentUuid,
      model: usage.event.model,
      provider,
      user_id: usage.event.userId ?? "",
    }),
  );
  await sql`
    insert into usage_hours (tenant_id, at, agent_id, model, provider, user_id, ${sql.unsafe(sumNames)})
    select tenant_id, at, agent_id, model, provider, user_id, ${sql.unsafe(sumNames)}
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as added (
      tenant_id uuid, at timestamptz, agent_id uuid, model text, provider text, user_id text,
      ${sql.unsafe(sumColumns)}
    )
    order by tenant_id, at, agent_id, model, provider, user_id
    on conflict (tenant_id, at, agent_id, model, provider, user_id) do update
      set ${sql.unsafe(addSums("usage_hours"))}
  `;
}

async function addToDays(sql: Sql, events: readonly MeteredEvent[]): Promise<void> {
  const rows = sumBy(
    events,
    ({ usage, day, termsFrom, provider }) =>
      [usage.call.tenantUuid, day, usage.agentUuid, termsFrom, usage.event.model, provider].join("\n"),
    ({ usage, day, termsFrom, modelTier, provider }) => ({
      tenant_id: usage.call.tenantUuid,
      day,
      agent_id: usage.agentUuid,
      terms_from: termsFrom,
      model: usage.event.model,
      provider,
      model_tier: modelTier,
    }),
  );
  await sql`
    insert into usage_days (
      tenant_id, day, agent_id, terms_from, model, provider, model_tier, late_events, ${sql.unsafe(sumNames)}
    )
    select
      tenant_id, day, agent_id, terms_from, model, provider, model_tier, late_events, ${sql.unsafe(sumNames)}
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as added (
      tenant_id uuid, day date, agent_id uuid, terms_from timestamptz, model text, provider text,
      model_tier text, ${sql.unsafe(sumColumns)}
    )
    order by tenant_id, day, agent_id, terms_from, model, provider
    on conflict (tenant_id, day, agent_id, terms_from, model, provider) do update
      set late_events = usage_days.late_events + excluded.late_events, ${sql.unsafe(addSums("usage_days"))}
  `;
}

async function addToTenantDays(sql: Sql, events: readonly MeteredEvent[]): Promise<void> {
  const rows = sumBy(
    events,
    ({ usage, day }) => `${usage.call.tenantUuid} ${day}`,
    ({ usage, day }) => ({ tenant_id: usage.call.tenantUuid, day }),
  );
  await sql`
    insert into usage_tenant_days (tenant_id, day, ${sql.unsafe(sumNames)})
    select tenant_id, day, ${sql.unsafe(sumNames)}
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as added (
      tenant_id uuid, day date, ${sql.unsafe(sumColumns)}
    )
    order by tenant_id, day
    on conflict (tenant_id, day) do update set ${sql.unsafe(addSums("usage_tenant_days"))}
  `;
}

/**
 * SQL: what is added to the days of rows that are there. Events of a batch are of one day but for midnights and
 * late ones, and then the other days are left alone: adding up all of them costs as much as all the rest.
 */
function addDays(
  table: string,
  columns: readonly string[],
  events: readonly Pick<MeteredEvent, "dayOfMonth">[],
): string {
  const days = new Set(events.map(({ dayOfMonth }) => dayOfMonth));
  const [day] = days;
  const sumOf = (column: string, n: number) => `${table}.${column}[${n}] + excluded.${column}[${n}]`;
  const all = Array.from({ length: DAYS_OF_MONTH }, (_, n) => n + 1);
  return columns
    .map((column) =>
      day !== undefined && days.size === 1
        ? `${column}[${day}] = ${sumOf(column, day)}`
        : `${column} = array[${all.map((n) => sumOf(column, n)).join(", ")}]`,
    )
    .join(", ");
}

const dayColumns = ["tokens_by_day", "cost_by_day"];

const tokensAndCost = {
  tokens_by_day: ({ tokens }: MeteredEvent) => tokens,
  cost_by_day: ({ costMicros }: MeteredEvent) => costMicros,
};

async function addToMonths(sql: Sql, events: readonly MeteredEvent[]): Promise<void> {
  const rows = addUpByDay(events, {
    nameOf: ({ usage, period, termsFrom, provider }) =>
      [usage.call.tenantUuid, period, usage.agentUuid, termsFrom, usage.event.model, provider].join("\n"),
    keyOf: ({ usage, period, termsFrom, modelTier, provider }) => ({
      tenant_id: usage.call.tenantUuid,
      month: period,
      agent_id: usage.agentUuid,
      terms_from: termsFrom,
      model: usage.event.model,
      provider,
      model_tier: modelTier,
    }),
    amounts: tokensAndCost,
  });
  await sql`
    insert into usage_months (
      tenant_id, month, agent_id, terms_from, model, provider, model_tier, tokens_by_day, cost_by_day
    )
    select tenant_id, month, agent_id, terms_from, model, provider, model_tier, tokens_by_day, cost_by_day
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as added (
      tenant_id uuid, month date, agent_id uuid, terms_from timestamptz, model text, provider text,
      model_tier text, tokens_by_day bigint[], cost_by_day bigint[]
    )
    order by tenant_id, month, agent_id, terms_from, model, provider
    on conflict (tenant_id, month, agent_id, terms_from, model, provider) do update
      set ${sql.unsafe(addDays("usage_months", dayColumns, events))}
  `;
}

async function addToUserMonths(sql: Sql, events: readonly MeteredEvent[]): Promise<void> {
  const rows = addUpByDay(events, {
    nameOf: ({ usage, period }) => [usage.call.tenantUuid, period, usage.event.userId].join("\n"),
    keyOf: ({ usage, period }) => ({
      tenant_id: usage.call.tenantUuid,
      month: period,
      user_id: usage.event.userId ?? "",
    }),
    amounts: tokensAndCost,
  });
  await sql`
    insert into usage_user_months (tenant_id, month, user_id, tokens_by_day, cost_by_day)
    select tenant_id, month, user_id, tokens_by_day, cost_by_day
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as added (
      tenant_id uuid, month date, user_id text, tokens_by_day bigint[], cost_by_day bigint[]
    )
    order by tenant_id, month, user_id
    on conflict (tenant_id, month, user_id) do update
      set ${sql.unsafe(addDays("usage_user_months", dayColumns, events))}
  `;
}

async function addToToolMonths(sql: Sql, events: readonly MeteredEvent[]): Promise<void> {
  const calls = events.flatMap(({ usage, period, dayOfMonth }) =>
    usage.event.toolsCalled.map((tool) => ({ usage, period, dayOfMonth, tool })),
  );
  if (calls.length === 0) return;
  const rows = addUpByDay(calls, {
    nameOf: ({ usage, period, tool }) => [usage.call.tenantUuid, period, usage.agentUuid, tool].join("\n"),
    keyOf: ({ usage, period, tool }) => ({
      ...{ tenant_id: usage.call.tenantUuid, month: period, agent_id: usage.agentUuid, tool },
    }),
    amounts: { calls_by_day: () => 1 },
  });
  await sql`
    insert into usage_tool_months (tenant_id, month, agent_id, tool, calls_by_day)
    select tenant_id, month, agent_id, tool, calls_by_day
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as added (
      tenant_id uuid, month date, agent_id uuid, tool text, calls_by_day bigint[]
    )
    order by tenant_id, month, agent_id, tool
    on conflict (tenant_id, month, agent_id, tool) do update
      set ${sql.unsafe(addDays("usage_tool_months", ["calls_by_day"], calls))}
  `;
}
