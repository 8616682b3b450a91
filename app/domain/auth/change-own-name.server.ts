import { eq } from "drizzle-orm";
import type { Database } from "#db/database.ts";
import { users } from "#db/schema/index.ts";
import type { RequestInfo, UserActor } from "./actor.ts";
import { readPerson } from "./confirm-own-password.server.ts";
import { lockUser } from "./lock-user.server.ts";
import { recordInTheirTenants } from "./record-in-their-tenants.server.ts";

/** Changes what a person is called, in every tenant of theirs. What was recorded of them keeps the name it had. */
export async function changeOwnName(
  db: Database,
  actor: UserActor,
  { name }: { name: string },
  request: RequestInfo,
): Promise<void> {
  await db.asSystem(async (tx) => {
    await lockUser(tx, actor.id);
    const { name: before } = await readPerson(tx, actor);
    if (name === before) return;
    await tx.update(users).set({ name }).where(eq(users.id, actor.id));
    await recordInTheirTenants(tx, actor.id, {
      ...{ actor, request },
      action: "auth.name.changed",
      resource: { id: actor.id, name },
      details: { from: before, to: name },
    });
  });
}
