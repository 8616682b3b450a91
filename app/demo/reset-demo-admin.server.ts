import { eq } from "drizzle-orm";
import { recordAudit } from "#app/domain/audit/record-audit.server.ts";
import type { SystemActor } from "#app/domain/auth/actor.ts";
import type { Tx } from "#db/database.ts";
import { users } from "#db/schema/index.ts";

/** Gives a seeded admin another password. */
export async function resetDemoAdmin(
  tx: Tx,
  actor: SystemActor,
  email: string,
  passwordHash: string,
): Promise<void> {
  const [admin] = await tx
    .update(users)
    .set({ passwordHash })
    .where(eq(users.email, email))
    .returning({ id: users.id, name: users.name });
  if (admin === undefined) throw new Error("The demo tenant's admin is not there");
  await recordAudit(tx, {
    tenantId: actor.tenantId,
    actor,
    action: "user.password.reset",
    resource: admin,
    request: null,
    details: {},
  });
}
