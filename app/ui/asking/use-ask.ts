import { useCallback, useEffect, useRef, useState } from "react";
import type { AskInput } from "#app/domain/asking/ask-schema.ts";
import { newUuid } from "#db/ids.ts";
import { afterEvent, afterFailure, type Exchange, isOver } from "./exchange.ts";
import { AskRefusal, requestAnswer, requestCancel } from "./request-answer.ts";

export interface Asking {
  /** Of one conversation, in the order of asking. */
  exchanges: readonly Exchange[];
  /** The last one is under way. */
  isAsking: boolean;
  ask: (question: string, timeoutSeconds: number) => void;
  /** Ends the wait for the last one. */
  cancel: () => void;
  /** Leaves the conversation, for another. */
  startAnew: () => void;
}

/** Questions to an agent, one after the other, in one conversation. */
export function useAsk(agentId: string): Asking {
  const [exchanges, setExchanges] = useState<readonly Exchange[]>([]);
  const running = useRef<{ key: string; controller: AbortController }>();
  const isThere = useRef(true);
  useEffect(() => {
    isThere.current = true;
    // The question goes on: its answer is in the conversation. Only the page has nobody to tell.
    return () => {
      isThere.current = false;
    };
  }, []);

  const change = useCallback((key: string, next: (exchange: Exchange) => Exchange) => {
    if (!isThere.current) return;
    setExchanges((all) => all.map((one) => (one.key === key ? next(one) : one)));
  }, []);

  const last = exchanges.at(-1);
  const isAsking = last !== undefined && !isOver(last);
  const conversationId = exchanges.findLast((one) => one.conversationId !== undefined)?.conversationId;

  const ask = (question: string, timeoutSeconds: number) => {
    if (isAsking) return;
    const key = newUuid();
    const controller = new AbortController();
    running.current = { key, controller };
    const begun: Exchange = {
      ...{ key, question, timeoutSeconds, text: "" },
      ...{ phase: "asking", startedAtMs: Date.now() },
    };
    setExchanges((all) => [...all, begun]);
    const input: AskInput = {
      query: question,
      timeoutSeconds,
      ...(conversationId !== undefined && { conversationId }),
    };
    requestAnswer({
      ...{ agentId, key, ask: input, signal: controller.signal },
      onEvent: (event) => change(key, (exchange) => afterEvent(exchange, event)),
    }).catch((error: unknown) => {
      if (controller.signal.aborted)
        return change(key, (exchange) => ({
          ...exchange,
          phase: "cancelled",
          detail: "The question was cancelled.",
        }));
      const detail = error instanceof AskRefusal ? error.message : "Something went wrong on this page.";
      const afterMs = error instanceof AskRefusal ? error.retryAfterMs : undefined;
      const retryAtMs = afterMs === undefined ? undefined : Date.now() + afterMs;
      change(key, (exchange) => afterFailure(exchange, { detail, retryAtMs }));
    });
  };

  const cancel = () => {
    if (last === undefined || isOver(last)) return;
    const { messageId } = last;
    // Not there yet: without a client it is cancelled too.
    if (messageId === undefined) return running.current?.controller.abort();
    requestCancel(agentId, messageId).catch(() => running.current?.controller.abort());
  };

  return { exchanges, isAsking, ask, cancel, startAnew: () => setExchanges([]) };
}
