import type { Database } from "#db/database.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import { digestLinkToken, isWellFormedLinkToken } from "../mail/link-tokens.server.ts";
import type { ResetPasswordInput } from "./account-schema.ts";
import type { RequestInfo } from "./actor.ts";
import { confirmEmail } from "./confirm-email.server.ts";
import { findLiveTokenByHash } from "./find-live-token.server.ts";
import { findHomeTenant } from "./home-tenant.server.ts";
import type { KeyedDigest } from "./keyed-digest.server.ts";
import { hashPassword } from "./password.server.ts";
import { requireGoodPassword } from "./password-rules.ts";
import { setPassword } from "./set-password.server.ts";
import { spendOneTimeToken } from "./spend-one-time-token.server.ts";
import { unlockAccount } from "./unlock-account.server.ts";

/** What setting a new password takes; a Runtime is one. */
export interface ResetPasswordService {
  db: Database;
  digest: KeyedDigest;
}

/**
 * A new password by a mailed link, which is used up with it. All of the person's sessions end, and so does
 * what failed sign-ins made the next one wait. Who follows the link reads the address's mail, so the address is
 * confirmed with it.
 * @throws AppError invalid_input for a link that does not work, and for a password that is no good; the link
 *   still works then.
 */
export async function resetPassword(
  { db, digest }: ResetPasswordService,
  { token, password }: ResetPasswordInput,
  request: RequestInfo,
): Promise<void> {
  const owner = isWellFormedLinkToken(token)
    ? await db.asSystem((tx) => findLiveTokenByHash(tx, digestLinkToken(token), "reset_password"), {
        readOnly: true,
      })
    : undefined;
  // A dead link is refused below, before anything is said of the password and without hashing it.
  if (owner !== undefined) requireGoodPassword(password, owner, "password");
  const passwordHash = owner === undefined ? "" : await hashPassword(password);
  await db.asSystem(async (tx) => {
    const { userId, email, name } = await spendOneTimeToken(tx, token, "reset_password");
    const actor = { kind: "user" as const, id: userId, name };
    const tenantId = await findHomeTenant(tx, userId);
    const sessionsEnded = await setPassword(tx, { userId, passwordHash, keep: undefined, actor, request });
    await recordAudit(tx, {
      ...{ tenantId, actor, request },
      action: "auth.password.reset",
      resource: { id: userId, name },
      details: { sessionsEnded },
    });
    await unlockAccount(tx, { userId, name, email, tenantId, by: "reset", digest, request });
    await confirmEmail(tx, { userId, email, tenantId, actor, request });
  });
}
