import type { AnyAuditEvent } from "#app/domain/audit/audit-event.ts";
import { insertAuditEvents } from "#app/domain/audit/insert-audit-events.server.ts";
import type { Database, Sql } from "#db/database.ts";
import { type MailboxKind, toMailboxId, toTypeId } from "#db/ids.ts";
import { recordTraffic } from "./record-traffic.server.ts";
import type { DeliveryStatus, Handling, MessageType } from "./schema.ts";

/** A message whose time has passed. */
export interface ExpiredDelivery {
  tenantUuid: string;
  mailboxUuid: string;
  messageUuid: string;
  sequence: number;
  handling: Handling;
  correlationId: string;
}

export interface ExpireOptions {
  /** A transaction's worth. */
  batchSize?: number;
  /** Told after each commit. */
  onExpired?(expired: ExpiredDelivery[]): void;
}

interface ExpiredRow {
  tenant_id: string;
  message_id: string;
  sender_kind: MailboxKind;
  sender_id: string;
  recipient_kind: MailboxKind;
  recipient_id: string;
  type: MessageType;
  status_before: DeliveryStatus;
  sequence: string;
  handling: Handling;
  correlation_id: string;
}

/**
 * Notes what readers see already: deliveries whose TTL has passed before they were acked or pushed
 * are `expired`. In batches, each with its audit events; those that somebody is just handling are
 * left to the next run. Gives how many.
 */
export async function expireDeliveries(db: Database, options: ExpireOptions = {}): Promise<number> {
  const { batchSize = 1_000, onExpired } = options;
  for (let total = 0; ; ) {
    const expired = await db.withSql((sql) => expireBatch(sql, batchSize));
    total += expired.length;
    if (expired.length > 0) onExpired?.(expired);
    if (expired.length < batchSize) return total;
  }
}

async function expireBatch(sql: Sql, batchSize: number): Promise<ExpiredDelivery[]> {
  const rows = await sql<ExpiredRow[]>`
    with due as (
      select delivery.tenant_id, delivery.message_id, delivery.status
      from deliveries delivery
      where delivery.expires_at <= now()
        and delivery.handling in ('unread', 'leased')
        and delivery.status in ('pending', 'sent', 'delivered')
      order by delivery.expires_at
      limit ${batchSize}
      for update skip locked
    ), expired as (
      update deliveries delivery set status = 'expired'
      from due
      where delivery.tenant_id = due.tenant_id and delivery.message_id = due.message_id
      returning delivery.tenant_id, delivery.message_id, delivery.handling, due.status as status_before
    )
    select
      message.tenant_id, message.id as message_id, message.sender_kind, message.sender_id,
      message.recipient_kind, message.recipient_id, message.type, message.sequence, expired.status_before,
      expired.handling, message.correlation_id
    from expired
    join messages message on message.tenant_id = expired.tenant_id and message.id = expired.message_id
  `;
  await recordTraffic(
    sql,
    rows.map((row) => ({
      tenantUuid: row.tenant_id,
      messageUuid: row.message_id,
      senderKind: row.sender_kind,
      senderUuid: row.sender_id,
      recipientKind: row.recipient_kind,
      recipientUuid: row.recipient_id,
      type: row.type,
      from: row.status_before,
      to: "expired" as const,
    })),
  );
  await insertAuditEvents(sql, rows.map(auditOf));
  return rows.map((row) => ({
    tenantUuid: row.tenant_id,
    mailboxUuid: row.recipient_id,
    messageUuid: row.message_id,
    sequence: Number(row.sequence),
    handling: row.handling,
    correlationId: row.correlation_id,
  }));
}

const auditOf = (row: ExpiredRow): AnyAuditEvent => ({
  tenantId: toTypeId("ten", row.tenant_id),
  actor: { kind: "system", id: "message-expiry", name: "Signalbox" },
  action: "message.expired",
  resource: { id: toTypeId("msg", row.message_id) },
  request: null,
  correlationId: row.correlation_id,
  details: {
    recipientId: toMailboxId(row.recipient_kind, row.recipient_id),
    sequence: Number(row.sequence),
  },
});
