import { and, asc, eq } from "drizzle-orm";
import type { Database } from "#db/database.ts";
import { memberships, tenants } from "#db/schema/index.ts";
import type { UserActor } from "./actor.ts";
import type { Role } from "./scopes.ts";
import type { OwnTenant } from "./session-schema.ts";

/** More than that nobody chooses from. */
const listed = 100;

/** The organisations that a person can be in, by name. As the system role, by the person. */
export async function listOwnTenants(db: Database, actor: UserActor): Promise<OwnTenant[]> {
  const rows = await db.asSystem(
    (tx) =>
      tx
        .select({ id: tenants.id, name: tenants.name, role: memberships.role })
        .from(memberships)
        .innerJoin(tenants, eq(tenants.id, memberships.tenantId))
        .where(and(eq(memberships.userId, actor.id), eq(tenants.status, "active")))
        .orderBy(asc(tenants.name), asc(tenants.id))
        .limit(listed),
    { readOnly: true },
  );
  return rows.map(({ id, name, role }) => ({
    id,
    name,
    role: role as Role,
    isCurrent: id === actor.tenantId,
  }));
}
