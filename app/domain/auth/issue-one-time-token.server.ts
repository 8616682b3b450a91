import { sql } from "drizzle-orm";
import type { Tx } from "#db/database.ts";
import { newId, type OneTimeTokenId, type UserId } from "#db/ids.ts";
import { oneTimeTokens } from "#db/schema/index.ts";
import { digestLinkToken, type LinkTokens } from "../mail/link-tokens.server.ts";
import type { TokenPurpose } from "./find-live-token.server.ts";
import { emailChangeToken, resetPasswordMinutes, verifyEmailHours } from "./mailed-links.ts";

export interface IssueOneTimeTokenOptions {
  userId: UserId;
  purpose: TokenPurpose;
  /** The person's address as it is now; or, to make it theirs, another one. */
  email: string;
  /** Whether following the link makes the address the person's. */
  isChange?: boolean;
  /** Of its own, where what issues it may run twice. */
  id?: OneTimeTokenId;
}

const minutesOf: Record<TokenPurpose, number> = {
  verify_email: 60 * verifyEmailHours,
  reset_password: resetPasswordMinutes,
};

/** A link that works once, to be mailed by whoever asks for it; undefined when there is one with this id. */
export async function issueOneTimeToken(
  tx: Tx,
  linkTokens: LinkTokens,
  { userId, purpose, email, isChange = false, id = newId("ott") }: IssueOneTimeTokenOptions,
): Promise<OneTimeTokenId | undefined> {
  const [issued] = await tx
    .insert(oneTimeTokens)
    .values({
      ...{ id, userId, purpose, email },
      tokenHash: digestLinkToken(isChange ? emailChangeToken(linkTokens, id) : linkTokens.of(id)),
      expiresAt: sql`now() + make_interval(mins => ${minutesOf[purpose]})`,
    })
    .onConflictDoNothing()
    .returning({ id: oneTimeTokens.id });
  return issued?.id;
}
