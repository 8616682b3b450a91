import type { Database } from "#db/database.ts";
import type { OneTimeTokenId } from "#db/ids.ts";
import { composeMail } from "../../mail/compose-mail.ts";
import type { Mail } from "../../mail/mail.ts";
import type { MailServices } from "../../mail/mail-services.server.ts";
import { findLiveTokenById } from "../find-live-token.server.ts";
import { mailedLinks, verifyEmailHours } from "../mailed-links.ts";

/**
 * Asks whether an address is its person's. It names nobody: whoever typed the address chose the name, and
 * could say anything to a stranger with it. Undefined when the link has been used or is void.
 */
export async function verifyEmailMail(
  db: Database,
  { linkTokens, origin }: MailServices,
  tokenId: OneTimeTokenId,
): Promise<Mail | undefined> {
  const token = await db.asSystem((tx) => findLiveTokenById(tx, tokenId), { readOnly: true });
  if (token === undefined) return undefined;
  return composeMail({
    to: token.email,
    subject: "Confirm your email address",
    before: [
      "Hello,",
      `this address was given for an account at ${new URL(origin).host}. Please confirm that it is yours.`,
    ],
    link: {
      label: "Confirm email address",
      url: mailedLinks.verifyEmail(origin, linkTokens.of(token.id)),
    },
    after: [
      `The link works once, for ${verifyEmailHours} hours.`,
      "If it was not you who gave the address, do not follow the link, and nothing more will come of it.",
    ],
  });
}
