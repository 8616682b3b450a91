import type { CredentialRef } from "#app/domain/auth/credentials.server.ts";
import { recheckCredentials } from "#app/domain/auth/recheck-credentials.server.ts";
import { AppError } from "#app/domain/errors.ts";
import { type Hint, hintOf } from "#app/domain/live/hint.server.ts";
import { Pump } from "#app/domain/live/pump.ts";
import type { WakeBus } from "#app/domain/live/wake-bus.server.ts";
import { type MessageId, type TenantId, toUuid } from "#db/ids.ts";
import type { AskOutcome, CancelReason } from "./ask-schema.ts";
import { type AskEnding, type AskServices, closeAsk, noteLateAnswer } from "./close-ask.server.ts";
import { type AskState, type FoundResponse, readAsks } from "./read-asks.server.ts";

/** How the wait of one listener ended. */
export type WaitEnding =
  | { kind: "answered"; answer: FoundResponse }
  | { kind: "timeout" | "failed" }
  | { kind: "cancelled"; reason: CancelReason }
  /** This process stops, and the question goes on. */
  | { kind: "bye" };

export interface AskListener {
  onPartial(part: { id: MessageId; text: string }): void;
  /** The last that it hears. */
  onEnd(ending: WaitEnding): void;
}

export interface OpenAsk {
  tenantId: TenantId;
  messageId: MessageId;
  conversationId: string;
  /** Who listens, and by what right; nobody, where only the question's end is to be noted. */
  listening?: { listener: AskListener; credential: CredentialRef } | undefined;
}

export interface WaitingRoomOptions extends AskServices {
  bus: Pick<WakeBus, "subscribe">;
  /** How soon each question is looked at although nothing was heard, and its asker's credential checked. */
  pollMs?: number;
  maxWaiting?: number;
}

/** The questions of this process whose answers are waited for. */
export interface WaitingRoom {
  /** Throws `shutting_down` or `overloaded` when no more questions are taken. */
  assertOpen(): void;
  /** Waits for the answer of a question that is stored; gives how to stop listening. */
  open(ask: OpenAsk): { leave(): void };
  stats(): { waiting: number; reads: number; ended: Record<AskOutcome, number> };
  /** Says `bye` to all who listen and takes no more. */
  drain(): void;
  /** Drains, and waits for the endings that are being noted. */
  close(): Promise<void>;
}

interface Waiting extends OpenAsk {
  key: string;
  afterSequence: number;
  timer: NodeJS.Timeout | undefined;
  isEnding: boolean;
}

/** In one statement. */
const maxPerRead = 500;

/**
 * Waits without a connection or a query of one's own: a hint that something has changed in a
 * conversation makes the questions of that conversation due, and one statement at a time looks at
 * all that are.
 */
export function createWaitingRoom(options: WaitingRoomOptions): WaitingRoom {
  const { db, log, bus, pollMs = 4_000, maxWaiting = 20_000 } = options;
  const waiting = new Set<Waiting>();
  const byConversation = new Map<string, Set<Waiting>>();
  const due = new Set<Waiting>();
  const endings = new Set<Promise<void>>();
  const ended: Record<AskOutcome, number> = { answered: 0, timeout: 0, cancelled: 0, failed: 0 };
  let reads = 0;
  let poll: NodeJS.Timeout | undefined;
  let isChecking = false;
  let isDraining = false;

  const pump = new Pump({
    hasWork: () => due.size > 0,
    turn: readDue,
    onError: (error) => log.warn({ err: error }, "questions could not be looked at; trying again"),
  });
  const unsubscribe = bus.subscribe({
    onWakes() {},
    onDeliveries(changes) {
      if (waiting.size === 0) return;
      const failed = new Set(
        changes.flatMap(({ status, messageUuid }) => (status === "failed" ? [messageUuid] : [])),
      );
      if (failed.size === 0) return;
      for (const ask of waiting) if (failed.has(toUuid(ask.messageId))) look(ask);
    },
    onHints(hints) {
      if (waiting.size === 0) return;
      for (const hint of hints) for (const ask of byConversation.get(keyOf(hint)) ?? []) look(ask);
    },
    onGap: lookAtAll,
  });

  function look(ask: Waiting): void {
    due.add(ask);
    pump.kick();
  }

  function lookAtAll(): void {
    for (const ask of waiting) due.add(ask);
    pump.kick();
  }

  async function readDue(): Promise<void> {
    const asks: Waiting[] = [];
    for (const ask of due) {
      if (asks.length === maxPerRead) break;
      due.delete(ask);
      if (!ask.isEnding) asks.push(ask);
    }
    reads += 1;
    const states = await readAsks(db, asks).catch((error: unknown) => {
      for (const ask of asks) due.add(ask);
      throw error;
    });
    for (const [n, ask] of asks.entries()) if (waiting.has(ask) && !ask.isEnding) take(ask, states[n]);
  }

  function take(ask: Waiting, state: AskState | undefined): void {
    // Not a question that is waited for, or one whose message was taken meanwhile.
    if (state === undefined) {
      settle(ask, { kind: "failed" });
      return;
    }
    ask.afterSequence = state.afterSequence;
    const answer = state.responses.find(({ payload }) => payload.partial !== true);
    for (const response of state.responses) {
      if (response === answer) break;
      ask.listening?.listener.onPartial({ id: response.id, text: String(response.payload.data) });
    }
    if (answer !== undefined) takeAnswer(ask, answer, state);
    else if (state.hasMore) look(ask);
    else if (state.outcome !== null) settle(ask, endingOf(state.outcome));
    else if (state.isUndeliverable) end(ask, { outcome: "failed" }, { kind: "failed" });
    else if (state.leftMs <= 0) end(ask, { outcome: "timeout" }, { kind: "timeout" });
    else ask.timer ??= wakeAfter(ask, state.leftMs + 1);
  }

  const wakeAfter = (ask: Waiting, ms: number): NodeJS.Timeout =>
    setTimeout(() => {
      ask.timer = undefined;
      look(ask);
    }, ms);

  function takeAnswer(ask: Waiting, answer: FoundResponse, { outcome, answerId }: AskState): void {
    const ending: WaitEnding = { kind: "answered", answer };
    const { tenantId, messageId } = ask;
    if (outcome === null) end(ask, { outcome: "answered", answer }, ending);
    else if (answerId !== null) settle(ask, ending);
    else note(ask, ending, noteLateAnswer(options, { tenantId, messageId, answer }));
  }

  function end(ask: Waiting, ending: AskEnding, told: WaitEnding): void {
    note(
      ask,
      told,
      closeAsk(options, ask, ending).then((isOurs) => {
        if (isOurs) ended[ending.outcome] += 1;
      }),
    );
  }

  /** Tells the listener once the end is noted. Where it cannot be, `settle-asks` does it later. */
  function note(ask: Waiting, told: WaitEnding, noting: Promise<void>): void {
    ask.isEnding = true;
    const done = noting
      .catch((error: unknown) =>
        log.warn({ err: error, messageId: ask.messageId }, "the end of a question could not be noted yet"),
      )
      .finally(() => {
        endings.delete(done);
        settle(ask, told);
      });
    endings.add(done);
  }

  function settle(ask: Waiting, ending: WaitEnding): void {
    if (!waiting.delete(ask)) return;
    clearTimeout(ask.timer);
    due.delete(ask);
    const others = byConversation.get(ask.key);
    others?.delete(ask);
    if (others?.size === 0) byConversation.delete(ask.key);
    if (waiting.size === 0) {
      clearInterval(poll);
      poll = undefined;
    }
    ask.listening?.listener.onEnd(ending);
  }

  function tick(): void {
    lookAtAll();
    if (isChecking) return;
    isChecking = true;
    endRevoked()
      .catch((error: unknown) => log.warn({ err: error }, "the credentials of askers could not be checked"))
      .finally(() => {
        isChecking = false;
      });
  }

  /** Who may not ask any more is not answered either. */
  async function endRevoked(): Promise<void> {
    const heard = [...waiting].flatMap((ask) =>
      ask.listening === undefined ? [] : [{ ask, credential: ask.listening.credential }],
    );
    const credentials = new Map(heard.map(({ credential }) => [credential.id, credential]));
    const rights = await recheckCredentials(db, [...credentials.values()]);
    const ids = [...credentials.keys()];
    const valid = new Set(ids.filter((_, n) => rights[n]?.has("messages:send")));
    for (const { ask, credential } of heard) {
      if (valid.has(credential.id) || ask.isEnding || !waiting.has(ask)) continue;
      end(ask, { outcome: "cancelled", reason: "credential" }, { kind: "cancelled", reason: "credential" });
    }
  }

  function drain(): void {
    isDraining = true;
    for (const ask of [...waiting]) if (!ask.isEnding) settle(ask, { kind: "bye" });
  }

  return {
    assertOpen() {
      if (isDraining)
        throw new AppError("shutting_down", "The server is stopping.", { retryAfterSeconds: 1 });
      if (waiting.size >= maxWaiting)
        throw new AppError("overloaded", "This server has as many questions as it takes.", {
          retryAfterSeconds: 5,
        });
    },
    open({ tenantId, messageId, conversationId, listening }) {
      const key = keyOf(hintOf({ tenantUuid: toUuid(tenantId), correlationId: conversationId }));
      const ask: Waiting = {
        ...{ tenantId, messageId, conversationId, listening, key },
        ...{ afterSequence: 0, timer: undefined, isEnding: false },
      };
      if (isDraining) {
        listening?.listener.onEnd({ kind: "bye" });
        return { leave() {} };
      }
      waiting.add(ask);
      const others = byConversation.get(key);
      if (others === undefined) byConversation.set(key, new Set([ask]));
      else others.add(ask);
      poll ??= setInterval(tick, pollMs).unref();
      look(ask);
      return {
        leave() {
          ask.listening = undefined;
        },
      };
    },
    stats: () => ({ waiting: waiting.size, reads, ended: { ...ended } }),
    drain,
    async close() {
      drain();
      unsubscribe();
      pump.close();
      clearInterval(poll);
      await Promise.all(endings);
    },
  };
}

const keyOf = ({ tenantUuid, conversation }: Hint): string => `${tenantUuid} ${conversation}`;

const endingOf = (outcome: AskOutcome): WaitEnding => {
  if (outcome === "cancelled") return { kind: outcome, reason: "person" };
  // Its answer has been erased or purged.
  return { kind: outcome === "answered" ? "failed" : outcome };
};
