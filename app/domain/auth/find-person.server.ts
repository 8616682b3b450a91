import { and, eq, isNull } from "drizzle-orm";
import type { Tx } from "#db/database.ts";
import type { TenantId, UserId } from "#db/ids.ts";
import { memberships, tenants, users } from "#db/schema/index.ts";
import type { PersonView, TenantView } from "./api-session-schema.ts";
import type { Role } from "./scopes.ts";

export interface FoundPerson {
  user: PersonView;
  tenant: TenantView;
}

/** A person as one tenant knows them; undefined when they may not come in there. */
export async function findPerson(
  tx: Tx,
  { tenantId, userId }: { tenantId: TenantId; userId: UserId },
): Promise<FoundPerson | undefined> {
  const [found] = await tx
    .select({
      user: {
        id: users.id,
        name: users.name,
        email: users.email,
        emailVerifiedAt: users.emailVerifiedAt,
        platformAdmin: users.platformAdmin,
        role: memberships.role,
      },
      tenant: { id: tenants.id, name: tenants.name },
    })
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.userId))
    .innerJoin(tenants, eq(tenants.id, memberships.tenantId))
    .where(
      and(
        eq(memberships.tenantId, tenantId),
        eq(memberships.userId, userId),
        isNull(users.disabledAt),
        eq(tenants.status, "active"),
      ),
    );
  if (found === undefined) return undefined;
  const { emailVerifiedAt, role, ...user } = found.user;
  return {
    user: { ...user, emailVerified: emailVerifiedAt !== null, role: role as Role },
    tenant: found.tenant,
  };
}
