import type postgres from "postgres";
import type { Database, Sql } from "#db/database.ts";
import { firstUuidOf, type MessageId, toTypeId, toUuid } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import { requireScope } from "./mailbox-access.ts";
import {
  type ListedStatus,
  type MessageList,
  type MessageListQuery,
  problemStatuses,
  windowMs,
} from "./message-list-schema.ts";
import { hasStatus, isoTime, type MessageRow, messageColumns, toMessageView } from "./message-row.ts";
import type { MessageView } from "./schema.ts";
import { visibleTo } from "./visible-messages.server.ts";

/**
 * A page looks through this many messages and then says how far it came, so that a filter that fits
 * hardly anything costs the same in a tenant of ten million messages as in a small one.
 */
const maxWalked = 20_000;

type Fragment = postgres.PendingQuery<postgres.Row[]>;

/**
 * The messages of the actor's tenant that the actor may see, newest first. Ids are made in the order
 * of sending, so that a page is a range of ids: what is sent meanwhile moves nothing.
 */
export function listMessages(
  db: Database,
  actor: Actor,
  query: MessageListQuery,
  nowMs: number,
): Promise<MessageList> {
  requireScope(actor, "messages:read");
  return db.asTenantSql(actor.tenantId, (sql) => readPage(sql, actor, query, nowMs), { readOnly: true });
}

async function readPage(
  sql: Sql,
  actor: Actor,
  query: MessageListQuery,
  nowMs: number,
): Promise<MessageList> {
  const { limit, before, after } = query;
  const found = await findMessages(sql, actor, { ...query, limit: limit + 1 }, nowMs);
  const messages = found.slice(0, limit);
  const isFull = found.length > limit;
  const stopped = isFull ? undefined : await readStop(sql, actor, query, nowMs);
  if (after !== undefined) {
    // Nothing newer than this page: it is the newest one, which is shown full.
    if (!isFull && stopped === undefined)
      return readPage(sql, actor, { ...query, after: undefined, before: undefined }, nowMs);
    messages.reverse();
    return {
      messages,
      older: messages.at(-1)?.id ?? after,
      newer: stopped?.id ?? messages[0]?.id ?? null,
      searchedTo: null,
    };
  }
  return {
    messages,
    older: isFull ? (messages.at(-1)?.id ?? null) : (stopped?.id ?? null),
    newer: before === undefined ? null : (messages[0]?.id ?? before),
    searchedTo: stopped?.at ?? null,
  };
}

/** What the query lets through, from its cursor on: with `after` oldest first, else newest first. */
export async function findMessages(
  sql: Sql,
  actor: Actor,
  query: MessageListQuery,
  nowMs: number,
): Promise<MessageView[]> {
  const { status, type, from, to } = query;
  const rows = await sql<MessageRow[]>`
    select ${sql.unsafe(messageColumns)}
    from (${walk(sql, actor, query, nowMs)} limit ${maxWalked}) walked
    join messages message on message.tenant_id = ${toUuid(actor.tenantId)} and message.id = walked.id
    join deliveries delivery on delivery.tenant_id = message.tenant_id and delivery.message_id = message.id
    where ${visibleTo(sql, actor)}
      ${status === undefined || isProblem(status) ? sql`` : sql`and ${sql.unsafe(hasStatus(status))}`}
      ${type === undefined ? sql`` : sql`and message.type = ${type}`}
      ${from === undefined ? sql`` : sql`and message.sender_id = ${toUuid(from)}`}
      ${to === undefined ? sql`` : sql`and message.recipient_id = ${toUuid(to)}`}
    order by walked.id ${direction(sql, query)}
    limit ${query.limit}
  `;
  return rows.map(toMessageView);
}

/** Where the walk was cut off; undefined when it came to its end. */
async function readStop(
  sql: Sql,
  actor: Actor,
  query: MessageListQuery,
  nowMs: number,
): Promise<{ id: MessageId; at: string } | undefined> {
  const [row] = await sql<{ id: string; at: string }[]>`
    select message.id, ${sql.unsafe(isoTime("message.created_at"))} as at
    from (${walk(sql, actor, query, nowMs)} offset ${maxWalked - 1} limit 1) walked
    join messages message on message.tenant_id = ${toUuid(actor.tenantId)} and message.id = walked.id
  `;
  return row && { id: toTypeId("msg", row.id), at: row.at };
}

/**
 * The ids to look through, in order, from the narrowest index that serves the query. Statuses and the
 * type stand in the text: partial indexes are chosen by constants.
 */
function walk(sql: Sql, actor: Actor, query: MessageListQuery, nowMs: number): Fragment {
  const { status, type, from } = query;
  const tenant = toUuid(actor.tenantId);
  const order = direction(sql, query);
  if (status !== undefined && isProblem(status)) {
    // One index range a status, merged in order.
    const range = rangeOf(sql, "delivery.message_id", query, nowMs);
    const ranges = (status === "problem" ? problemStatuses : [status]).map(
      (one) => sql`
        (select delivery.message_id as id from deliveries delivery
        where delivery.tenant_id = ${tenant} and ${sql.unsafe(`delivery.status = '${one}'`)} ${range}
        order by delivery.message_id ${order} limit ${maxWalked})`,
    );
    return sql`
      select id from (${ranges.reduce((all, one) => sql`${all} union all ${one}`)}) problem
      order by id ${order}`;
  }
  return sql`
    select message.id from messages message
    where message.tenant_id = ${tenant} ${rangeOf(sql, "message.id", query, nowMs)}
      ${
        type === "escalation"
          ? sql`and message.type = 'escalation'`
          : from === undefined
            ? sql``
            : sql`and message.sender_id = ${toUuid(from)}`
      }
    order by message.id ${order}`;
}

function rangeOf(sql: Sql, column: string, query: MessageListQuery, nowMs: number): Fragment {
  const { window, before, after } = query;
  const id = sql.unsafe(column);
  return sql`
    ${window === undefined ? sql`` : sql`and ${id} >= ${firstUuidOf(nowMs - windowMs[window])}`}
    ${before === undefined ? sql`` : sql`and ${id} < ${toUuid(before)}`}
    ${after === undefined ? sql`` : sql`and ${id} > ${toUuid(after)}`}`;
}

const direction = (sql: Sql, { after }: MessageListQuery): Fragment =>
  after === undefined ? sql`desc` : sql`asc`;

type Problem = "problem" | (typeof problemStatuses)[number];

const isProblem = (status: ListedStatus): status is Problem =>
  status === "problem" || problemStatuses.some((problem) => problem === status);
