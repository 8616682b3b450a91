import { and, eq, isNotNull } from "drizzle-orm";
import { codeOf } from "#db/client/failures.ts";
import type { Tx } from "#db/database.ts";
import { oneTimeTokens, users } from "#db/schema/index.ts";
import { digestLinkToken, isWellFormedLinkToken } from "../mail/link-tokens.server.ts";
import type { RequestInfo } from "./actor.ts";
import { addressTaken, applyEmailChange, type EmailChangeService } from "./apply-email-change.server.ts";
import { confirmEmail } from "./confirm-email.server.ts";
import { findEmailChangeByToken } from "./find-email-change.server.ts";
import { findHomeTenant } from "./home-tenant.server.ts";
import { spendOneTimeToken } from "./spend-one-time-token.server.ts";

/**
 * Confirms an address by a mailed link; where the person has asked for that address in place of the one they
 * have, it is theirs from then on. A link whose address is confirmed already is answered as the first
 * time, since people press twice and follow an older mail.
 * @throws AppError invalid_input for a link that does not work, conflict for an address that has become
 *   somebody else's.
 */
export async function verifyEmail(
  { db, linkTokens }: EmailChangeService,
  token: string,
  request: RequestInfo,
): Promise<void> {
  const confirming = db.asSystem(async (tx) => {
    if (await hasDoneItsWork(tx, token)) return;
    const change = await findEmailChangeByToken(tx, linkTokens, token);
    if (change !== undefined) return applyEmailChange(tx, change, request);
    const { userId, email, name } = await spendOneTimeToken(tx, token, "verify_email");
    await confirmEmail(tx, {
      ...{ userId, email, request },
      tenantId: await findHomeTenant(tx, userId),
      actor: { kind: "user", id: userId, name },
    });
  });
  await confirming.catch((error: unknown) => {
    // Somebody else took the address in the same moment.
    throw codeOf(error) === uniqueViolation ? addressTaken() : error;
  });
}

const uniqueViolation = "23505";

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
