import { setTimeout as delay } from "node:timers/promises";
import type { Database, Sql } from "#db/database.ts";
import type { Log } from "#db/log.ts";
import { isConflict, isLockTimeout, isUnavailable } from "./database-errors.ts";

export interface CommitInPartsOptions<Item, Committed> {
  db: Database;
  log: Pick<Log, "warn" | "error">;
  /** Of the items, for the log: `messages`. */
  what: string;
  /** The transaction of a batch. Rejects for the database's reasons alone: an item's own fate is data. */
  commit(sql: Sql, batch: readonly Item[], commitBehind: () => void): Promise<Committed>;
  /** Whether a transaction that had been decided is there: its answer to COMMIT was lost. */
  isThere(sql: Sql, committed: Committed): Promise<boolean>;
  /** Whether it wrote nothing that could be looked for, or lost. */
  wroteNothing(committed: Committed): boolean;
  /** A lock costs each try a whole lock timeout: what shares locks is set apart at once and not searched for. */
  byLock(batch: readonly Item[]): readonly Item[][];
  /** Between looks for a commit whose answer was lost. */
  lookUpDelayMs?: number | undefined;
}

/** What was committed together, or could not be. */
export type CommittedPart<Item, Committed> =
  | { batch: readonly Item[]; committed: Committed }
  | { batch: readonly Item[]; error: unknown };

export interface CommittedParts<Item, Committed> {
  parts: CommittedPart<Item, Committed>[];
  /** That were tried for it. */
  transactions: number;
}

const conflictRetries = 2;
const lookUps = 7;

/**
 * Commits a batch. What the database refuses fails alone: the batch is halved until it is by itself.
 * A lost conflict is tried again, a commit whose answer was lost is looked up. Never rejects.
 */
export async function commitInParts<Item, Committed>(
  options: CommitInPartsOptions<Item, Committed>,
  batch: readonly Item[],
  retriesLeft = conflictRetries,
): Promise<CommittedParts<Item, Committed>> {
  let decided: { committed: Committed } | undefined;
  try {
    const committed = await options.db.withSql(async (sql, commitBehind) => {
      decided = { committed: await options.commit(sql, batch, commitBehind) };
      return decided.committed;
    });
    return { parts: [{ batch, committed }], transactions: 1 };
  } catch (error) {
    // Once decided, only COMMIT can have failed, and then perhaps only its answer was lost.
    if (decided !== undefined && (await wasCommitted(options, decided.committed)))
      return { parts: [{ batch, committed: decided.committed }], transactions: 1 };
    if (isUnavailable(error)) return { parts: [{ batch, error }], transactions: 1 };
    if (isConflict(error) && retriesLeft > 0) {
      const { parts, transactions } = await commitInParts(options, batch, retriesLeft - 1);
      return { parts, transactions: transactions + 1 };
    }
    return divide(options, batch, error);
  }
}

async function divide<Item, Committed>(
  options: CommitInPartsOptions<Item, Committed>,
  batch: readonly Item[],
  error: unknown,
): Promise<CommittedParts<Item, Committed>> {
  const divided = isLockTimeout(error) ? options.byLock(batch) : halves(batch);
  if (divided.length < 2) {
    options.log.error({ err: error, items: batch.length }, `${options.what} could not be committed`);
    return { parts: [{ batch, error }], transactions: 1 };
  }
  const done: CommittedParts<Item, Committed> = { parts: [], transactions: 1 };
  // One after the other: they are in each other's way at the locks they share.
  for (const part of divided) {
    const { parts, transactions } = await commitInParts(options, part);
    done.parts.push(...parts);
    done.transactions += transactions;
  }
  return done;
}

const halves = <Item>(batch: readonly Item[]): readonly Item[][] => {
  if (batch.length < 2) return [];
  const middle = Math.ceil(batch.length / 2);
  return [batch.slice(0, middle), batch.slice(middle)];
};

/**
 * While the database is away it is asked again for a moment; when it stays away the outcome is unknown,
 * and whoever waits is told that the database is unavailable.
 */
async function wasCommitted<Item, Committed>(
  { db, log, isThere, wroteNothing, lookUpDelayMs = 250 }: CommitInPartsOptions<Item, Committed>,
  committed: Committed,
): Promise<boolean> {
  if (wroteNothing(committed)) return true;
  for (let attempt = 1; attempt <= lookUps; attempt++) {
    try {
      return await db.withSql((sql) => isThere(sql, committed));
    } catch (error) {
      if (attempt === lookUps)
        log.warn({ err: error, attempt }, "a commit without an answer could not be looked up");
      else await delay(lookUpDelayMs);
    }
  }
  return false;
}
