import type postgres from "postgres";
import type { Sql } from "#db/database.ts";
import { type MessageId, toTypeId, toUuid } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import { containsWords } from "./contains-words.server.ts";
import type { MessageFilters } from "./message-list-schema.ts";
import { hasStatus, type MessageRow, messageColumns, toMessageView } from "./message-row.ts";
import {
  isProblem,
  narrowestStream,
  problemsOf,
  type StreamRange,
  typeOf,
} from "./message-streams.server.ts";
import { kindOfType, type MessageView } from "./schema.ts";
import { visibleTo } from "./visible-messages.server.ts";

/**
 * A page looks at this many rows and then says how far it came, so that a filter that fits hardly
 * anything costs the same in a tenant of ten million messages as in a small one (docs/decisions/0018).
 */
const maxLookUps = 4_000;

/** A stored payload larger than this is not searched: unpacking it would cost too much. */
const searchedPayloadBytes = 16_384;

type Fragment = postgres.PendingQuery<postgres.Row[]>;

export interface WalkOptions extends StreamRange {
  limit: number;
}

export interface Walk {
  /** In the direction of the walk. */
  messages: MessageView[];
  /** Where to go on from: the last message of a full page, or where the walk was cut off; null at the end. */
  next: MessageId | null;
  /** When the walk was cut off before the page was full: how far it came. */
  searchedTo: string | null;
}

/**
 * What the filters let through of the messages that the actor may see, in the order of their ids from
 * one on. It goes along the narrowest index and looks at what lies there; both in one statement, so
 * that what is sent or handled meanwhile is neither skipped nor told twice.
 */
export async function walkMessages(
  sql: Sql,
  actor: Actor,
  filters: MessageFilters,
  { limit, ...range }: WalkOptions,
): Promise<Walk> {
  if (contradicts(filters)) return { messages: [], next: null, searchedTo: null };
  const stream = await narrowestStream(sql, actor, filters, range);
  const order = range.direction === "desc" ? sql`desc` : sql`asc`;
  const ofMessage = all(sql, messageConditions(sql, actor, filters));
  const deliveryFilters = deliveryConditions(sql, filters);
  const ofDelivery = all(sql, deliveryFilters);
  const maxWalked = Math.floor(maxLookUps / (stream.lookUps + (deliveryFilters.length > 0 ? 1 : 0)));
  const last = sql.unsafe(String(maxWalked));
  // The last one walked is given whether or not it fits: it says where to go on.
  const rows = await sql<(MessageRow & { n: string; fits: boolean })[]>`
    select
      ${sql.unsafe(messageColumns)}, message.n,
      (message.n < ${last} or (${ofMessage} and ${ofDelivery})) as fits
    from (
      select walked.*, row_number() over (order by walked.place ${order}) as n
      from (${stream.rows(maxWalked)}) walked
    ) message
    cross join lateral (
      select * from deliveries became
      where became.tenant_id = ${toUuid(actor.tenantId)} and became.message_id = message.id
      limit 1
    ) delivery
    where (message.n = ${last} or ${ofMessage}) and (message.n = ${last} or ${ofDelivery})
    order by message.place ${order}
    limit ${limit + 1}
  `;
  const fitting = rows.filter(({ fits }) => fits).map(({ n: _n, fits: _fits, ...row }) => toMessageView(row));
  const messages = fitting.slice(0, limit);
  if (fitting.length > limit) return { messages, next: messages.at(-1)?.id ?? null, searchedTo: null };
  const end = rows.at(-1);
  if (end === undefined || Number(end.n) < maxWalked) return { messages, next: null, searchedTo: null };
  return { messages, next: toTypeId("msg", end.id), searchedTo: end.created_at };
}

/** Whether nothing can fit. */
const contradicts = ({ type, kind, since, until }: MessageFilters): boolean =>
  (type !== undefined && kind !== undefined && kindOfType[type] !== kind) ||
  (since !== undefined && until !== undefined && Date.parse(since) >= Date.parse(until));

const all = (sql: Sql, conditions: Fragment[]): Fragment =>
  conditions.length === 0
    ? sql`true`
    : sql`(${conditions.reduce((before, one) => sql`${before} and ${one}`)})`;

function messageConditions(sql: Sql, actor: Actor, filters: MessageFilters): Fragment[] {
  const { from, to, either, priority, correlationId, text } = filters;
  const type = typeOf(filters);
  return [
    visibleTo(sql, actor),
    type === undefined ? [] : sql`message.type = ${type}`,
    priority === undefined ? [] : sql`message.priority = ${priority}`,
    from === undefined ? [] : sql`message.sender_id = ${toUuid(from)}`,
    to === undefined ? [] : sql`message.recipient_id = ${toUuid(to)}`,
    either === undefined
      ? []
      : sql`(message.sender_id = ${toUuid(either)} or message.recipient_id = ${toUuid(either)})`,
    correlationId === undefined ? [] : sql`message.correlation_id = ${correlationId}`,
    // The costliest comes last, when the others let it through.
    text === undefined ? [] : containsWords(sql, payloadText(sql), text),
  ].flat();
}

function deliveryConditions(sql: Sql, { status, handling }: MessageFilters): Fragment[] {
  return [
    status === undefined
      ? []
      : isProblem(status)
        ? sql`delivery.status = any(${[...problemsOf(status)]}::text[])`
        : sql`${sql.unsafe(hasStatus(status))}`,
    handling === undefined ? [] : sql`delivery.handling = ${handling}`,
  ].flat();
}

/** SQL: what a payload says, without the names of its fields. */
const payloadText = (sql: Sql): Fragment => sql`
  case when pg_column_size(message.payload) <= ${sql.unsafe(String(searchedPayloadBytes))} then concat_ws(
    ' ', message.payload ->> 'taskId', message.payload ->> 'description', message.payload ->> 'status',
    message.payload ->> 'detail', message.payload ->> 'query', message.payload ->> 'dataSource',
    message.payload ->> 'reason', message.payload ->> 'context', message.payload ->> 'data'
  ) end`;
