import { and, eq, isNotNull } from "drizzle-orm";
import type { Database, Tx } from "#db/database.ts";
import { oneTimeTokens, users } from "#db/schema/index.ts";
import { digestLinkToken, isWellFormedLinkToken } from "../mail/link-tokens.server.ts";
import type { RequestInfo } from "./actor.ts";
import { confirmEmail } from "./confirm-email.server.ts";
import { findHomeTenant } from "./home-tenant.server.ts";
import { spendOneTimeToken } from "./spend-one-time-token.server.ts";

/**
 * Confirms an address by a mailed link. A link whose address is confirmed already is answered as the first
 * time, since people press twice and follow an older mail.
 * @throws AppError invalid_input for a link that does not work.
 */
export async function verifyEmail(db: Database, token: string, request: RequestInfo): Promise<void> {
  await db.asSystem(async (tx) => {
    if (await hasDoneItsWork(tx, token)) return;
    const { userId, email, name } = await spendOneTimeToken(tx, token, "verify_email");
    await confirmEmail(tx, {
      ...{ userId, email, request },
      tenantId: await findHomeTenant(tx, userId),
      actor: { kind: "user", id: userId, name },
    });
  });
}

/** Whether the link was good for its address, which is confirmed by now. */
async function hasDoneItsWork(tx: Tx, token: string): Promise<boolean> {
  if (!isWellFormedLinkToken(token)) return false;
  const rows = await tx
    .select({ id: oneTimeTokens.id })
    .from(oneTimeTokens)
    .innerJoin(users, and(eq(users.id, oneTimeTokens.userId), eq(users.email, oneTimeTokens.email)))
    .where(
      and(
        eq(oneTimeTokens.tokenHash, digestLinkToken(token)),
        eq(oneTimeTokens.purpose, "verify_email"),
        isNotNull(users.emailVerifiedAt),
      ),
    );
  return rows.length > 0;
}
