import type { Database } from "#db/database.ts";
import type { Actor } from "../auth/actor.ts";
import { requireScope } from "./mailbox-access.ts";
import type { TrailPage, TrailQuery } from "./trail-schema.ts";
import { walkMessages } from "./walk-messages.server.ts";

/**
 * The trail of the messages that the actor may see, for programs: one page in either order. A cursor
 * is a place between two messages, so that it holds whatever is sent meanwhile.
 */
export async function readTrail(
  db: Database,
  actor: Actor,
  { limit, order, cursor, ...filters }: TrailQuery,
  nowMs: number,
): Promise<TrailPage> {
  requireScope(actor, "messages:read");
  const { messages, next, searchedTo } = await db.asTenantSql(
    actor.tenantId,
    (sql) => walkMessages(sql, actor, filters, { direction: order, from: cursor, limit, nowMs }),
    { readOnly: true },
  );
  return { messages, cursor: next, searchedTo };
}
