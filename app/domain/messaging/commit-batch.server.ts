import type { Logger } from "pino";
import { commitInParts } from "#app/domain/commit-in-parts.server.ts";
import { isBusy } from "#app/domain/database-errors.ts";
import { AppError } from "#app/domain/errors.ts";
import type { Database } from "#db/database.ts";
import { commitMessages } from "./commit-messages.server.ts";
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

/** Commits a batch and gives every send its own answer. One that the database refuses fails alone. Never rejects. */
export async function commitBatch(
  options: CommitBatchOptions,
  batch: readonly PreparedSend[],
): Promise<SettledBatch> {
  const { parts, transactions } = await commitInParts(
    {
      ...options,
      what: "messages",
      commit: commitMessages,
      wroteNothing: ({ witness }) => witness === undefined,
      isThere: async (sql, { witness }) => {
        const found = await sql`
          select 1 from messages
          where tenant_id = ${witness?.tenantUuid ?? null} and id = ${witness?.messageUuid ?? null}
        `;
        return found.length > 0;
      },
      byLock: byRecipient,
    },
    batch,
  );
  const done: SettledBatch = { settled: new Map(), wakes: [], conversations: [], transactions };
  for (const part of parts) {
    if ("error" in part) {
      const error = shownError(part.error);
      for (const send of part.batch) done.settled.set(send, { kind: "failed", error });
      continue;
    }
    const { outcomes, wakes, conversations } = part.committed;
    for (const [n, send] of part.batch.entries())
      done.settled.set(send, outcomes[n] ?? { kind: "failed", error: new Error("no outcome") });
    done.wakes.push(...wakes);
    done.conversations.push(...conversations);
  }
  return done;
}

/** By the mailbox that each locks. */
function byRecipient(batch: readonly PreparedSend[]): readonly PreparedSend[][] {
  const parts = new Map<string, PreparedSend[]>();
  for (const send of batch) {
    const mailbox = `${send.tenantUuid} ${send.recipient?.uuid}`;
    parts.set(mailbox, [...(parts.get(mailbox) ?? []), send]);
  }
  return [...parts.values()];
}

const shownError = (error: unknown): unknown =>
  isBusy(error)
    ? new AppError("overloaded", "The message could not be stored in time. Try again.", {
        cause: error,
        retryAfterSeconds: 1,
      })
    : error;
