import { and, eq, gt, isNull, type SQL, sql } from "drizzle-orm";
import type { Tx } from "#db/database.ts";
import type { OneTimeTokenId, UserId } from "#db/ids.ts";
import { oneTimeTokens, users } from "#db/schema/index.ts";

export type TokenPurpose = "verify_email" | "reset_password";

export interface LiveToken {
  id: OneTimeTokenId;
  userId: UserId;
  purpose: TokenPurpose;
  /** The person's address, to which the link was sent. */
  email: string;
  /** The person's. */
  name: string;
}

/**
 * A one-time token that still works: unused, not expired, sent to the address that the person has now, and
 * the person is not disabled. Of no tenant: people and their links belong to none.
 */
async function findLiveToken(tx: Tx, which: SQL | undefined): Promise<LiveToken | undefined> {
  const [token] = await tx
    .select({
      id: oneTimeTokens.id,
      userId: oneTimeTokens.userId,
      purpose: oneTimeTokens.purpose,
      email: users.email,
      name: users.name,
    })
    .from(oneTimeTokens)
    .innerJoin(users, eq(users.id, oneTimeTokens.userId))
    .where(
      and(
        which,
        isNull(oneTimeTokens.usedAt),
        gt(oneTimeTokens.expiresAt, sql`now()`),
        eq(oneTimeTokens.email, users.email),
        isNull(users.disabledAt),
      ),
    );
  return token && { ...token, purpose: token.purpose as TokenPurpose };
}

/** By its row, for the mail that carries it. */
export const findLiveTokenById = (tx: Tx, id: OneTimeTokenId): Promise<LiveToken | undefined> =>
  findLiveToken(tx, eq(oneTimeTokens.id, id));

/** By the digest of what came with a link. */
export const findLiveTokenByHash = (
  tx: Tx,
  tokenHash: Buffer,
  purpose: TokenPurpose,
): Promise<LiveToken | undefined> =>
  findLiveToken(tx, and(eq(oneTimeTokens.tokenHash, tokenHash), eq(oneTimeTokens.purpose, purpose)));
