import type postgres from "postgres";
import { invalidInput, notFound } from "#app/domain/errors.ts";
import type { Database, Sql } from "#db/database.ts";
import { type MailboxId, mailboxKindOf, toUuid } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import { mayReadMailbox, requireScope } from "./mailbox-access.ts";
import {
  hasExpired,
  hasStatus,
  type MessageRow,
  messageColumns,
  messagesWithDelivery,
  toMessageView,
} from "./message-row.ts";
import type { InboxPage, InboxQuery, MessageView } from "./schema.ts";

/** Deeper pages cost what they skip; who wants to go on reads by `after`. */
export const maxOffset = 10_000;
/** Filtered messages are counted up to here. */
const maxCounted = 1_000;

type Fragment = postgres.PendingQuery<postgres.Row[]>;

interface Mailbox {
  lastSequence: number;
  purgedThrough: number;
  messages: MessageView[];
  /** Of what the filters let through; null when it is the whole mailbox. */
  matches: number | null;
}

/**
 * A mailbox's messages: by `page` or what precedes the sequence `before`, newest first and with
 * those that have expired; or what follows the sequence `after`, oldest first and without them,
 * which is how they are handed out.
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
    { readOnly: true, oneQuery: true, onePlan: !isFiltered(query) },
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

const isFiltered = ({ type, status, from }: InboxQuery): boolean =>
  type !== undefined || status !== undefined || from !== undefined;

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
  const filtered = isFiltered(query);
  const matching = matchingMessages(sql, query);
  const rows = await sql<MailboxRow[]>`
    select
      mailbox.last_sequence, mailbox.purged_through,
      counted.matches,
      listed.*
    from mailboxes mailbox
    cross join lateral (${filtered ? countOf(sql, query, matching) : sql`select null::bigint`}) counted (matches)
    left join lateral (
      select ${sql.unsafe(messageColumns)}
      from (
        select message.* from ${matching} ${sliceOf(sql, query, filtered, offset)} limit ${query.limit}
      ) message
      join deliveries delivery
        on delivery.tenant_id = message.tenant_id and delivery.message_id = message.id
    ) listed on true
    where mailbox.tenant_id = ${toUuid(actor.tenantId)}
      and mailbox.id = ${toUuid(mailboxId)}
      and mailbox.kind = ${mailboxKindOf(mailboxId)}
    order by listed.sequence ${query.after === undefined ? sql`desc` : sql`asc`}
  `;
  const [first] = rows;
  return (
    first && {
      lastSequence: Number(first.last_sequence),
      purgedThrough: Number(first.purged_through),
      matches: first.matches === null ? null : Number(first.matches),
      messages: rows.flatMap((row) => (row.id === null ? [] : [toMessageView(row)])),
    }
  );
}

/**
 * What the filters let through. Deliveries are looked at only where the question is about them; they
 * repeat the recipient and the sequence, so that their own index serves it.
 */
function matchingMessages(sql: Sql, { type, status, from, after }: InboxQuery): Fragment {
  const isAboutDelivery = status !== undefined || after !== undefined;
  return sql`
    ${isAboutDelivery ? sql.unsafe(messagesWithDelivery) : sql`messages message`}
    where message.tenant_id = mailbox.tenant_id
      and message.recipient_id = mailbox.id
      and message.sequence > mailbox.purged_through
      ${type === undefined ? sql`` : sql`and message.type = ${type}`}
      ${from === undefined ? sql`` : sql`and message.sender_id = ${toUuid(from)}`}
      ${
        status === undefined
          ? sql``
          : sql`
        and delivery.recipient_id = mailbox.id
        and delivery.sequence > mailbox.purged_through
        and ${sql.unsafe(hasStatus(status))}`
      }
      ${after === undefined ? sql`` : sql`and not ${sql.unsafe(hasExpired)}`}
  `;
}

/**
 * Which of them, in what order. A whole mailbox has no gaps, so that a page of it is a range of
 * sequences, as cheap at the end as at the beginning.
 */
function sliceOf(sql: Sql, query: InboxQuery, isFiltered: boolean, offset: number): Fragment {
  if (query.after !== undefined) return sql`and message.sequence > ${query.after} order by message.sequence`;
  const sequence = listedBy(sql, query);
  if (query.before !== undefined) return sql`and ${sequence} < ${query.before} order by ${sequence} desc`;
  if (isFiltered) return sql`order by ${sequence} desc offset ${offset}`;
  return sql`
    and message.sequence <= mailbox.last_sequence - ${offset}::bigint
    and message.sequence > mailbox.last_sequence - ${offset + query.limit}::bigint
    order by message.sequence desc
  `;
}

/**
 * Counted in the order of the list: its index then gives the first ones, where a join that has no
 * order would read all deliveries of the mailbox to count a thousand.
 */
const countOf = (sql: Sql, query: InboxQuery, matching: Fragment): Fragment =>
  sql`
    select count(*) from (
      select from ${matching} order by ${listedBy(sql, query)} desc limit ${maxCounted + 1}
    ) matching
  `;

/** The sequence that an index has in order beside what is filtered by. */
const listedBy = (sql: Sql, { status }: InboxQuery): Fragment =>
  status === undefined ? sql`message.sequence` : sql`delivery.sequence`;
