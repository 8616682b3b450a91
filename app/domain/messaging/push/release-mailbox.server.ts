import type { AnyAuditEvent } from "#app/domain/audit/audit-event.ts";
import { insertAuditEvents } from "#app/domain/audit/insert-audit-events.server.ts";
import type { Database, Sql } from "#db/database.ts";
import { type AgentId, type MailboxKind, madeAtMs, type TenantId, toTypeId, toUuid } from "#db/ids.ts";
import { recordTraffic } from "../record-traffic.server.ts";
import type { Handling, MessageType } from "../schema.ts";
import type { PushedDelivery } from "./settle-attempt.server.ts";

export interface ReleaseOptions {
  tenantId: TenantId;
  agentId: AgentId;
  /** A transaction's worth. */
  batchSize?: number;
  /** Told after each commit. */
  onReleased?(released: PushedDelivery[]): Promise<void> | void;
}

interface ReleasedRow {
  message_id: string;
  sender_kind: MailboxKind;
  sender_id: string;
  type: MessageType;
  correlation_id: string;
  sequence: string;
  attempts: number;
  handling: Handling;
  was: "pending" | "sent";
}

/**
 * Delivers to a mailbox that is read or claimed by now what waited for its endpoint. In batches; a
 * mailbox that is pushed again keeps the rest waiting. What expired is left to the job that notes it.
 */
export async function releaseMailbox(db: Database, options: ReleaseOptions): Promise<number> {
  const { tenantId, agentId, batchSize = 1_000, onReleased } = options;
  for (let total = 0; ; ) {
    const released = await db.asTenantSql(tenantId, (sql) => releaseBatch(sql, tenantId, agentId, batchSize));
    total += released.length;
    if (released.length > 0) await onReleased?.(released);
    if (released.length < batchSize) return total;
  }
}

async function releaseBatch(
  sql: Sql,
  tenantId: TenantId,
  agentId: AgentId,
  batchSize: number,
): Promise<PushedDelivery[]> {
  const tenantUuid = toUuid(tenantId);
  const agentUuid = toUuid(agentId);
  const rows = await sql<ReleasedRow[]>`
    with waiting as (
      select delivery.tenant_id, delivery.message_id, delivery.status
      from deliveries delivery
      where delivery.tenant_id = ${tenantUuid} and delivery.recipient_id = ${agentUuid}
        and delivery.status in ('pending', 'sent')
        and (delivery.expires_at is null or delivery.expires_at > now())
        and exists (
          select from mailboxes mailbox
          where mailbox.tenant_id = ${tenantUuid} and mailbox.id = ${agentUuid} and mailbox.mode <> 'push'
        )
      order by delivery.priority_rank, delivery.sequence
      limit ${batchSize}
      for no key update of delivery
    ), released as (
      update deliveries delivery set status = 'delivered', delivered_at = now()
      from waiting
      where delivery.tenant_id = waiting.tenant_id and delivery.message_id = waiting.message_id
      returning delivery.tenant_id, delivery.message_id, delivery.attempts, delivery.handling, waiting.status as was
    )
    select message.id as message_id, message.sender_kind, message.sender_id, message.type, message.correlation_id,
      message.sequence, released.attempts, released.handling, released.was
    from released
    join messages message on message.tenant_id = released.tenant_id and message.id = released.message_id
  `;
  const nowMs = Date.now();
  await recordTraffic(
    sql,
    rows.map((row) => ({
      tenantUuid,
      messageUuid: row.message_id,
      senderKind: row.sender_kind,
      senderUuid: row.sender_id,
      recipientKind: "agent",
      recipientUuid: agentUuid,
      type: row.type,
      from: row.was,
      to: "delivered",
      latencyMs: nowMs - madeAtMs(row.message_id),
    })),
  );
  await insertAuditEvents(
    sql,
    rows.map(
      (row): AnyAuditEvent => ({
        tenantId,
        actor: { kind: "system", id: "push", name: "Signalbox" },
        action: "message.delivered",
        resource: { id: toTypeId("msg", row.message_id) },
        request: null,
        correlationId: row.correlation_id,
        details: { recipientId: agentId, attempts: row.attempts },
      }),
    ),
  );
  return rows.map((row) => ({
    tenantUuid,
    mailboxUuid: agentUuid,
    messageUuid: row.message_id,
    sequence: Number(row.sequence),
    status: "delivered",
    handling: row.handling,
    correlationId: row.correlation_id,
  }));
}
