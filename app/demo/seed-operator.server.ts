import { eq } from "drizzle-orm";
import { insertMembership, insertUser } from "#app/domain/auth/create-tenant.server.ts";
import { systemActor } from "#app/domain/auth/system-actor.ts";
import type { Tx } from "#db/database.ts";
import type { TenantId } from "#db/ids.ts";
import { users } from "#db/schema/index.ts";
import { resetDemoAdmin } from "./reset-demo-admin.server.ts";
import type { Secret } from "./seed-neighbour.server.ts";

/** The demo's second person: an ordinary member, who works at the operators' desk. */
export const demoOperator = { name: "Sam Okafor", email: "operator@northwind.example" };

/** Makes the operator of the demo tenant, or gives the one that is there a new password. */
export async function seedOperator(
  tx: Tx,
  tenantId: TenantId,
  { password, passwordHash }: Secret,
): Promise<{ email: string; password: string }> {
  const actor = systemActor(tenantId, "seed");
  const [known] = await tx.select({ id: users.id }).from(users).where(eq(users.email, demoOperator.email));
  if (known === undefined) {
    const userId = await insertUser(tx, actor, {
      ...demoOperator,
      passwordHash,
      platformAdmin: false,
      request: null,
    });
    await insertMembership(tx, actor, { userId, role: "member", request: null });
  } else await resetDemoAdmin(tx, actor, demoOperator.email, passwordHash);
  return { email: demoOperator.email, password };
}
