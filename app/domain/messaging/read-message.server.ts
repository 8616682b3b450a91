import { isAppError, notFound } from "#app/domain/errors.ts";
import type { Database } from "#db/database.ts";
import { type MessageId, toUuid } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import { requireScope } from "./mailbox-access.ts";
import { type MessageRow, messageColumns, messagesWithDelivery, toMessageView } from "./message-row.ts";
import type { MessageView } from "./schema.ts";
import { visibleTo } from "./visible-messages.server.ts";

/** One message. Throws `not_found` for one that the actor may not see, as for one that is not there. */
export async function readMessage(db: Database, actor: Actor, messageId: MessageId): Promise<MessageView> {
  requireScope(actor, "messages:read");
  const [row] = await db.asTenantSql(
    actor.tenantId,
    (sql) => sql<MessageRow[]>`
      select ${sql.unsafe(messageColumns)}
      from ${sql.unsafe(messagesWithDelivery)}
      where message.tenant_id = ${toUuid(actor.tenantId)}
        and message.id = ${toUuid(messageId)}
        and ${visibleTo(sql, actor)}
    `,
    { readOnly: true },
  );
  if (row === undefined) throw notFound("message");
  return toMessageView(row);
}

/** The same, or null when there is no such message for the actor. */
export async function findMessage(
  db: Database,
  actor: Actor,
  messageId: MessageId,
): Promise<MessageView | null> {
  try {
    return await readMessage(db, actor, messageId);
  } catch (error) {
    if (isAppError(error) && error.code === "not_found") return null;
    throw error;
  }
}
