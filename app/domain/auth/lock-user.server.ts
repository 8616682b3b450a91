import { eq } from "drizzle-orm";
import type { Tx } from "#db/database.ts";
import type { UserId } from "#db/ids.ts";
import { users } from "#db/schema/index.ts";

/** Whoever changes an account's password, address or links takes turns. */
export async function lockUser(tx: Tx, userId: UserId): Promise<void> {
  await tx.select({ id: users.id }).from(users).where(eq(users.id, userId)).for("no key update");
}
