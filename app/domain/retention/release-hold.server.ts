import type { Database } from "#db/database.ts";
import { type HoldId, toTypeId, toUuid } from "#db/ids.ts";
import { insertAuditEvents } from "../audit/insert-audit-events.server.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import { notFound } from "../errors.ts";
import { requirePerson } from "./require-person.ts";

/**
 * Lets go of what was held: the next run of retention takes what is old enough by then.
 * @throws AppError not_found for one that is not there or was released.
 */
export async function releaseHold(
  db: Database,
  actor: Actor,
  holdId: HoldId,
  request: RequestInfo,
): Promise<void> {
  requirePerson(actor);
  await db.asTenantSql(actor.tenantId, async (sql) => {
    const [released] = await sql<{ message_id: string | null; correlation_id: string | null }[]>`
      update holds set released_at = now(), released_by = ${toUuid(actor.id)}
      where tenant_id = ${toUuid(actor.tenantId)} and id = ${toUuid(holdId)} and released_at is null
      returning message_id, correlation_id
    `;
    if (released === undefined) throw notFound("hold");
    const { message_id, correlation_id } = released;
    await insertAuditEvents(sql, [
      {
        tenantId: actor.tenantId,
        actor,
        action: "hold.released",
        resource: { id: holdId },
        request,
        correlationId: correlation_id,
        details: { messageId: message_id === null ? null : toTypeId("msg", message_id) },
      },
    ]);
  });
}
