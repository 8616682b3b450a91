import type { AppError } from "#app/domain/errors.ts";
import type { MailboxId, MailboxKind, MessageId, TenantId } from "#db/ids.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import type { BlockReason, MessageContent, MessageView, Priority, SendResult } from "./schema.ts";

/** A send that is checked and has its ids, ready to be committed with others. */
export interface PreparedSend {
  tenantId: TenantId;
  tenantUuid: string;
  /** Made before the commit, so that a lost answer to COMMIT can be resolved. */
  messageId: MessageId;
  messageUuid: string;
  actor: Pick<Actor, "kind" | "id" | "name">;
  request: RequestInfo;
  sender: { id: MailboxId; uuid: string; kind: MailboxKind };
  /** Null: the operators' desk of the sender's tenant. */
  recipient: { uuid: string; kind: MailboxKind } | null;
  content: MessageContent;
  /** Of the payload's JSON. */
  payloadBytes: number;
  correlationId: string | null;
  replyTo: { id: MessageId; uuid: string } | null;
  priority: Priority;
  ttlSeconds: number | null;
  idempotency: { key: string; requestHash: string } | null;
  /** The person who sends it waits for the answer this long: kept with the message, so that neither is without the other. */
  ask: { userUuid: string; timeoutSeconds: number } | null;
}

/** What became of one send. A refusal is data too: it never fails its neighbours in the batch. */
export type SendOutcome =
  | { kind: "accepted"; result: SendResult }
  | { kind: "blocked"; messageId: MessageId; reason: BlockReason }
  | { kind: "rejected"; error: AppError };

/** A conversation in which something was stored or has changed; what was blocked counts too. */
export interface ConversationChange {
  tenantUuid: string;
  correlationId: string;
}

/** A mailbox that has new messages, up to this sequence. */
export interface Wake {
  tenantUuid: string;
  mailboxUuid: string;
  sequence: number;
  /** From the process that has committed them: all that follow sequence `after`, as a reader would get them. */
  committed?: { after: number; messages(): MessageView[] };
}
