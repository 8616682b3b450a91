import { asc, eq } from "drizzle-orm";
import type { Tx } from "#db/database.ts";
import { SYSTEM_TENANT_ID, type UserId } from "#db/ids.ts";
import { memberships } from "#db/schema/index.ts";
import type { AuditEvent } from "../audit/audit-event.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import type { AuditAction } from "../audit/registry.ts";

/**
 * Records what changes a person in each tenant that sees them so; in the system's for who belongs to none. Takes
 * a transaction of the system role.
 */
export async function recordInTheirTenants<A extends AuditAction>(
  tx: Tx,
  userId: UserId,
  event: Omit<AuditEvent<A>, "tenantId" | "id">,
): Promise<void> {
  const theirs = await tx
    .select({ tenantId: memberships.tenantId })
    .from(memberships)
    .where(eq(memberships.userId, userId))
    .orderBy(asc(memberships.tenantId));
  const tenantIds = theirs.length === 0 ? [SYSTEM_TENANT_ID] : theirs.map(({ tenantId }) => tenantId);
  for (const tenantId of tenantIds) await recordAudit(tx, { ...event, tenantId });
}
