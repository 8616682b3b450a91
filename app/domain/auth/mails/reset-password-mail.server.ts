import type { Database } from "#db/database.ts";
import type { OneTimeTokenId } from "#db/ids.ts";
import { composeMail } from "../../mail/compose-mail.ts";
import type { Mail } from "../../mail/mail.ts";
import type { MailServices } from "../../mail/mail-services.server.ts";
import { findLiveTokenById } from "../find-live-token.server.ts";
import { mailedLinks, resetPasswordMinutes } from "../mailed-links.ts";

/** The way to a new password for who has forgotten theirs. Undefined when the link has been used or is void. */
export const resetPasswordMail = (
  db: Database,
  services: MailServices,
  tokenId: OneTimeTokenId,
): Promise<Mail | undefined> =>
  mailWithResetLink(db, services, tokenId, {
    subject: "Choose a new password",
    before: (host) => [
      "Hello,",
      `somebody, most likely you, has asked for a new password for your account at ${host}.`,
    ],
    after: ["If it was not you, you need not do anything: your password stays as it is."],
  });

/**
 * For who signs up with an address that has an account: the page answers them as it answers everybody, so
 * it is only the address's owner who learns of the account.
 */
export const accountExistsMail = (
  db: Database,
  services: MailServices,
  tokenId: OneTimeTokenId,
): Promise<Mail | undefined> =>
  mailWithResetLink(db, services, tokenId, {
    subject: "You have an account already",
    before: (host, origin) => [
      "Hello,",
      `somebody, most likely you, has tried to sign up at ${host} with this address, which has an account already. Nothing was changed.`,
      `You can sign in at ${origin}/sign-in. If you do not know your password any more, choose a new one:`,
    ],
    after: ["If it was not you, you need not do anything."],
  });

interface Words {
  subject: string;
  before(host: string, origin: string): string[];
  after: string[];
}

async function mailWithResetLink(
  db: Database,
  { linkTokens, origin }: MailServices,
  tokenId: OneTimeTokenId,
  { subject, before, after }: Words,
): Promise<Mail | undefined> {
  const token = await db.asSystem((tx) => findLiveTokenById(tx, tokenId), { readOnly: true });
  if (token === undefined) return undefined;
  return composeMail({
    to: token.email,
    subject,
    before: before(new URL(origin).host, origin),
    link: {
      label: "Choose a new password",
      url: mailedLinks.resetPassword(origin, linkTokens.of(token.id)),
    },
    after: [`The link works once, for ${resetPasswordMinutes} minutes.`, ...after],
  });
}
