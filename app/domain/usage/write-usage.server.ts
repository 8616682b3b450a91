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
