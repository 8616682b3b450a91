import type { InvitationId, OneTimeTokenId } from "#db/ids.ts";
import type { LinkTokens } from "../mail/link-tokens.server.ts";

/** Where the links in mails lead. A page there asks; only its form does something. */
export const mailedLinks = {
  verifyEmail: (origin: string, token: string): string => `${origin}/verify-email?token=${token}`,
  resetPassword: (origin: string, token: string): string => `${origin}/reset-password?token=${token}`,
  invitation: (origin: string, token: string): string => `${origin}/invitation?token=${token}`,
};

/** How long what was mailed works. */
export const verifyEmailHours = 24;
export const resetPasswordMinutes = 60;

/** The token in a link that makes an address the person's, apart from those that confirm the one they have. */
export const emailChangeToken = (linkTokens: LinkTokens, id: OneTimeTokenId): string =>
  linkTokens.of(id, "email change");

/**
 * The token in an invitation's link; sent again it is another one, and the one before is void. `sentAt` in
 * whole milliseconds, as a `Date` has them.
 */
export const invitationToken = (
  linkTokens: LinkTokens,
  { id, sentAt }: { id: InvitationId; sentAt: Date },
): string => linkTokens.of(id, String(sentAt.getTime()));
