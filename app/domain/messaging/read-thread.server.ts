import { notFound } from "#app/domain/errors.ts";
import type { Database, Sql } from "#db/database.ts";
import { type MessageId, toUuid } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import { requireScope } from "./mailbox-access.ts";
import { type MessageRow, messageColumns, messagesWithDelivery, toMessageView } from "./message-row.ts";
import { readParticipants } from "./read-conversation.server.ts";
import type { Thread } from "./schema.ts";
import { visibleTo } from "./visible-messages.server.ts";

export interface ThreadQuery {
  /** About how many messages the part has. */
  limit: number;
  /** The message that the part is around. Without it, or when it is not of the thread, the part is the end. */
  around?: MessageId | undefined;
}

/** A thread's messages are counted up to here. */
const maxCounted = 1_000;

/**
 * A conversation as its page opens it: how it began, and a part of it.
 * Throws `not_found` when the actor may see no message of it.
 */
export async function readThread(
  db: Database,
  actor: Actor,
  correlationId: string,
  query: ThreadQuery,
): Promise<Thread> {
  requireScope(actor, "messages:read");
  const thread = await db.asTenantSql(
    actor.tenantId,
    async (sql) => {
      const scope: Scope = { sql, actor, correlationId };
      const [[opening], part, participants, counted] = await Promise.all([
        readRows(scope, { limit: 1 }),
        readPart(scope, query),
        readParticipants(sql, actor, correlationId),
        countMessages(scope),
      ]);
      return { opening, part, participants, counted };
    },
    { readOnly: true },
  );
  const { opening, part, participants, counted } = thread;
  if (opening === undefined) throw notFound("conversation");
  return {
    opening: toMessageView(opening),
    messages: part.rows.map(toMessageView),
    hasEarlier: part.hasEarlier,
    hasLater: part.hasLater,
    participants,
    count: Math.min(counted, maxCounted),
    countIsExact: counted <= maxCounted,
  };
}

interface Scope {
  sql: Sql;
  actor: Actor;
  correlationId: string;
}

interface Part {
  rows: MessageRow[];
  hasEarlier: boolean;
  hasLater: boolean;
}

async function readPart(scope: Scope, { limit, around }: ThreadQuery): Promise<Part> {
  if (around !== undefined) {
    const half = Math.ceil(limit / 2);
    const [earlier, from] = await Promise.all([
      readRows(scope, { limit: half + 1, before: around }),
      readRows(scope, { limit: half + 1, from: around }),
    ]);
    if (from[0]?.id === toUuid(around))
      return {
        rows: [...earlier.slice(0, half).reverse(), ...from.slice(0, half)],
        hasEarlier: earlier.length > half,
        hasLater: from.length > half,
      };
  }
  const last = await readRows(scope, { limit: limit + 1, before: null });
  return { rows: last.slice(0, limit).reverse(), hasEarlier: last.length > limit, hasLater: false };
}

interface RowsQuery {
  limit: number;
  /** From this message on; without it and `before`, from the beginning. */
  from?: MessageId;
  /** Backwards from this message; null for backwards from the end. */
  before?: MessageId | null;
}

/** Ids are made in the order of sending. */
function readRows({ sql, actor, correlationId }: Scope, { limit, from, before }: RowsQuery) {
  return sql<MessageRow[]>`
    select ${sql.unsafe(messageColumns)}
    from ${sql.unsafe(messagesWithDelivery)}
    where message.tenant_id = ${toUuid(actor.tenantId)}
      and message.correlation_id = ${correlationId}
      and ${visibleTo(sql, actor)}
      ${from === undefined ? sql`` : sql`and message.id >= ${toUuid(from)}`}
      ${before == null ? sql`` : sql`and message.id < ${toUuid(before)}`}
    order by message.id ${before === undefined ? sql`` : sql`desc`}
    limit ${limit}
  `;
}

async function countMessages({ sql, actor, correlationId }: Scope): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count
    from (
      select from messages message
      where message.tenant_id = ${toUuid(actor.tenantId)}
        and message.correlation_id = ${correlationId}
        and ${visibleTo(sql, actor)}
      limit ${maxCounted + 1}
    ) counted
  `;
  return row?.count ?? 0;
}
