import type { PayloadOf } from "#app/domain/messaging/schema.ts";
import type { Database, Sql } from "#db/database.ts";
import { firstUuidOf, type MessageId, madeAtMs, type TenantId, toTypeId, toUuid } from "#db/ids.ts";
import type { AskOutcome } from "./ask-schema.ts";

/** A question, and how far its answers have been looked at. */
export interface AskPlace {
  tenantId: TenantId;
  messageId: MessageId;
  /** A sequence of the asker's mailbox. */
  afterSequence: number;
}

/** A response of the agent to the question, partial or not. */
export interface FoundResponse {
  id: MessageId;
  payload: PayloadOf<"data_response">;
  /** From the question. */
  durationMs: number;
}

export interface AskState {
  outcome: AskOutcome | null;
  /** Until nobody waits any more; by the database's clock. */
  leftMs: number;
  answerId: MessageId | null;
  /** The question has not reached the agent, and will not. */
  isUndeliverable: boolean;
  /** New ones, oldest first. */
  responses: FoundResponse[];
  afterSequence: number;
  /** There may be more to read. */
  hasMore: boolean;
}

interface AskRow {
  position: number;
  outcome: AskOutcome | null;
  left_ms: number;
  answer_id: string | null;
  question_status: string | null;
  response_id: string | null;
  sequence: string;
  payload: PayloadOf<"data_response">;
  reply_to: string | null;
  is_later: boolean;
  duration_ms: number;
}

/** Responses that are read at once for a question. */
const pageSize = 50;

/** Ids of messages are made by the clocks of several machines. */
const clockSkewMs = 60_000;

/**
 * How questions stand, and what of their answers is new: one statement for any number of them. A question
 * that is not known has no state. As the system role: each names its tenant.
 */
export async function readAsks(db: Database, places: readonly AskPlace[]): Promise<(AskState | undefined)[]> {
  if (places.length === 0) return [];
  const rows = await db.withSql((sql) => selectAsks(sql, places), { readOnly: true });
  const states: ((AskState & { seen: number }) | undefined)[] = places.map(() => undefined);
  for (const row of rows) {
    const place = places[row.position];
    if (place === undefined) continue;
    const state = states[row.position] ?? stateOf(row, place);
    states[row.position] = state;
    if (row.response_id === null) continue;
    state.afterSequence = Number(row.sequence);
    state.seen += 1;
    state.hasMore = state.seen >= pageSize;
    if (isResponseTo(place.messageId, row))
      state.responses.push({
        id: toTypeId("msg", row.response_id),
        payload: row.payload,
        durationMs: Math.max(0, Math.round(row.duration_ms)),
      });
  }
  return states;
}

const stateOf = (row: AskRow, { afterSequence }: AskPlace): AskState & { seen: number } => ({
  outcome: row.outcome,
  leftMs: row.left_ms,
  answerId: row.answer_id === null ? null : toTypeId("msg", row.answer_id),
  isUndeliverable: row.question_status === "failed" || row.question_status === "expired",
  responses: [],
  afterSequence,
  seen: 0,
  hasMore: false,
});

/**
 * A response says what it answers by `replyTo` or `requestId`. One that says neither answers what was
 * asked before it in the conversation.
 */
function isResponseTo(questionId: MessageId, { reply_to, payload, is_later }: AskRow): boolean {
  // Erased contents are empty.
  if (payload.data === undefined) return false;
  if (reply_to === toUuid(questionId) || payload.requestId === questionId) return true;
  return reply_to === null && payload.requestId === undefined && is_later;
}

function selectAsks(sql: Sql, places: readonly AskPlace[]) {
  const wanted = places.map(({ tenantId, messageId, afterSequence }, position) => ({
    position,
    tenant_id: toUuid(tenantId),
    message_id: toUuid(messageId),
    // What was said long before is not looked at.
    from_id: firstUuidOf(madeAtMs(toUuid(messageId)) - clockSkewMs),
    after_sequence: afterSequence,
  }));
  return sql<AskRow[]>`
    select
      wanted.position, ask.outcome, ask.answer_id,
      (extract(epoch from ask.deadline_at - clock_timestamp()) * 1000)::float8 as left_ms,
      question.status as question_status,
      response.id as response_id, response.sequence, response.payload, response.reply_to,
      response.created_at >= ask.asked_at as is_later,
      (extract(epoch from response.created_at - ask.asked_at) * 1000)::float8 as duration_ms
    from json_to_recordset(${JSON.stringify(wanted)}::text::json) as wanted (
      position int, tenant_id uuid, message_id uuid, from_id uuid, after_sequence bigint
    )
    join asks ask on ask.tenant_id = wanted.tenant_id and ask.message_id = wanted.message_id
    left join deliveries question
      on question.tenant_id = ask.tenant_id and question.message_id = ask.message_id
    left join lateral (
      select message.id, message.sequence, message.payload, message.reply_to, message.created_at
      from messages message
      where message.tenant_id = ask.tenant_id
        and message.correlation_id = ask.correlation_id
        and message.id > wanted.from_id
        and message.sender_id = ask.agent_id
        and message.recipient_id = ask.membership_id
        and message.type = 'data_response'
        and message.sequence > wanted.after_sequence
      order by message.sequence
      limit ${pageSize}
    ) response on true
    order by wanted.position, response.sequence
  `;
}
