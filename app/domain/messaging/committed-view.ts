import { toMailboxId } from "#db/ids.ts";
import { kindOfType, type MessageView } from "./schema.ts";
import type { StoredSend } from "./write-messages.server.ts";

/**
 * A message that was just stored, at the time `at`, as a reader of the table would get it. For those
 * who watch in the process that has committed it: they need not wait for a read.
 */
export function toCommittedView(stored: StoredSend, at: string): MessageView {
  const { send, recipient, correlationId, sequence, status, reason } = stored;
  const { sender, content, ttlSeconds } = send;
  const recipientId = toMailboxId(recipient.kind, recipient.uuid);
  return {
    id: send.messageId,
    sequence,
    sender: { id: sender.id, kind: sender.kind, name: send.actor.name },
    recipient: { id: recipientId, kind: recipient.kind, name: recipient.name },
    senderId: sender.id,
    recipientId,
    ...content,
    kind: kindOfType[content.type],
    priority: send.priority,
    correlationId,
    replyTo: send.replyTo?.id ?? null,
    status,
    handling: "unread",
    reason,
    createdAt: at,
    deliveredAt: status === "delivered" ? at : null,
    expiresAt: ttlSeconds === null ? null : new Date(Date.parse(at) + ttlSeconds * 1_000).toISOString(),
    erasedAt: null,
  };
}
