import type { AnyAuditEvent } from "#app/domain/audit/audit-event.ts";
import { toMailboxId } from "#db/ids.ts";
import { kindOfType } from "./schema.ts";
import type { StoredSend } from "./write-messages.server.ts";

/** The audit event of a stored message. */
export function auditOf({ send, recipient, correlationId, sequence, reason }: StoredSend): AnyAuditEvent {
  const common = {
    tenantId: send.tenantId,
    actor: send.actor,
    resource: { id: send.messageId },
    request: send.request,
    correlationId,
  };
  const details = {
    type: send.content.type,
    kind: kindOfType[send.content.type],
    senderId: send.sender.id,
    recipientId: toMailboxId(recipient.kind, recipient.uuid),
    priority: send.priority,
    replyTo: send.replyTo?.id ?? null,
    bytes: send.payloadBytes,
  };
  if (reason !== null)
    return { ...common, action: "message.blocked", status: "denied", details: { ...details, reason } };
  if (sequence === null) throw new Error("an accepted message has no sequence");
  return { ...common, action: "message.sent", details: { ...details, sequence } };
}
