import { eq } from "drizzle-orm";
import type { Database } from "#db/database.ts";
import { users } from "#db/schema/index.ts";
import { notFound } from "../errors.ts";
import type { AccountView } from "./account-schema.ts";
import type { UserActor } from "./actor.ts";
import { findEmailChangeOf } from "./find-email-change.server.ts";

/** A person's own account. Of no tenant, so it is read as the system, and only for who it is. */
export async function readAccount(db: Database, actor: UserActor): Promise<AccountView> {
  const { user, change } = await db.asSystem(
    async (tx) => {
      const [user] = await tx
        .select({
          name: users.name,
          email: users.email,
          verifiedAt: users.emailVerifiedAt,
          passwordChangedAt: users.passwordChangedAt,
        })
        .from(users)
        .where(eq(users.id, actor.id));
      return { user, change: await findEmailChangeOf(tx, actor.id) };
    },
    { readOnly: true },
  );
  if (user === undefined) throw notFound("account");
  const { verifiedAt, passwordChangedAt, ...view } = user;
  return {
    ...view,
    emailVerified: verifiedAt !== null,
    pendingEmail: change?.to ?? null,
    passwordChangedAt: passwordChangedAt?.toISOString() ?? null,
  };
}
