import { and, desc, eq, gt, isNull, ne, type SQL, sql } from "drizzle-orm";
import type { Tx } from "#db/database.ts";
import type { OneTimeTokenId, UserId } from "#db/ids.ts";
import { oneTimeTokens, users } from "#db/schema/index.ts";
import { digestLinkToken, isWellFormedLinkToken, type LinkTokens } from "../mail/link-tokens.server.ts";
import { emailChangeToken } from "./mailed-links.ts";

/** An address that a person has asked for, and that is not theirs yet. */
export interface EmailChange {
  id: OneTimeTokenId;
  userId: UserId;
  name: string;
  from: string;
  to: string;
}

/** The newest that still works. Of no tenant: people and their links belong to none. */
async function findEmailChange(tx: Tx, which: SQL | undefined): Promise<EmailChange | undefined> {
  const [change] = await tx
    .select({
      id: oneTimeTokens.id,
      userId: oneTimeTokens.userId,
      name: users.name,
      from: users.email,
      to: oneTimeTokens.email,
    })
    .from(oneTimeTokens)
    .innerJoin(users, eq(users.id, oneTimeTokens.userId))
    .where(
      and(
        which,
        eq(oneTimeTokens.purpose, "verify_email"),
        ne(oneTimeTokens.email, users.email),
        isNull(oneTimeTokens.usedAt),
        gt(oneTimeTokens.expiresAt, sql`now()`),
        isNull(users.disabledAt),
      ),
    )
    .orderBy(desc(oneTimeTokens.createdAt))
    .limit(1);
  return change;
}

/** The one that a person waits for. */
export const findEmailChangeOf = (tx: Tx, userId: UserId): Promise<EmailChange | undefined> =>
  findEmailChange(tx, eq(oneTimeTokens.userId, userId));

/** By its row, for the mail that carries its link. */
export const findEmailChangeById = (tx: Tx, id: OneTimeTokenId): Promise<EmailChange | undefined> =>
  findEmailChange(tx, eq(oneTimeTokens.id, id));

/**
 * By what came with a link. A link that was to confirm an address which the person has left since is none: its
 * token was not made for a change.
 */
export async function findEmailChangeByToken(
  tx: Tx,
  linkTokens: LinkTokens,
  token: string,
): Promise<EmailChange | undefined> {
  if (!isWellFormedLinkToken(token)) return undefined;
  const change = await findEmailChange(tx, eq(oneTimeTokens.tokenHash, digestLinkToken(token)));
  if (change === undefined) return undefined;
  const { id } = change;
  const isOfChange = [linkTokens, ...(linkTokens.earlier ?? [])].some(
    (tokens) => emailChangeToken(tokens, id) === token,
  );
  return isOfChange ? change : undefined;
}
