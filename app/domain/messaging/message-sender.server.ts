import type { Logger } from "pino";
import { recordDenial } from "#app/domain/audit/record-denial.server.ts";
import { AppError, isAppError } from "#app/domain/errors.ts";
import type { Database } from "#db/database.ts";
import type { Actor } from "../auth/actor.ts";
import { commitBatch, type SettledSend } from "./commit-batch.server.ts";
import { prepareSend, type SendOptions } from "./prepare-send.server.ts";
import type { ConversationChange, PreparedSend, Wake } from "./prepared-send.ts";
import type { BlockReason, SendMessage, SendResult } from "./schema.ts";
import { createSendLane } from "./send-lane.server.ts";

/** Told of each commit, for the process's metrics. */
export interface SendMetrics {
  batchCommitted(sends: number, durationMs: number): void;
}

export interface MessageSenderOptions {
  db: Database;
  log: Logger;
  metrics?: SendMetrics;
  /** Told after each commit which mailboxes have new messages, and in which conversations something was stored. */
  onCommitted(wakes: Wake[], conversations: ConversationChange[]): void;
  /** Commits that may be in flight at once; a locked mailbox holds up one of them only. */
  lanes?: number;
  maxBatch?: number;
  /** Sends that may wait; more are refused as `overloaded`. */
  maxQueued?: number;
  /** Bytes of payload that may wait. */
  maxQueuedBytes?: number;
}

export interface MessageSender {
  /**
   * Sends one message; resolves when it is committed.
   * Throws `forbidden`, `sender_mismatch`, `not_found` (no such recipient in the tenant),
   * `invalid_input` (replyTo), `idempotency_mismatch`, `overloaded`, `shutting_down`; and after
   * having stored it with that reason `no_allowlist_edge`, `no_conversation` or `agent_paused`,
   * with the `messageId` in the error's extensions.
   */
  send(actor: Actor, input: SendMessage, options: SendOptions): Promise<SendResult>;
  /** Sends that wait or are in flight. */
  queued(): number;
  /** Refuses what comes from now on and waits for what was accepted before. */
  close(): Promise<void>;
}

const maxBatchBytes = 4 * 1024 * 1024;

const sentenceOfBlock: Record<BlockReason, string> = {
  no_allowlist_edge: "The allowlist does not let this agent send to that recipient.",
  no_conversation: "An agent writes to a person only in a conversation that the person is in.",
  agent_paused: "This agent is paused and cannot send.",
};

interface Waiting {
  resolve(result: SendResult): void;
  reject(error: unknown): void;
}

/** The process's way to send: single sends that arrive while a commit is in flight go together. */
export function createMessageSender(options: MessageSenderOptions): MessageSender {
  const { db, log, metrics, onCommitted } = options;
  const { lanes: laneCount = 2, maxBatch = 200, maxQueued = 5_000 } = options;
  const { maxQueuedBytes = 64 * 1024 * 1024 } = options;
  const waiting = new Map<PreparedSend, Waiting>();
  let queuedBytes = 0;
  let isClosing = false;

  const lanes = Array.from({ length: laneCount }, () => createSendLane({ commit, maxBatch, maxBatchBytes }));

  async function commit(batch: PreparedSend[]): Promise<void> {
    const startedAt = performance.now();
    const { settled, wakes, conversations } = await commitBatch({ db, log }, batch);
    metrics?.batchCommitted(batch.length, performance.now() - startedAt);
    for (const [send, outcome] of settled) answer(send, outcome);
    if (conversations.length > 0) wake(wakes, conversations);
  }

  /** The messages are committed: a failure to tell of them is no failure to send. */
  function wake(wakes: Wake[], conversations: ConversationChange[]): void {
    try {
      onCommitted(wakes, conversations);
    } catch (error) {
      log.error({ err: error }, "readers could not be woken");
    }
  }

  function answer(send: PreparedSend, outcome: SettledSend): void {
    const sender = waiting.get(send);
    waiting.delete(send);
    queuedBytes -= send.payloadBytes;
    if (outcome.kind === "accepted") sender?.resolve(outcome.result);
    else sender?.reject(errorOf(outcome));
  }

  function enqueue(send: PreparedSend): Promise<SendResult> {
    if (isClosing) throw new AppError("shutting_down", "The server is stopping.", { retryAfterSeconds: 1 });
    if (waiting.size >= maxQueued || queuedBytes + send.payloadBytes > maxQueuedBytes)
      throw new AppError("overloaded", "Too many messages are waiting.", { retryAfterSeconds: 1 });
    return new Promise((resolve, reject) => {
      waiting.set(send, { resolve, reject });
      queuedBytes += send.payloadBytes;
      lanes[laneOf(send, laneCount)]?.push(send);
    });
  }

  async function prepare(actor: Actor, input: SendMessage, sendOptions: SendOptions): Promise<PreparedSend> {
    try {
      return prepareSend(actor, input, sendOptions);
    } catch (error) {
      if (isAppError(error) && error.code === "sender_mismatch")
        await recordDenial(
          { db, log },
          {
            tenantId: actor.tenantId,
            actor,
            action: "message.refused",
            resource: { id: actor.id, name: actor.name },
            request: sendOptions.request,
            details: { reason: "sender_mismatch", senderId: input.senderId ?? "", type: input.type },
          },
        );
      throw error;
    }
  }

  return {
    send: async (actor, input, sendOptions) => enqueue(await prepare(actor, input, sendOptions)),
    queued: () => waiting.size,
    async close() {
      isClosing = true;
      await Promise.all(lanes.map((lane) => lane.idle()));
    },
  };
}

/** A mailbox keeps to one lane, so that lanes do not wait for each other's locks. */
const laneOf = (send: PreparedSend, lanes: number): number =>
  Number.parseInt((send.recipient?.uuid ?? send.tenantUuid).slice(-8), 16) % lanes;

function errorOf(outcome: Exclude<SettledSend, { kind: "accepted" }>): unknown {
  if (outcome.kind !== "blocked") return outcome.error;
  return new AppError(outcome.reason, sentenceOfBlock[outcome.reason], {
    extensions: { messageId: outcome.messageId },
  });
}
