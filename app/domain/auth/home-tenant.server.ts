import { and, asc, eq } from "drizzle-orm";
import type { Tx } from "#db/database.ts";
import { SYSTEM_TENANT_ID, type TenantId, type UserId } from "#db/ids.ts";
import { memberships, tenants } from "#db/schema/index.ts";

/**
 * The tenant whose audit trail has what happens to a person's account while they are not signed in: their
 * oldest, as for a sign-in; the system's for who belongs to none.
 */
export async function findHomeTenant(tx: Tx, userId: UserId): Promise<TenantId> {
  const [home] = await tx
    .select({ tenantId: memberships.tenantId })
    .from(memberships)
    .innerJoin(tenants, and(eq(tenants.id, memberships.tenantId), eq(tenants.status, "active")))
    .where(eq(memberships.userId, userId))
    .orderBy(asc(tenants.isSystem), asc(memberships.id))
    .limit(1);
  return home?.tenantId ?? SYSTEM_TENANT_ID;
}
