import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import { AppError } from "#app/domain/errors.ts";
import type { Database } from "#db/database.ts";
import { type CommittedBatch, commitMessages } from "./commit-messages.server.ts";
import { isBusy, isConflict, isLockTimeout, isUnavailable } from "./database-errors.ts";
import type { ConversationChange, PreparedSend, SendOutcome, Wake } from "./prepared-send.ts";

/** An outcome, or the error that kept this send from having one. */
export type SettledSend = SendOutcome | { kind: "failed"; error: unknown };

export interface SettledBatch {
  settled: Map<PreparedSend, SettledSend>;
  wakes: Wake[];
  conversations: ConversationChange[];
  /** That were tried for it. */
  transactions: number;
}

export interface CommitBatchOptions {
  db: Database;
  log: Logger;
  /** Between looks for a commit whose answer was lost. */
  lookUpDelayMs?: number;
}

const conflictRetries = 2;
const lookUps = 7;

/**
 * Commits a batch and gives every send its own answer. One that the database refuses fails alone:
 * the batch is halved until it is by itself. Never rejects.
 */
export async function commitBatch(
  options: CommitBatchOptions,
  batch: readonly PreparedSend[],
  retriesLeft = conflictRetries,
): Promise<SettledBatch> {
  let decided: CommittedBatch | undefined;
  try {
    const committed = await options.db.withSql(async (sql, commitBehind) => {
      decided = await commitMessages(sql, batch, commitBehind);
      return decided;
    });
    return settle(batch, committed);
  } catch (error) {
    // Once decided, only COMMIT can have failed, and then perhaps only its answer was lost.
    if (decided !== undefined && (await wasCommitted(options, decided))) return settle(batch, decided);
    if (isUnavailable(error)) return failAll(batch, error);
    if (isConflict(error) && retriesLeft > 0) {
      const settled = await commitBatch(options, batch, retriesLeft - 1);
      return { ...settled, transactions: settled.transactions + 1 };
    }
    return commitParts(options, batch, error);
  }
}

async function commitParts(
  options: CommitBatchOptions,
  batch: readonly PreparedSend[],
  error: unknown,
): Promise<SettledBatch> {
  const parts = isLockTimeout(error) ? byRecipient(batch) : halves(batch);
  if (parts.length < 2) {
    options.log.error({ err: error, sends: batch.length }, "messages could not be committed");
    return failAll(batch, error);
  }
  const done: SettledBatch = { settled: new Map(), wakes: [], conversations: [], transactions: 1 };
  // One after the other: they are in each other's way at the mailboxes they share.
  for (const part of parts) {
    const { settled, wakes, conversations, transactions } = await commitBatch(options, part);
    for (const [send, outcome] of settled) done.settled.set(send, outcome);
    done.wakes.push(...wakes);
    done.conversations.push(...conversations);
    done.transactions += transactions;
  }
  return done;
}

const halves = (batch: readonly PreparedSend[]): readonly PreparedSend[][] => {
  if (batch.length < 2) return [];
  const middle = Math.ceil(batch.length / 2);
  return [batch.slice(0, middle), batch.slice(middle)];
};

/** A locked mailbox costs each try a whole lock timeout, so its sends are set apart at once and not searched for. */
function byRecipient(batch: readonly PreparedSend[]): readonly PreparedSend[][] {
  const parts = new Map<string, PreparedSend[]>();
  for (const send of batch) {
    const mailbox = `${send.tenantUuid} ${send.recipient?.uuid}`;
    parts.set(mailbox, [...(parts.get(mailbox) ?? []), send]);
  }
  return [...parts.values()];
}

/**
 * Whether a transaction that had been decided was committed, by a message of it. One that stored
 * nothing has nothing to lose. While the database is away it is asked again for a moment; when it
 * stays away the outcome is unknown, and the senders are told that the database is unavailable.
 */
async function wasCommitted(
  { db, log, lookUpDelayMs = 250 }: CommitBatchOptions,
  { witness }: CommittedBatch,
): Promise<boolean> {
  if (witness === undefined) return true;
  for (let attempt = 1; attempt <= lookUps; attempt++) {
    try {
      return await db.withSql(async (sql) => {
        const found = await sql`
          select 1 from messages where tenant_id = ${witness.tenantUuid} and id = ${witness.messageUuid}
        `;
        return found.length > 0;
      });
    } catch (error) {
      if (attempt === lookUps)
        log.warn({ err: error, attempt }, "a commit without an answer could not be looked up");
      else await delay(lookUpDelayMs);
    }
  }
  return false;
}

const settle = (batch: readonly PreparedSend[], committed: CommittedBatch): SettledBatch => ({
  settled: new Map(
    batch.map((send, n) => [
      send,
      committed.outcomes[n] ?? { kind: "failed", error: new Error("no outcome") },
    ]),
  ),
  wakes: committed.wakes,
  conversations: committed.conversations,
  transactions: 1,
});

const failAll = (batch: readonly PreparedSend[], error: unknown): SettledBatch => {
  const shown = isBusy(error)
    ? new AppError("overloaded", "The message could not be stored in time. Try again.", {
        cause: error,
        retryAfterSeconds: 1,
      })
    : error;
  return {
    settled: new Map(batch.map((send) => [send, { kind: "failed", error: shown }])),
    wakes: [],
    conversations: [],
    transactions: 1,
  };
};
