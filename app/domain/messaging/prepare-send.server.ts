import { AppError } from "#app/domain/errors.ts";
import { type MailboxId, mailboxKindOf, newUuid, toTypeId, toUuid } from "#db/ids.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import { requestHash } from "./idempotency.server.ts";
import { ownMailboxId, requireScope } from "./mailbox-access.ts";
import type { PreparedSend } from "./prepared-send.ts";
import { type MessageContent, operatorsAlias, type SendMessage } from "./schema.ts";

export interface SendOptions {
  idempotencyKey?: string | null;
  request: RequestInfo;
  /** A person's question whose answer is waited for this long (app/domain/asking). */
  ask?: { timeoutSeconds: number };
}

/**
 * Checks who sends and gives the message its ids.
 * Throws `forbidden` without the scope, `sender_mismatch` for a mailbox that is not the actor's own.
 */
export function prepareSend(actor: Actor, input: SendMessage, options: SendOptions): PreparedSend {
  requireScope(actor, "messages:send");
  const senderId = ownMailboxId(actor);
  if (senderId === undefined) throw new AppError("forbidden", sentenceOfNoMailbox(actor));
  if (input.senderId !== undefined && input.senderId !== senderId)
    throw new AppError("sender_mismatch", "A message is sent from one's own mailbox only.");

  const { recipientId, replyTo, idempotencyKey } = { ...input, ...options };
  const messageUuid = newUuid();
  return {
    tenantId: actor.tenantId,
    tenantUuid: toUuid(actor.tenantId),
    messageId: toTypeId("msg", messageUuid),
    messageUuid,
    actor: { kind: actor.kind, id: actor.id, name: actor.name },
    request: options.request,
    sender: mailboxOf(senderId),
    recipient: recipientId === operatorsAlias ? null : mailboxOf(recipientId),
    content: contentOf(input),
    payloadBytes: Buffer.byteLength(JSON.stringify(input.payload)),
    correlationId: input.correlationId ?? null,
    replyTo: replyTo === undefined ? null : { id: replyTo, uuid: toUuid(replyTo) },
    priority: input.priority,
    ttlSeconds: input.ttlSeconds ?? null,
    idempotency: idempotencyKey
      ? { key: idempotencyKey, requestHash: requestHash({ ...input, senderId }) }
      : null,
    ask:
      options.ask !== undefined && actor.kind === "user"
        ? { userUuid: toUuid(actor.id), timeoutSeconds: options.ask.timeoutSeconds }
        : null,
  };
}

const sentenceOfNoMailbox = ({ kind }: Actor): string =>
  kind === "service"
    ? "This key belongs to a service, which has no mailbox to send from. Send with an agent's key."
    : "This actor has no mailbox to send from.";

/** Without the envelope. */
function contentOf(input: SendMessage): MessageContent {
  const { senderId, recipientId, correlationId, replyTo, priority, ttlSeconds, ...content } = input;
  return content;
}

const mailboxOf = (id: MailboxId) => ({ id, uuid: toUuid(id), kind: mailboxKindOf(id) });
