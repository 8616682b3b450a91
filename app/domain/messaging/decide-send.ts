import { AppError, invalidInput, notFound } from "#app/domain/errors.ts";
import type { PreparedSend } from "./prepared-send.ts";
import type { Resolution } from "./resolve-sends.server.ts";
import type { BlockReason } from "./schema.ts";

export type Recipient = NonNullable<Resolution["recipient"]>;

/** Whether a send is stored, and how; `refuse` stores nothing. */
export type Decision =
  | { kind: "accept"; recipient: Recipient; correlationId: string }
  | { kind: "block"; recipient: Recipient; correlationId: string; reason: BlockReason }
  | { kind: "refuse"; error: AppError };

export const sentenceOfBlock: Record<BlockReason, string> = {
  no_allowlist_edge: "The allowlist does not let this agent send to that recipient.",
  no_conversation: "An agent writes to a person only in a conversation that the person is in.",
  agent_paused: "This agent is paused, by a person or by its quota or budget, and cannot send.",
};

/** Who may send to whom (README of this folder), for one send whose facts are at hand. */
export function decideSend(send: PreparedSend, facts: Resolution): Decision {
  const recipient = recipientOf(send, facts);
  if (recipient === undefined) return { kind: "refuse", error: notFound("recipient") };
  const error = replyRefusal(send, facts) ?? recipientRefusal(send, recipient);
  if (error !== undefined) return { kind: "refuse", error };

  const correlationId = send.correlationId ?? facts.repliedCorrelationId ?? send.messageId;
  const reason = senderBlock(send, facts) ?? edgeBlock(send, recipient, facts);
  return reason === undefined
    ? { kind: "accept", recipient, correlationId }
    : { kind: "block", recipient, correlationId, reason };
}

/** A push mailbox's message is delivered when its endpoint has answered. */
export const statusAtFirst = (recipient: Recipient): "delivered" | "pending" =>
  recipient.mode === "push" ? "pending" : "delivered";

/** The mailbox that the send means; undefined when its tenant has none such. */
export function recipientOf(send: PreparedSend, { recipient }: Resolution): Recipient | undefined {
  return recipient?.kind === (send.recipient?.kind ?? "desk") ? (recipient ?? undefined) : undefined;
}

export const replyRefusal = (send: PreparedSend, facts: Resolution): AppError | undefined =>
  send.replyTo !== null && facts.repliedCorrelationId === null
    ? invalidInput("replyTo", "There is no such message of yours to reply to.")
    : undefined;

export const recipientRefusal = (send: PreparedSend, recipient: Recipient): AppError | undefined =>
  send.sender.kind !== "agent" && recipient.kind !== "agent"
    ? new AppError("forbidden", "People send to agents only.")
    : undefined;

/** Whether what it may send is counted by the second. */
export const isLimited = (send: PreparedSend, facts: Resolution): boolean =>
  send.sender.kind === "agent" && facts.senderStatus === "limited";

export const senderBlock = (send: PreparedSend, facts: Resolution): BlockReason | undefined =>
  send.sender.kind === "agent" && (facts.senderStatus ?? "paused") === "paused" ? "agent_paused" : undefined;

export function edgeBlock(
  send: PreparedSend,
  recipient: Recipient,
  facts: Resolution,
): BlockReason | undefined {
  if (send.sender.kind !== "agent") return undefined;
  switch (recipient.kind) {
    case "agent":
      return facts.hasEdge ? undefined : "no_allowlist_edge";
    case "member":
      return facts.isInConversation ? undefined : "no_conversation";
    case "desk":
      return undefined;
  }
}
