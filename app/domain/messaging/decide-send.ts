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

/** Who may send to whom (README of this folder), for one send whose facts are at hand. */
export function decideSend(send: PreparedSend, facts: Resolution): Decision {
  const recipient = facts.recipient;
  if (recipient === null || recipient.kind !== (send.recipient?.kind ?? "desk"))
    return { kind: "refuse", error: notFound("recipient") };
  if (send.replyTo !== null && facts.repliedCorrelationId === null)
    return {
      kind: "refuse",
      error: invalidInput("replyTo", "There is no such message of yours to reply to."),
    };
  if (send.sender.kind !== "agent" && recipient.kind !== "agent")
    return { kind: "refuse", error: new AppError("forbidden", "People send to agents only.") };

  const correlationId = send.correlationId ?? facts.repliedCorrelationId ?? send.messageId;
  const reason = blockReason(send, recipient, facts);
  return reason === undefined
    ? { kind: "accept", recipient, correlationId }
    : { kind: "block", recipient, correlationId, reason };
}

function blockReason(send: PreparedSend, recipient: Recipient, facts: Resolution): BlockReason | undefined {
  if (send.sender.kind !== "agent") return undefined;
  if (facts.senderStatus !== "active") return "agent_paused";
  switch (recipient.kind) {
    case "agent":
      return facts.hasEdge ? undefined : "no_allowlist_edge";
    case "member":
      return facts.isInConversation ? undefined : "no_conversation";
    case "desk":
      return undefined;
  }
}
