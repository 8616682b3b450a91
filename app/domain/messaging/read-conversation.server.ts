import { notFound } from "#app/domain/errors.ts";
import type { Database, Sql } from "#db/database.ts";
import { type MailboxKind, toMailboxId, toUuid } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import { requireScope } from "./mailbox-access.ts";
import {
  type MessageRow,
  messageColumns,
  messagesWithDelivery,
  partyName,
  toMessageView,
} from "./message-row.ts";
import type { ConversationPage, ConversationQuery, Party } from "./schema.ts";
import { visibleTo } from "./visible-messages.server.ts";

/** Participants are looked for among this many messages from the beginning. */
const maxMessagesForParticipants = 10_000;

/**
 * The messages of the actor's tenant with this correlation id that the actor may see, in the order
 * they were sent. Throws `not_found` when there are none.
 */
export async function readConversation(
  db: Database,
  actor: Actor,
  correlationId: string,
  query: ConversationQuery,
): Promise<ConversationPage> {
  requireScope(actor, "messages:read");
  const { rows, participants } = await db.asTenantSql(
    actor.tenantId,
    async (sql) => {
      const [rows, participants] = await Promise.all([
        readRows(sql, actor, correlationId, query),
        readParticipants(sql, actor, correlationId),
      ]);
      return { rows, participants };
    },
    { readOnly: true },
  );
  if (participants.length === 0) throw notFound("conversation");
  const messages = rows.slice(0, query.limit).map(toMessageView);
  const hasMore = rows.length > query.limit;
  const cursor = hasMore ? (messages.at(-1)?.id ?? null) : null;
  return { messages: query.before === undefined ? messages : messages.reverse(), participants, cursor };
}

/**
 * One more than asked for, if there is one; those before a message backwards from it. Ids are made
 * in the order of sending.
 */
async function readRows(sql: Sql, actor: Actor, correlationId: string, query: ConversationQuery) {
  return sql<MessageRow[]>`
    select ${sql.unsafe(messageColumns)}
    from ${sql.unsafe(messagesWithDelivery)}
    where message.tenant_id = ${toUuid(actor.tenantId)}
      and message.correlation_id = ${correlationId}
      and ${visibleTo(sql, actor)}
      ${query.after === undefined ? sql`` : sql`and message.id > ${toUuid(query.after)}`}
      ${query.before === undefined ? sql`` : sql`and message.id < ${toUuid(query.before)}`}
    order by message.id ${query.before === undefined ? sql`` : sql`desc`}
    limit ${query.limit + 1}
  `;
}

interface ParticipantRow {
  kind: MailboxKind;
  id: string;
  name: string;
}

/** Who wrote and who was written to, in the order they came in. */
export async function readParticipants(sql: Sql, actor: Actor, correlationId: string): Promise<Party[]> {
  const rows = await sql<ParticipantRow[]>`
    with said as (
      select
        message.tenant_id, message.sender_kind, message.sender_id, message.recipient_kind,
        message.recipient_id, row_number() over (order by message.id) as n
      from messages message
      where message.tenant_id = ${toUuid(actor.tenantId)}
        and message.correlation_id = ${correlationId}
        and ${visibleTo(sql, actor)}
      order by message.id
      limit ${maxMessagesForParticipants}
    ), party as (
      select tenant_id, kind, id, min(place) as place
      from said
      cross join lateral (values (sender_kind, sender_id, n * 2), (recipient_kind, recipient_id, n * 2 + 1))
        as side (kind, id, place)
      group by tenant_id, kind, id
    )
    select
      party.kind, party.id,
      ${sql.unsafe(partyName("party.tenant_id", "party.kind", "party.id"))} as name
    from party
    order by party.place
  `;
  return rows.map(({ kind, id, name }) => ({ id: toMailboxId(kind, id), kind, name }));
}
