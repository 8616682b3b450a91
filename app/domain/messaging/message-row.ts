import { type MailboxKind, toMailboxId, toTypeId } from "#db/ids.ts";
import { isoTime } from "../iso-time.ts";
import type {
  DeliveryStatus,
  Handling,
  MessageContent,
  MessageKind,
  MessageView,
  Priority,
} from "./schema.ts";

export { isoTime };

/** A message as the statements below give it. */
export type MessageRow = MessageContent & {
  id: string;
  sequence: string | null;
  sender_kind: MailboxKind;
  sender_id: string;
  sender_name: string;
  recipient_kind: MailboxKind;
  recipient_id: string;
  recipient_name: string;
  kind: MessageKind;
  priority: Priority;
  correlation_id: string;
  reply_to: string | null;
  status: DeliveryStatus;
  handling: Handling;
  reason: string | null;
  created_at: string;
  delivered_at: string | null;
  expires_at: string | null;
  erased_at: string | null;
};

/**
 * SQL for a party's name. CASE makes the look-up lazy: one index probe a party, where joins would
 * make three.
 */
export const partyName = (tenantId: string, kind: string, id: string): string => `
  case ${kind}
    when 'agent' then (
      select agent.name from agents agent where agent.tenant_id = ${tenantId} and agent.id = ${id}
    )
    when 'member' then coalesce((
      select person.name from memberships membership join users person on person.id = membership.user_id
      where membership.tenant_id = ${tenantId} and membership.id = ${id}
    ), 'Former member')
    else 'Operators'
  end`;

const overdue = `(
  coalesce(delivery.expires_at <= now(), false)
  and delivery.handling in ('unread', 'leased')
  and delivery.status in ('pending', 'sent', 'delivered')
)`;

/** SQL: its TTL has passed before it was acked or pushed, whether or not the job that notes this has come by. */
export const hasExpired = `(delivery.status = 'expired' or ${overdue})`;

/** SQL: the delivery status as readers see it. */
const shownStatus = `case when ${overdue} then 'expired' else delivery.status end`;

/** SQL: `shownStatus = status`, in a form that an index on the stored status serves. */
export const hasStatus = (status: DeliveryStatus): string =>
  status === "expired" ? hasExpired : `(delivery.status = '${status}' and not ${overdue})`;

/** SQL: the columns of a `MessageRow`, from `messagesWithDelivery`. */
export const messageColumns = `
  message.id, message.sequence,
  message.sender_kind, message.sender_id,
  ${partyName("message.tenant_id", "message.sender_kind", "message.sender_id")} as sender_name,
  message.recipient_kind, message.recipient_id,
  ${partyName("message.tenant_id", "message.recipient_kind", "message.recipient_id")} as recipient_name,
  message.type, message.kind, message.priority, message.payload, message.correlation_id, message.reply_to,
  ${shownStatus} as status, delivery.handling, delivery.reason,
  ${isoTime("message.created_at")} as created_at,
  ${isoTime("delivery.delivered_at")} as delivered_at,
  ${isoTime("delivery.expires_at")} as expires_at,
  ${isoTime("message.erased_at")} as erased_at`;

/** SQL: messages with what became of each. */
export const messagesWithDelivery = `
  messages message
  join deliveries delivery on delivery.tenant_id = message.tenant_id and delivery.message_id = message.id`;

/** A stored message as readers get it. Member by member: gathering "the rest" cost more than all of the conversion. */
export function toMessageView(row: MessageRow): MessageView {
  const senderId = toMailboxId(row.sender_kind, row.sender_id);
  const recipientId = toMailboxId(row.recipient_kind, row.recipient_id);
  return {
    type: row.type,
    payload: row.payload,
    kind: row.kind,
    priority: row.priority,
    status: row.status,
    handling: row.handling,
    reason: row.reason,
    id: toTypeId("msg", row.id),
    sequence: row.sequence === null ? null : Number(row.sequence),
    sender: { id: senderId, kind: row.sender_kind, name: row.sender_name },
    recipient: { id: recipientId, kind: row.recipient_kind, name: row.recipient_name },
    senderId,
    recipientId,
    correlationId: row.correlation_id,
    replyTo: row.reply_to === null ? null : toTypeId("msg", row.reply_to),
    createdAt: row.created_at,
    deliveredAt: row.delivered_at,
    expiresAt: row.expires_at,
    erasedAt: row.erased_at,
    // Written apart, a type and its payload are not known to belong together any more; in the row they do.
  } as MessageView;
}
