import { and, eq, isNull } from "drizzle-orm";
import type { Database } from "#db/database.ts";
import type { OneTimeTokenId } from "#db/ids.ts";
import { oneTimeTokens, users } from "#db/schema/index.ts";
import { composeMail } from "../../mail/compose-mail.ts";
import type { Mail } from "../../mail/mail.ts";
import type { MailServices } from "../../mail/mail-services.server.ts";
import { findEmailChangeById } from "../find-email-change.server.ts";
import { emailChangeToken, mailedLinks, verifyEmailHours } from "../mailed-links.ts";

/**
 * To the address that somebody asked to have in place of theirs: the link that makes it theirs. Who has an
 * account there is told of the attempt instead, and it is only they who learn of the account. Names
 * nobody, since whoever asked chose the address. Undefined when the request is over.
 */
export async function changeEmailMail(
  db: Database,
  { linkTokens, origin }: MailServices,
  tokenId: OneTimeTokenId,
): Promise<Mail | undefined> {
  const { change, owner } = await db.asSystem(
    async (tx) => {
      const change = await findEmailChangeById(tx, tokenId);
      if (change === undefined) return {};
      const [owner] = await tx
        .select({ disabledAt: users.disabledAt })
        .from(users)
        .where(eq(users.email, change.to));
      return { change, owner };
    },
    { readOnly: true },
  );
  if (change === undefined) return undefined;
  const { host } = new URL(origin);
  if (owner !== undefined)
    return owner.disabledAt === null
      ? composeMail({
          to: change.to,
          subject: "You have an account already",
          before: [
            "Hello,",
            `somebody has tried to give this address to another account at ${host}. It has an account already, so nothing was changed.`,
            "If it was you, sign in with this address, or give the other account another one. If it was not, you need not do anything.",
          ],
        })
      : undefined;
  return composeMail({
    to: change.to,
    subject: "Confirm your new email address",
    before: [
      "Hello,",
      `this address was given as the new one of an account at ${host}. Please confirm that it is yours: from then on it is what the account signs in with.`,
    ],
    link: {
      label: "Confirm email address",
      url: mailedLinks.verifyEmail(origin, emailChangeToken(linkTokens, change.id)),
    },
    after: [
      `The link works once, for ${verifyEmailHours} hours.`,
      "If it was not you who gave the address, do not follow the link, and nothing more will come of it.",
    ],
  });
}

/** To the address that an account had before, in case it was not its person who changed it. */
export async function emailChangedMail(
  db: Database,
  { origin }: MailServices,
  tokenId: OneTimeTokenId,
): Promise<Mail | undefined> {
  const [left] = await db.asSystem(
    (tx) =>
      tx
        .select({ email: oneTimeTokens.email })
        .from(oneTimeTokens)
        .innerJoin(users, eq(users.id, oneTimeTokens.userId))
        .where(and(eq(oneTimeTokens.id, tokenId), isNull(users.disabledAt))),
    { readOnly: true },
  );
  if (left === undefined) return undefined;
  const { host } = new URL(origin);
  return composeMail({
    to: left.email,
    subject: "Your email address was changed",
    before: [
      "Hello,",
      `the account at ${host} that had this address has another one now. This address does not sign in any more.`,
      `If it was you, there is nothing to do. If it was not, tell an admin of your organisation, or whoever runs ${host}, at once: whoever changed it knows your password.`,
    ],
  });
}
