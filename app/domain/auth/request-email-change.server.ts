import { ne } from "drizzle-orm";
import { oneTimeTokens } from "#db/schema/index.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import { AppError, invalidInput } from "../errors.ts";
import { enqueueMail } from "../mail/enqueue-mail.server.ts";
import type { MailServices } from "../mail/mail-services.server.ts";
import type { ChangeEmailInput } from "./account-schema.ts";
import type { RequestInfo, UserActor } from "./actor.ts";
import { confirmOwnPassword, readPerson } from "./confirm-own-password.server.ts";
import { normalizeEmail } from "./email.ts";
import type { PasswordService } from "./held-attempts.server.ts";
import { issueOneTimeToken } from "./issue-one-time-token.server.ts";
import { lockUser } from "./lock-user.server.ts";
import { requireMailPause } from "./send-verification.server.ts";
import type { SignInPlace } from "./sign-in-place.ts";
import { voidOneTimeTokens } from "./spend-one-time-token.server.ts";

/** What changing an address takes; a Runtime is one. */
export interface RequestEmailChangeService extends PasswordService {
  mail: Pick<MailServices, "linkTokens">;
}

export interface RequestEmailChangeOptions extends ChangeEmailInput {
  place: SignInPlace;
  request: RequestInfo;
}

/**
 * Asks for another address, which takes the password. It is the person's once the link that is mailed there
 * was followed; until then everything stays as it is, and the latest request alone counts. The same is done
 * and said for an address that has an account: its owner is told by that mail, and nobody else
 * (docs/decisions/0021-mails-and-accounts.md).
 * @throws AppError invalid_input for a wrong password and for the address that they have, rate_limited.
 */
export async function requestEmailChange(
  service: RequestEmailChangeService,
  actor: UserActor,
  { email, currentPassword, place, request }: RequestEmailChangeOptions,
): Promise<void> {
  const { id: userId, tenantId } = actor;
  const to = normalizeEmail(email);
  const person = await confirmOwnPassword(service, actor, {
    ...{ currentPassword, place, request, purpose: "change_email" },
  });
  await service.db.asSystem(async (tx) => {
    await lockUser(tx, userId);
    const now = await readPerson(tx, actor);
    if (now.passwordHash !== person.passwordHash)
      throw new AppError("conflict", "Your password was changed in the meantime. Sign in with the new one.");
    if (to === now.email) throw invalidInput("email", "is your address already");
    await requireMailPause(tx, userId, ne(oneTimeTokens.email, now.email));
    await voidOneTimeTokens(tx, userId, { purpose: "verify_email", notTo: now.email });
    const tokenId = await issueOneTimeToken(tx, service.mail.linkTokens, {
      ...{ userId, email: to, purpose: "verify_email", isChange: true },
    });
    if (tokenId === undefined) throw new Error("A new id was taken.");
    await recordAudit(tx, {
      ...{ tenantId, actor, request },
      action: "auth.email.change_requested",
      resource: { id: userId, name: now.name },
      details: { to },
    });
    await enqueueMail(tx, { mail: "change-email", tokenId });
  });
}
