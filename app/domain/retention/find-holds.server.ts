import type { Database } from "#db/database.ts";
import { type MessageId, toUuid } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import { requireScope } from "../messaging/mailbox-access.ts";
import { visibleTo } from "../messaging/visible-messages.server.ts";
import { selectHolds, toHoldView } from "./list-holds.server.ts";
import type { HoldView } from "./schema.ts";

/** Holds of single messages that a conversation's page is told of. */
const maxHeldMessages = 200;

/** The holds that keep a conversation: of all of it, and of messages in it that the actor may see. */
export async function findConversationHolds(
  db: Database,
  actor: Actor,
  correlationId: string,
): Promise<HoldView[]> {
  requireScope(actor, "messages:read");
  const rows = await db.asTenantSql(
    actor.tenantId,
    (sql) =>
      selectHolds(
        sql,
        actor,
        sql`
          and hold.released_at is null
          and (
            hold.correlation_id = ${correlationId}
            or hold.message_id in (
              select message.id from messages message
              where message.tenant_id = hold.tenant_id and message.correlation_id = ${correlationId}
                and ${visibleTo(sql, actor)}
            )
          )
          order by hold.message_id nulls first
          limit ${maxHeldMessages}
        `,
      ),
    { readOnly: true },
  );
  return rows.map(toHoldView);
}

/** The holds that keep a message: its own, and its conversation's. None for one that the actor may not see. */
export async function findMessageHolds(
  db: Database,
  actor: Actor,
  messageId: MessageId,
): Promise<HoldView[]> {
  requireScope(actor, "messages:read");
  const rows = await db.asTenantSql(
    actor.tenantId,
    async (sql) => {
      const [message] = await sql<{ correlation_id: string }[]>`
        select message.correlation_id from messages message
        where message.tenant_id = ${toUuid(actor.tenantId)} and message.id = ${toUuid(messageId)}
          and ${visibleTo(sql, actor)}
      `;
      if (message === undefined) return [];
      return selectHolds(
        sql,
        actor,
        sql`
          and hold.released_at is null
          and (hold.message_id = ${toUuid(messageId)} or hold.correlation_id = ${message.correlation_id})
          order by hold.message_id nulls last
        `,
      );
    },
    { readOnly: true },
  );
  return rows.map(toHoldView);
}
