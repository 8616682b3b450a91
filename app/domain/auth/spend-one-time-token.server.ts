import { and, eq, gt, isNull, ne, sql } from "drizzle-orm";
import type { Database, Tx } from "#db/database.ts";
import type { OneTimeTokenId, UserId } from "#db/ids.ts";
import { oneTimeTokens } from "#db/schema/index.ts";
import { AppError } from "../errors.ts";
import { digestLinkToken, isWellFormedLinkToken } from "../mail/link-tokens.server.ts";
import { findLiveTokenByHash, type LiveToken, type TokenPurpose } from "./find-live-token.server.ts";
import { lockUser } from "./lock-user.server.ts";

/** Whether a link would still work, for the page that it leads to. Uses nothing up. */
export async function isLiveToken(db: Database, token: string, purpose: TokenPurpose): Promise<boolean> {
  if (!isWellFormedLinkToken(token)) return false;
  const live = await db.asSystem((tx) => findLiveTokenByHash(tx, digestLinkToken(token), purpose), {
    readOnly: true,
  });
  return live !== undefined;
}

/**
 * Takes a link as used and locks its person, so that of two uses at once the second finds it used, and a
 * change of the password waits for this one or the other way round.
 * @throws AppError invalid_input when there is no such link, or it has been used or is void.
 */
export async function spendOneTimeToken(tx: Tx, token: string, purpose: TokenPurpose): Promise<LiveToken> {
  if (!isWellFormedLinkToken(token)) throw deadLink();
  const live = await findLiveTokenByHash(tx, digestLinkToken(token), purpose);
  if (live === undefined) throw deadLink();
  await takeAsUsed(tx, live);
  return live;
}

/**
 * Locks the person of a link that was found to work, and takes it as used.
 * @throws AppError invalid_input when it has been used or voided meanwhile.
 */
export async function takeAsUsed(
  tx: Tx,
  { id, userId }: { id: OneTimeTokenId; userId: UserId },
): Promise<void> {
  await lockUser(tx, userId);
  const [used] = await tx
    .update(oneTimeTokens)
    .set({ usedAt: sql`now()` })
    .where(
      and(eq(oneTimeTokens.id, id), isNull(oneTimeTokens.usedAt), gt(oneTimeTokens.expiresAt, sql`now()`)),
    )
    .returning({ id: oneTimeTokens.id });
  if (used === undefined) throw deadLink();
}

export interface VoidedTokens {
  purpose: TokenPurpose;
  /** Only those that were sent there … */
  to?: string;
  /** … or anywhere else: those that would make another address the person's. */
  notTo?: string;
}

/**
 * The person's other links of a purpose are worth nothing any more. The person is locked by the caller.
 * Gives how many would still have worked.
 */
export async function voidOneTimeTokens(
  tx: Tx,
  userId: UserId,
  { purpose, to, notTo }: VoidedTokens,
): Promise<number> {
  const voided = await tx
    .update(oneTimeTokens)
    .set({ usedAt: sql`now()` })
    .where(
      and(
        eq(oneTimeTokens.userId, userId),
        eq(oneTimeTokens.purpose, purpose),
        to === undefined ? undefined : eq(oneTimeTokens.email, to),
        notTo === undefined ? undefined : ne(oneTimeTokens.email, notTo),
        isNull(oneTimeTokens.usedAt),
      ),
    )
    .returning({ isLive: sql<boolean>`${oneTimeTokens.expiresAt} > now()` });
  return voided.filter(({ isLive }) => isLive).length;
}

const deadLink = (): AppError =>
  new AppError("invalid_input", "This link does not work any more. Ask for a new one.", {
    errors: [{ path: "token", message: "is unknown, has been used or has expired" }],
  });
