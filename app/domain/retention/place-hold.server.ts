import type { Database, Sql } from "#db/database.ts";
import { newId, toUuid } from "#db/ids.ts";
import { insertAuditEvents } from "../audit/insert-audit-events.server.ts";
import type { Actor, RequestInfo, UserActor } from "../auth/actor.ts";
import { AppError, notFound } from "../errors.ts";
import { visibleTo } from "../messaging/visible-messages.server.ts";
import { readHold } from "./list-holds.server.ts";
import { lockHolds } from "./lock-holds.server.ts";
import { requirePerson } from "./require-person.ts";
import type { HoldView, PlaceHold } from "./schema.ts";

/**
 * Keeps a message, or a whole conversation, whatever retention and erasure would do.
 * @throws AppError not_found for what the person may not see, as for what is not there; conflict when it is held already.
 */
export async function placeHold(
  db: Database,
  actor: Actor,
  hold: PlaceHold,
  request: RequestInfo,
): Promise<HoldView> {
  requirePerson(actor);
  return db.asTenantSql(actor.tenantId, async (sql) => {
    const tenantUuid = toUuid(actor.tenantId);
    await lockHolds(sql, tenantUuid);
    const correlationId = await findConversation(sql, actor, hold);
    const messageUuid = hold.messageId === undefined ? null : toUuid(hold.messageId);
    const heldCorrelationId = hold.correlationId ?? null;
    const id = newId("hld");
    const placed = await sql`
      insert into holds (tenant_id, id, message_id, correlation_id, reason, placed_by)
      values (${tenantUuid}, ${toUuid(id)}, ${messageUuid}, ${heldCorrelationId}, ${hold.reason}, ${toUuid(actor.id)})
      on conflict do nothing
    `;
    if (placed.count === 0) throw new AppError("conflict", "It is on hold already.");
    await insertAuditEvents(sql, [
      {
        tenantId: actor.tenantId,
        actor,
        action: "hold.placed",
        resource: { id },
        request,
        correlationId,
        details: { messageId: hold.messageId ?? null, reason: hold.reason },
      },
    ]);
    return readHold(sql, actor, id);
  });
}

/** The conversation that the hold is about, with a message in it that the person may see. */
async function findConversation(
  sql: Sql,
  actor: UserActor,
  { messageId, correlationId }: PlaceHold,
): Promise<string> {
  const [found] = await sql<{ correlation_id: string }[]>`
    select message.correlation_id
    from messages message
    where message.tenant_id = ${toUuid(actor.tenantId)}
      and ${
        messageId === undefined
          ? sql`message.correlation_id = ${correlationId ?? ""}`
          : sql`message.id = ${toUuid(messageId)}`
      }
      and ${visibleTo(sql, actor)}
    limit 1
  `;
  if (found === undefined) throw notFound(messageId === undefined ? "conversation" : "message");
  return found.correlation_id;
}
