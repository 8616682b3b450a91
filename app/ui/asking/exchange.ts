import type { AgentState, AnswerData, AskEvent } from "#app/domain/asking/ask-schema.ts";

/** How a question stands; from `answered` on it is over. */
export type Phase = "asking" | "waiting" | "answering" | "answered" | "timeout" | "cancelled" | "failed";

/** A question that was asked on this page, and what came of it. */
export interface Exchange {
  /** Its `Idempotency-Key`: to ask again with it goes on waiting. */
  key: string;
  question: string;
  timeoutSeconds: number;
  phase: Phase;
  startedAtMs: number;
  conversationId?: string;
  messageId?: string;
  agentState?: AgentState;
  /** What has come of the answer so far. */
  text: string;
  answer?: AnswerData;
  /** Why there is none. */
  detail?: string;
  /** When asking again may help, where that was said. */
  retryAtMs?: number;
}

export const isOver = ({ phase }: Exchange): boolean =>
  phase !== "asking" && phase !== "waiting" && phase !== "answering";

/** The exchange after an event of its stream. A question that is over stays as it is. */
export function afterEvent(exchange: Exchange, { event, data }: AskEvent): Exchange {
  if (isOver(exchange)) return exchange;
  switch (event) {
    case "question": {
      const { conversationId, messageId, agentState } = data;
      // After a reconnect everything is told again.
      return { ...exchange, conversationId, messageId, agentState, phase: "waiting", text: "" };
    }
    case "partial":
      return { ...exchange, phase: "answering", text: exchange.text + data.text };
    case "answer":
      return { ...exchange, phase: "answered", answer: data };
    case "timeout":
    case "cancelled":
    case "failed":
      return { ...exchange, phase: event, detail: data.detail };
    case "bye":
      return exchange;
  }
}

/** The exchange after a refusal, or when the connection was lost. */
export const afterFailure = (
  exchange: Exchange,
  failure: { detail: string; retryAtMs?: number | undefined },
): Exchange =>
  isOver(exchange)
    ? exchange
    : {
        ...exchange,
        phase: "failed",
        detail: failure.detail,
        ...(failure.retryAtMs !== undefined && { retryAtMs: failure.retryAtMs }),
      };
