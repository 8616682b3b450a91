import { eq } from "drizzle-orm";
import { insertMembership, insertUser } from "#app/domain/auth/create-tenant.server.ts";
import type { Role } from "#app/domain/auth/scopes.ts";
import { systemActor } from "#app/domain/auth/system-actor.ts";
import type { Tx } from "#db/database.ts";
import { SYSTEM_TENANT_ID, type TenantId } from "#db/ids.ts";
import { users } from "#db/schema/index.ts";
import type { PersonCredentials } from "./demo-credentials.server.ts";
import { resetDemoAdmin } from "./reset-demo-admin.server.ts";
import type { Secret } from "./seed-neighbour.server.ts";

interface DemoPerson {
  name: string;
  email: string;
}

/** An ordinary member, who works at the operators' desk. */
const demoOperator: DemoPerson = { name: "Sam Okafor", email: "operator@northwind.example" };

/** Who looks after the agents, and belongs to the neighbour as well: the one who can switch. */
const demoDeveloper: DemoPerson = { name: "Noor Haddad", email: "developer@northwind.example" };

/** Who runs the service, at home in the system tenant. */
const demoPlatformAdmin: DemoPerson = { name: "Lin Castellan", email: "platform@signalbox.example" };

/** Makes the demo tenant's member, or gives the one that is there a new password. */
export const seedOperator = (tx: Tx, tenantId: TenantId, secret: Secret): Promise<PersonCredentials> =>
  seedPerson(tx, demoOperator, [{ tenantId, role: "member" }], secret);

/** The same for its developer, who is a member of the neighbour. */
export const seedDeveloper = (
  tx: Tx,
  tenantId: TenantId,
  neighbourId: TenantId,
  secret: Secret,
): Promise<PersonCredentials> =>
  seedPerson(
    tx,
    demoDeveloper,
    [
      { tenantId, role: "developer" },
      { tenantId: neighbourId, role: "member" },
    ],
    secret,
  );

/** The same for the platform admin. */
export const seedPlatformAdmin = (tx: Tx, secret: Secret): Promise<PersonCredentials> =>
  seedPerson(tx, demoPlatformAdmin, [{ tenantId: SYSTEM_TENANT_ID, role: "tenant_admin" }], secret, true);

/** @param places where they belong, the first of which they sign in to */
async function seedPerson(
  tx: Tx,
  { name, email }: DemoPerson,
  places: readonly [{ tenantId: TenantId; role: Role }, ...{ tenantId: TenantId; role: Role }[]],
  { password, passwordHash }: Secret,
  platformAdmin = false,
): Promise<PersonCredentials> {
  const actor = systemActor(places[0].tenantId, "seed");
  const [known] = await tx.select({ id: users.id }).from(users).where(eq(users.email, email));
  if (known === undefined) {
    const userId = await insertUser(tx, actor, { name, email, passwordHash, platformAdmin, request: null });
    for (const { tenantId, role } of places)
      await insertMembership(tx, systemActor(tenantId, "seed"), { userId, role, request: null });
  } else await resetDemoAdmin(tx, actor, email, passwordHash);
  return { email, password };
}
