import type { Sql } from "#db/database.ts";
import type { MeteredEvent } from "./metered-event.ts";

/** Stores the events, in one statement. */
export async function insertEvents(sql: Sql, events: readonly MeteredEvent[]): Promise<void> {
  await sql`
    insert into usage_events (
      tenant_id, id, agent_id, occurred_at, model, provider, terms_from, model_tier, input_tokens,
      output_tokens, cached_tokens, thinking_tokens, tools_called, query, response_length, duration_ms,
      cost_micros, cost_reported, conversation_id, run_id, user_id, late, reservation_id
    )
    select
      tenant_id, id, agent_id, occurred_at, model, provider, terms_from, model_tier, input_tokens,
      output_tokens, cached_tokens, thinking_tokens,
      case when tools is null then '{}' else array(select json_array_elements_text(tools)) end,
      query, response_length, duration_ms, cost_micros, cost_reported, conversation_id, run_id, user_id, late,
      reservation_id
    from json_to_recordset(${JSON.stringify(events.map(toRow))}::text::json) as event (
      tenant_id uuid, id uuid, agent_id uuid, occurred_at timestamptz, model text, provider text,
      terms_from timestamptz, model_tier text, input_tokens bigint, output_tokens bigint, cached_tokens bigint,
      thinking_tokens bigint, tools json, query text, response_length int, duration_ms int, cost_micros bigint,
      cost_reported boolean, conversation_id text, run_id text, user_id text, late boolean, reservation_id uuid
    )
  `;
}

/** Undefined members are left out of the JSON, and so null to the statement. */
const toRow = ({ usage, termsFrom, modelTier, provider, costMicros, late }: MeteredEvent) => {
  const { call, event, agentUuid, eventUuid, occurredAtMs, reservationUuid } = usage;
  return {
    tenant_id: call.tenantUuid,
    id: eventUuid,
    agent_id: agentUuid,
    occurred_at: new Date(occurredAtMs).toISOString(),
    model: event.model,
    provider,
    terms_from: termsFrom,
    model_tier: modelTier,
    input_tokens: event.inputTokens,
    output_tokens: event.outputTokens,
    cached_tokens: event.cachedTokens,
    thinking_tokens: event.thinkingTokens,
    tools: event.toolsCalled.length > 0 ? event.toolsCalled : undefined,
    query: event.query,
    response_length: event.responseLength,
    duration_ms: event.durationMs,
    cost_micros: costMicros,
    cost_reported: event.costMicros !== undefined,
    conversation_id: event.conversationId,
    run_id: event.runId,
    user_id: event.userId,
    late,
    reservation_id: reservationUuid,
  };
};

/** Adds the events to the roll-ups, each row once and in the order of its key. Nothing is locked after them. */
export async function addToRollUps(sql: Sql, events: readonly MeteredEvent[]): Promise<void> {
  await Promise.all([
    addToHours(sql, events),
    addToDays(sql, events),
    addToUserDays(sql, events),
    addTools(sql, events),
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

async function addToUserDays(sql: Sql, events: readonly MeteredEvent[]): Promise<void> {
  const rows = sumBy(
    events,
    ({ usage, day }) => [usage.call.tenantUuid, day, usage.event.userId].join("\n"),
    ({ usage, day }) => ({
      tenant_id: usage.call.tenantUuid,
      day,
      user_id: usage.event.userId ?? "",
    }),
  );
  await sql`
    insert into usage_user_days (tenant_id, day, user_id, ${sql.unsafe(sumNames)})
    select tenant_id, day, user_id, ${sql.unsafe(sumNames)}
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as added (
      tenant_id uuid, day date, user_id text, ${sql.unsafe(sumColumns)}
    )
    order by tenant_id, day, user_id
    on conflict (tenant_id, day, user_id) do update set ${sql.unsafe(addSums("usage_user_days"))}
  `;
}

async function addTools(sql: Sql, events: readonly MeteredEvent[]): Promise<void> {
  const rows = new Map<
    string,
    { tenant_id: string; day: string; agent_id: string; tool: string; calls: number }
  >();
  for (const { usage, day } of events)
    for (const tool of usage.event.toolsCalled) {
      const name = `${usage.call.tenantUuid} ${day} ${usage.agentUuid} ${tool}`;
      const row = rows.get(name);
      if (row !== undefined) row.calls += 1;
      else
        rows.set(name, {
          ...{ tenant_id: usage.call.tenantUuid, day, agent_id: usage.agentUuid, tool, calls: 1 },
        });
    }
  if (rows.size === 0) return;
  await sql`
    insert into usage_tool_days (tenant_id, day, agent_id, tool, calls)
    select tenant_id, day, agent_id, tool, calls
    from json_to_recordset(${JSON.stringify([...rows.values()])}::text::json) as added (
      tenant_id uuid, day date, agent_id uuid, tool text, calls bigint
    )
    order by tenant_id, day, agent_id, tool
    on conflict (tenant_id, day, agent_id, tool) do update set calls = usage_tool_days.calls + excluded.calls
  `;
}
