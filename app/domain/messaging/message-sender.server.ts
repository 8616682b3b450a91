import type { Logger } from "pino";
import { recordDenial } from "#app/domain/audit/record-denial.server.ts";
import { createCommitLanes } from "#app/domain/commit-lanes.server.ts";
import { AppError, isAppError } from "#app/domain/errors.ts";
import type { Database } from "#db/database.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import { commitBatch, type SettledSend } from "./commit-batch.server.ts";
import { sentenceOfBlock } from "./decide-send.ts";
import { prepareSend, type SendOptions } from "./prepare-send.server.ts";
import type { ConversationChange, PreparedSend, Wake } from "./prepared-send.ts";
import type { SendMessage, SendResult } from "./schema.ts";

/** What became of sends that were committed together. */
export interface CommittedSends {
  lane: number;
  sends: number;
  durationMs: number;
  /** Tried for it: more than one when the database had refused some of it. */
  transactions: number;
  outcomes: Record<SettledSend["kind"], number>;
}

/** Told of what the lanes do, for the process's metrics. */
export interface SendMetrics {
  batchCommitted(committed: CommittedSends): void;
  /** A send, or what a batch has for one lane, waited so long until its commit began. */
  waited(waitedMs: number): void;
}

export interface MessageSenderOptions {
  db: Database;
  log: Logger;
  metrics?: SendMetrics;
  /** Counts refusals that could not be recorded. */
  auditFailures?: { inc(): void };
  /** Told after each commit which mailboxes have new messages, and in which conversations something was stored. */
  onCommitted(wakes: Wake[], conversations: ConversationChange[]): void;
  /** Each has its own order and commits; a locked mailbox holds up one of them only. */
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
  /**
   * Sends several messages, in at most one transaction a lane; gives what became of each, in their
   * order. Messages to the same mailbox get their sequences in that order.
   * Throws for the batch as a whole: `forbidden`, `overloaded`, `shutting_down`.
   */
  sendBatch(actor: Actor, items: readonly BatchItem[], request: RequestInfo): Promise<SettledSend[]>;
  /** Why a send of this size would not be taken now: `overloaded` or `shutting_down`. */
  refusal(sends: number, payloadBytes: number): AppError | undefined;
  /** Sends that wait or are in flight. */
  queued(): number;
  /** What each lane does at this moment. */
  lanes(): { queued: number; isBusy: boolean }[];
  /** Refuses what comes from now on and waits for what was accepted before. */
  close(): Promise<void>;
}

export interface BatchItem {
  input: SendMessage;
  idempotencyKey?: string | undefined;
}

const maxBatchBytes = 4 * 1024 * 1024;

/** The process's way to send: single sends that arrive while a commit is in flight go together. */
export function createMessageSender(options: MessageSenderOptions): MessageSender {
  const { db, log, metrics, auditFailures, onCommitted } = options;
  const { lanes: laneCount = 2, maxBatch = 200, maxQueued = 10_000 } = options;
  const { maxQueuedBytes = 64 * 1024 * 1024 } = options;
  const waiting = new Map<PreparedSend, (outcome: SettledSend) => void>();
  let queuedBytes = 0;
  let isClosing = false;

  const lanes = createCommitLanes<PreparedSend>({
    commit,
    lanes: laneCount,
    maxBatch,
    maxBatchBytes,
    bytesOf: (send) => send.payloadBytes,
    onWaited: (waitedMs) => metrics?.waited(waitedMs),
  });

  async function commit(lane: number, batch: PreparedSend[]): Promise<void> {
    const startedAt = performance.now();
    const { settled, wakes, conversations, transactions } = await commitBatch({ db, log }, batch);
    const durationMs = performance.now() - startedAt;
    const outcomes = { accepted: 0, blocked: 0, rejected: 0, failed: 0 };
    for (const [send, outcome] of settled) {
      outcomes[outcome.kind]++;
      answer(send, outcome);
    }
    metrics?.batchCommitted({ lane, sends: batch.length, durationMs, transactions, outcomes });
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
    const resolve = waiting.get(send);
    waiting.delete(send);
    queuedBytes -= send.payloadBytes;
    resolve?.(outcome);
  }

  function refusal(sends: number, payloadBytes: number): AppError | undefined {
    if (isClosing) return new AppError("shutting_down", "The server is stopping.", { retryAfterSeconds: 1 });
    if (waiting.size + sends > maxQueued || queuedBytes + payloadBytes > maxQueuedBytes)
      return new AppError("overloaded", "Too many messages are waiting.", { retryAfterSeconds: 1 });
    return undefined;
  }

  /** All of them or, by throwing, none. What goes to one lane goes as a unit, in the order given. */
  function enqueue(sends: readonly PreparedSend[]): Promise<SettledSend>[] {
    const refused = refusal(
      sends.length,
      sends.reduce((sum, send) => sum + send.payloadBytes, 0),
    );
    if (refused !== undefined) throw refused;
    const units = new Map<number, PreparedSend[]>();
    const outcomes = sends.map((send) => {
      const lane = laneOf(send, laneCount);
      const unit = units.get(lane);
      if (unit === undefined) units.set(lane, [send]);
      else unit.push(send);
      queuedBytes += send.payloadBytes;
      return new Promise<SettledSend>((resolve) => waiting.set(send, resolve));
    });
    for (const [lane, unit] of units) lanes.push(lane, unit);
    return outcomes;
  }

  /** Gives the error back when it is the sender's claim to be another, which is then recorded. */
  function prepare(actor: Actor, input: SendMessage, sendOptions: SendOptions): PreparedSend | AppError {
    try {
      return prepareSend(actor, input, sendOptions);
    } catch (error) {
      if (isAppError(error) && error.code === "sender_mismatch") return error;
      throw error;
    }
  }

  /** One event for all of a request's messages: it is one attempt. */
  const recordForged = (actor: Actor, forged: readonly SendMessage[], request: RequestInfo): Promise<void> =>
    recordDenial(
      { db, log, ...(auditFailures && { metrics: { auditFailures } }) },
      {
        tenantId: actor.tenantId,
        actor,
        action: "message.refused",
        resource: { id: actor.id, name: actor.name },
        request,
        details: {
          reason: "sender_mismatch",
          senderId: forged[0]?.senderId ?? "",
          type: forged[0]?.type,
          ...(forged.length > 1 && { messages: forged.length }),
        },
      },
    );

  return {
    async send(actor, input, sendOptions) {
      const prepared = prepare(actor, input, sendOptions);
      if (isAppError(prepared)) {
        await recordForged(actor, [input], sendOptions.request);
        throw prepared;
      }
      const [settling] = enqueue([prepared]);
      const outcome = await settling;
      if (outcome?.kind === "accepted") return outcome.result;
      throw outcome === undefined ? new Error("a send was not queued") : errorOf(outcome);
    },
    async sendBatch(actor, items, request) {
      const prepared = items.map(({ input, idempotencyKey }) =>
        prepare(actor, input, { idempotencyKey, request }),
      );
      const settling = enqueue(prepared.flatMap((one) => (isAppError(one) ? [] : [one])));
      const forged = items.filter((_, n) => isAppError(prepared[n])).map(({ input }) => input);
      if (forged.length > 0) await recordForged(actor, forged, request);
      const settled = (await Promise.all(settling)).values();
      return prepared.map((one): SettledSend => {
        if (isAppError(one)) return { kind: "rejected", error: one };
        const { value } = settled.next();
        return value ?? { kind: "failed", error: new Error("a send of the batch was not settled") };
      });
    },
    refusal,
    queued: () => waiting.size,
    lanes: lanes.state,
    async close() {
      isClosing = true;
      await lanes.idle();
    },
  };
}

/**
 * A mailbox keeps to one lane, so that lanes do not wait for each other's locks. Sends that nobody waited
 * for in between may get their sequences in any order: two commits of a lane can be in flight. A desk goes
 * by its tenant: it is known by its id or by none.
 */
function laneOf({ recipient, tenantUuid }: PreparedSend, lanes: number): number {
  const mailbox = recipient === null || recipient.kind === "desk" ? tenantUuid : recipient.uuid;
  return Number.parseInt(mailbox.slice(-8), 16) % lanes;
}

function errorOf(outcome: Exclude<SettledSend, { kind: "accepted" }>): unknown {
  if (outcome.kind !== "blocked") return outcome.error;
  return new AppError(outcome.reason, sentenceOfBlock[outcome.reason], {
    extensions: { messageId: outcome.messageId },
  });
}
