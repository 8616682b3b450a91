import { AppError } from "#app/domain/errors.ts";
import type { AnswerData, AskEvent, AskedData, CancelReason } from "./ask-schema.ts";
import type { FoundResponse } from "./read-asks.server.ts";
import type { WaitEnding } from "./waiting-room.server.ts";

/** How long a client waits before it asks again with the same key. */
const byeRetryMs = 1_000;

/** The last event of a question's stream. */
export function lastEvent(asked: AskedData, ending: WaitEnding): AskEvent {
  const { conversationId, messageId, agentState } = asked;
  const place = { conversationId, messageId };
  switch (ending.kind) {
    case "answered":
      return { event: "answer", data: answerOf(asked, ending.answer) };
    case "timeout":
      return { event: "timeout", data: { ...place, agentState, detail: sentenceOfTimeout(asked) } };
    case "failed":
      return { event: "failed", data: { ...place, agentState, detail: sentenceOfFailure } };
    case "cancelled":
      return {
        event: "cancelled",
        data: { ...place, reason: ending.reason, detail: sentenceOfCancel[ending.reason] },
      };
    case "bye":
      return { event: "bye", data: { ...place, retryMs: byeRetryMs } };
  }
}

/** What a client gets that waits for one answer. Throws where none has come. */
export function answerOrThrow(asked: AskedData, ending: WaitEnding): AnswerData {
  const { conversationId, messageId, agentState } = asked;
  const extensions = { conversationId, messageId };
  switch (ending.kind) {
    case "answered":
      return answerOf(asked, ending.answer);
    case "timeout":
      throw new AppError("agent_timeout", sentenceOfTimeout(asked), {
        extensions: { ...extensions, agentState },
      });
    case "failed":
      throw new AppError("agent_unreachable", sentenceOfFailure, { extensions });
    case "cancelled":
      throw new AppError(
        ending.reason === "credential" ? "unauthenticated" : "conflict",
        sentenceOfCancel[ending.reason],
        { extensions },
      );
    case "bye":
      throw new AppError("shutting_down", "The server is stopping. The question stays with the agent.", {
        retryAfterSeconds: byeRetryMs / 1_000,
        extensions,
      });
  }
}

function answerOf(
  { conversationId, messageId }: AskedData,
  { id, payload, durationMs }: FoundResponse,
): AnswerData {
  const { data, format = null, usage = null, toolsCalled = [] } = payload;
  return { conversationId, messageId, answerId: id, answer: data, format, usage, toolsCalled, durationMs };
}

const sentenceOfTimeout = ({ agentState, timeoutSeconds }: AskedData): string =>
  agentState === "paused"
    ? `The agent is paused, and what it sends is blocked: no answer came within ${timeoutSeconds} s.`
    : `The agent did not answer within ${timeoutSeconds} s. An answer that comes later is in the conversation.`;

const sentenceOfFailure = "The question is kept, but it did not reach the agent.";

const sentenceOfCancel: Record<CancelReason, string> = {
  person: "The question was cancelled.",
  disconnected: "The question was cancelled, since nobody was there to hear the answer.",
  credential: "The session has ended, so nobody waits for the answer any more.",
};
