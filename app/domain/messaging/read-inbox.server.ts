import type postgres from "postgres";
import { invalidInput, notFound } from "#app/domain/errors.ts";
import type { Database, Sql } from "#db/database.ts";
import { type MailboxId, mailboxKindOf, toUuid } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import { mayReadMailbox, requireScope } from "./mailbox-access.ts";
import {
  hasExpired,
  type MessageRow,
  messageColumns,
  messagesWithDelivery,
  shownStatus,
  toMessageView,
} from "./message-row.ts";
import type { InboxPage, InboxQuery, MessageView } from "./schema.ts";

/** Deeper pages cost what they skip; who wants to go on reads by `after`. */
export const maxOffset = 10_000;
/** Filtered messages are counted up to here. */
const maxCounted = 10_000;

type Fragment = postgres.PendingQuery<postgres.Row[]>;

interface Mailbox {
  lastSequence: number;
  purgedThrough: number;
  messages: MessageView[];
  /** Of what the filters let through; null when it is the whole mailbox. */
  matches: number | null;
}

/**
 * A mailbox's messages: by `page`, newest first and with those that have expired; or what follows
 * the sequence `after`, oldest first and without them, which is how they are handed out.
 *
 * Throws `not_found` for a mailbox that the actor may not read, as for one that is not there, and
 * `invalid_input` for a page too deep or a sequence that the mailbox has not reached.
 */
export async function readInbox(
  db: Database,
  actor: Actor,
  mailboxId: MailboxId,
  query: InboxQuery,
): Promise<InboxPage> {
  requireScope(actor, "messages:read");
  const page = query.page ?? 1;
  const offset = (page - 1) * query.limit;
  if (offset > maxOffset)
    throw invalidInput("query.page", `Goes ${maxOffset} messages deep; read on by "after" instead.`);
  if (!mayReadMailbox(actor, mailboxId)) throw notFound("mailbox");

  const mailbox = await db.asTenantSql(
    actor.tenantId,
    (sql) => readMailbox(sql, actor, mailboxId, query, offset),
    { readOnly: true },
  );
  if (mailbox === undefined) throw notFound("mailbox");
  const { messages, lastSequence, purgedThrough, matches } = mailbox;
  if (query.after !== undefined && query.after > lastSequence)
    throw invalidInput("query.after", "Is beyond the mailbox's last message.");
  return {
    messages,
    pagination: {
      total: matches === null ? lastSequence - purgedThrough : Math.min(matches, maxCounted),
      totalIsExact: matches === null || matches <= maxCounted,
      page,
      limit: query.limit,
    },
    cursor: cursorOf(query, mailbox),
  };
}

function cursorOf(query: InboxQuery, { messages, lastSequence }: Mailbox): number {
  const isCutShort = query.after !== undefined && messages.length === query.limit;
  return isCutShort ? (messages.at(-1)?.sequence ?? lastSequence) : lastSequence;
}

type MailboxRow = { last_sequence: string; purged_through: string; matches: string | null } & (
  | MessageRow
  | { id: null }
);

/** One statement, so that the counters and the messages are of one moment. */
async function readMailbox(
  sql: Sql,
  actor: Actor,
  mailboxId: MailboxId,
  query: InboxQuery,
  offset: number,
): Promise<Mailbox | undefined> {
  const filter = filterOf(sql, query);
  const rows = await sql<MailboxRow[]>`
    select
      mailbox.last_sequence, mailbox.purged_through,
      ${filter === undefined ? sql`null::bigint` : countOf(sql, filter)} as matches,
      slice.*
    from mailboxes mailbox
    left join lateral (
      select ${sql.unsafe(messageColumns)}
      from ${sql.unsafe(messagesWithDelivery)}
      where message.tenant_id = mailbox.tenant_id
        and message.recipient_id = mailbox.id
        and message.sequence > mailbox.purged_through
        ${filter ?? sql``}
        ${sliceOf(sql, query, offset)}
      limit ${query.limit}
    ) slice on true
    where mailbox.tenant_id = ${toUuid(actor.tenantId)}
      and mailbox.id = ${toUuid(mailboxId)}
      and mailbox.kind = ${mailboxKindOf(mailboxId)}
  `;
  const [first] = rows;
  return (
    first && {
      lastSequence: Number(first.last_sequence),
      purgedThrough: Number(first.purged_through),
      matches: first.matches === null ? null : Number(first.matches),
      messages: rows.flatMap(({ last_sequence, purged_through, matches, ...message }) =>
        message.id === null ? [] : [toMessageView(message)],
      ),
    }
  );
}

/** Further conditions, or undefined for the whole mailbox. */
function filterOf(sql: Sql, { type, status, from }: InboxQuery): Fragment | undefined {
  if (type === undefined && status === undefined && from === undefined) return undefined;
  return sql`
    ${type === undefined ? sql`` : sql`and message.type = ${type}`}
    ${from === undefined ? sql`` : sql`and message.sender_id = ${toUuid(from)} and message.sender_kind = ${mailboxKindOf(from)}`}
    ${status === undefined ? sql`` : sql`and ${sql.unsafe(shownStatus)} = ${status}`}
  `;
}

/**
 * Which of them, in what order. The whole mailbox has no gaps, so that a page of it is a range of
 * sequences, as cheap at the end as at the beginning.
 */
function sliceOf(sql: Sql, query: InboxQuery, offset: number): Fragment {
  if (query.after !== undefined)
    return sql`
      and message.sequence > ${query.after} and not ${sql.unsafe(hasExpired)}
      order by message.sequence
    `;
  if (filterOf(sql, query) !== undefined) return sql`order by message.sequence desc offset ${offset}`;
  return sql`
    and message.sequence <= mailbox.last_sequence - ${offset}::bigint
    and message.sequence > mailbox.last_sequence - ${offset + query.limit}::bigint
    order by message.sequence desc
  `;
}

const countOf = (sql: Sql, filter: Fragment): Fragment => sql`(
  select count(*)
  from (
    select from ${sql.unsafe(messagesWithDelivery)}
    where message.tenant_id = mailbox.tenant_id
      and message.recipient_id = mailbox.id
      and message.sequence > mailbox.purged_through
      ${filter}
    limit ${maxCounted + 1}
  ) counted
)`;
