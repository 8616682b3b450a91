/** What a question to an agent is made of, and what comes back. Client-safe. */
import { z } from "zod";
import type { AgentId, MessageId } from "#db/ids.ts";
import { type AnswerUsage, correlationIdSchema, dataFormats, payloadSchemas } from "../messaging/schema.ts";

export const defaultTimeoutSeconds = 60;
export const maxTimeoutSeconds = 300;

export const askSchema = z.strictObject({
  query: payloadSchemas.data_request.shape.query,
  format: z.enum(dataFormats).optional(),
  /** How long the answer is waited for. One that comes later is in the conversation. */
  timeoutSeconds: z.int().min(1).max(maxTimeoutSeconds).default(defaultTimeoutSeconds),
  /** To ask on in a conversation; without it the question begins one. */
  conversationId: correlationIdSchema.optional(),
  /** False: answers at once with where the answer will be. */
  wait: z.boolean().default(true),
});
export type Ask = z.output<typeof askSchema>;
export type AskInput = z.input<typeof askSchema>;

/** How a question ended. */
export const askOutcomes = ["answered", "timeout", "cancelled", "failed"] as const;
export type AskOutcome = (typeof askOutcomes)[number];

/** Whether the agent can answer: what a paused one sends is blocked. */
export type AgentState = "active" | "paused";

/** The question is with the agent. */
export interface AskedData {
  conversationId: string;
  /** The question. */
  messageId: MessageId;
  agentId: AgentId;
  agentState: AgentState;
  timeoutSeconds: number;
}

/** A piece of the answer that is being made, in the order in which they are to be put together. */
export interface PartialData {
  conversationId: string;
  messageId: MessageId;
  /** The message that brought it. */
  partialId: MessageId;
  text: string;
}

export interface AnswerData {
  conversationId: string;
  messageId: MessageId;
  answerId: MessageId;
  answer: unknown;
  format: (typeof dataFormats)[number] | null;
  /** As the agent said it; null when it said nothing. */
  usage: AnswerUsage | null;
  toolsCalled: string[];
  /** From the question to the answer. */
  durationMs: number;
}

export const cancelReasons = ["person", "disconnected", "credential"] as const;
export type CancelReason = (typeof cancelReasons)[number];

/** The wait is over without an answer. */
export interface UnansweredData {
  conversationId: string;
  messageId: MessageId;
  detail: string;
  agentState?: AgentState;
  reason?: CancelReason;
}

/** The server stops: ask again with the same `Idempotency-Key` to go on waiting. */
export interface AskByeData {
  conversationId: string;
  messageId: MessageId;
  retryMs: number;
}

/** What an event stream of a question says; all but the first two are the last. */
export type AskEvent =
  | { event: "question"; data: AskedData }
  | { event: "partial"; data: PartialData }
  | { event: "answer"; data: AnswerData }
  | { event: "timeout"; data: UnansweredData }
  | { event: "cancelled"; data: UnansweredData }
  | { event: "failed"; data: UnansweredData }
  | { event: "bye"; data: AskByeData };

export const isLastEvent = ({ event }: AskEvent): boolean => event !== "question" && event !== "partial";
