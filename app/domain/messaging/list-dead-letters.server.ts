import type postgres from "postgres";
import type { Database, Sql } from "#db/database.ts";
import { toUuid } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import {
  type DeadLetter,
  type DeadLetterCount,
  type DeadLetterList,
  type DeadLetterQuery,
  maxCountedDeadLetters,
} from "./dead-letter-schema.ts";
import { requireScope } from "./mailbox-access.ts";
import { isoTime, type MessageRow, messageColumns, toMessageView } from "./message-row.ts";
import { visibleTo } from "./visible-messages.server.ts";

type DeadLetterRow = MessageRow & {
  attempts: number;
  leases: number;
  died_at: string | null;
  has_failed: boolean;
};

/** The dead letters that the actor may see, newest first: a person the tenant's, an agent its own mailbox's. */
export async function listDeadLetters(
  db: Database,
  actor: Actor,
  { recipientId, cause, cursor, limit }: DeadLetterQuery,
): Promise<DeadLetterList> {
  requireScope(actor, "messages:read");
  const rows = await db.asTenantSql(
    actor.tenantId,
    (sql) => sql<DeadLetterRow[]>`
      select ${sql.unsafe(messageColumns)}, delivery.attempts, delivery.leases,
        delivery.status = 'failed' as has_failed, ${sql.unsafe(isoTime("delivery.handled_at"))} as died_at
      from ${deadLetters(sql, actor)}
        ${recipientId === undefined ? sql`` : sql`and delivery.recipient_id = ${toUuid(recipientId)}`}
        ${cause === undefined ? sql`` : sql`and (delivery.status = 'failed') = ${cause === "push"}`}
        ${cursor === undefined ? sql`` : sql`and delivery.message_id < ${toUuid(cursor)}`}
      order by delivery.message_id desc
      limit ${limit + 1}
    `,
    { readOnly: true },
  );
  const letters = rows.slice(0, limit).map(toDeadLetter);
  return {
    deadLetters: letters,
    nextCursor: rows.length > limit ? (letters.at(-1)?.message.id ?? null) : null,
  };
}

/** How many the actor may see. */
export async function countDeadLetters(db: Database, actor: Actor): Promise<DeadLetterCount> {
  requireScope(actor, "messages:read");
  const [row] = await db.asTenantSql(
    actor.tenantId,
    (sql) => sql<{ count: number }[]>`
      select count(*)::int as count
      from (select from ${deadLetters(sql, actor)} limit ${maxCountedDeadLetters + 1}) dead
    `,
    { readOnly: true },
  );
  const counted = row?.count ?? 0;
  return { count: Math.min(counted, maxCountedDeadLetters), isExact: counted <= maxCountedDeadLetters };
}

/** In the order of `deliveries_dead_idx`, which has no others. */
const deadLetters = (sql: Sql, actor: Actor): postgres.PendingQuery<postgres.Row[]> => sql`
  deliveries delivery
  join messages message on message.tenant_id = delivery.tenant_id and message.id = delivery.message_id
  where delivery.tenant_id = ${toUuid(actor.tenantId)}
    and delivery.handling = 'dead'
    and ${actor.kind === "agent" ? sql`delivery.recipient_id = ${toUuid(actor.id)}` : visibleTo(sql, actor)}
`;

function toDeadLetter({ attempts, leases, died_at, has_failed, ...message }: DeadLetterRow): DeadLetter {
  return {
    message: toMessageView(message),
    cause: has_failed ? "push" : "leases",
    attempts,
    leases,
    diedAt: died_at,
  };
}
