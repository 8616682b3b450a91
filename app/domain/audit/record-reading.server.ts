import { and, eq, gt, sql } from "drizzle-orm";
import type { Database } from "#db/database.ts";
import { auditEvents } from "#db/schema/index.ts";
import type { Actor } from "../auth/actor.ts";
import type { AuditEvent } from "./audit-event.ts";
import { recordAudit } from "./record-audit.server.ts";
import type { AuditAction } from "./registry.ts";

/** Looking again within this time is the same look. */
const coalescedMinutes = 5;

export type ReadingEvent<A extends AuditAction> = Omit<AuditEvent<A>, "actor"> & { actor: Actor };

/**
 * Records that somebody looked at what is sensitive: one event for all that an actor reads of one
 * resource within a few minutes, by however many servers it is answered.
 */
export async function recordReading<A extends AuditAction>(
  db: Database,
  event: ReadingEvent<A>,
): Promise<void> {
  const { tenantId, actor, action, resource } = event;
  await db.asTenant(tenantId, async (tx) => {
    const [known] = await tx
      .select({ id: auditEvents.id })
      .from(auditEvents)
      .where(
        and(
          eq(auditEvents.tenantId, tenantId),
          eq(auditEvents.action, action),
          eq(auditEvents.actorId, actor.id),
          sql`${auditEvents.resourceId} is not distinct from ${resource.id}`,
          gt(auditEvents.occurredAt, sql`now() - make_interval(mins => ${coalescedMinutes})`),
        ),
      )
      .limit(1);
    if (known === undefined) await recordAudit(tx, event);
  });
}
