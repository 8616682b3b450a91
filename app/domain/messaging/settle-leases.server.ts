import { insertAuditEvents } from "#app/domain/audit/insert-audit-events.server.ts";
import type { Database, Sql } from "#db/database.ts";
import { type MailboxKind, toMailboxId, toTypeId } from "#db/ids.ts";
import { leasesUsedUp, maxLeases } from "./claim-schema.ts";
import type { HandlingChange } from "./handling-change.ts";
import type { DeliveryStatus, Handling } from "./schema.ts";

export interface SettleLeasesOptions {
  /** A transaction's worth. */
  batchSize?: number;
  /** Told after each commit. */
  onSettled?(changes: HandlingChange[]): void;
}

interface SettledRow {
  tenant_id: string;
  message_id: string;
  recipient_kind: MailboxKind;
  recipient_id: string;
  sequence: string | null;
  status: DeliveryStatus;
  handling: Handling;
  leases: number;
  correlation_id: string;
}

/**
 * Notes which leases have run out where nobody claims: the message is unread again, or dead when that
 * was its last lease. A lease keeps its id, so that who worked on past its end may still ack what
 * nobody else was given. In batches; what somebody is just handling is left to the next run. Gives
 * how many.
 */
export async function settleLeases(db: Database, options: SettleLeasesOptions = {}): Promise<number> {
  const { batchSize = 1_000, onSettled } = options;
  for (let total = 0; ; ) {
    const rows = await db.withSql((sql) => settleBatch(sql, batchSize));
    total += rows.length;
    if (rows.length > 0) onSettled?.(rows.map(changeOf));
    if (rows.length < batchSize) return total;
  }
}

async function settleBatch(sql: Sql, batchSize: number): Promise<SettledRow[]> {
  const rows = await sql<SettledRow[]>`
    with ended as materialized (
      select delivery.tenant_id, delivery.message_id,
        delivery.leases >= ${maxLeases}
          and delivery.status in ('pending', 'sent', 'delivered')
          and (delivery.expires_at is null or delivery.expires_at > now()) as is_used_up
      from deliveries delivery
      where delivery.handling = 'leased' and delivery.available_at <= now()
      limit ${batchSize}
      for no key update skip locked
    ), settled as (
      update deliveries delivery set
        handling = case when ended.is_used_up then 'dead' else 'unread' end,
        lease_id = case when ended.is_used_up then null else delivery.lease_id end,
        reason = case when ended.is_used_up then ${leasesUsedUp} else delivery.reason end,
        handled_at = case when ended.is_used_up then now() end
      from ended
      where delivery.tenant_id = ended.tenant_id and delivery.message_id = ended.message_id
      returning delivery.*
    )
    select settled.tenant_id, settled.message_id, message.recipient_kind, settled.recipient_id, settled.sequence,
      settled.status, settled.handling, settled.leases, message.correlation_id
    from settled
    join messages message on message.tenant_id = settled.tenant_id and message.id = settled.message_id
  `;
  const dead = rows.filter(({ handling }) => handling === "dead");
  await insertAuditEvents(
    sql,
    dead.map((row) => ({
      tenantId: toTypeId("ten", row.tenant_id),
      actor: { kind: "system", id: "lease-settlement", name: "Signalbox" },
      action: "message.dead",
      resource: { id: toTypeId("msg", row.message_id) },
      request: null,
      correlationId: row.correlation_id,
      details: { recipientId: toMailboxId(row.recipient_kind, row.recipient_id), leases: row.leases },
    })),
  );
  return rows;
}

const changeOf = (row: SettledRow): HandlingChange => ({
  tenantUuid: row.tenant_id,
  mailboxUuid: row.recipient_id,
  messageUuid: row.message_id,
  sequence: row.sequence === null ? null : Number(row.sequence),
  status: row.status,
  handling: row.handling,
  correlationId: row.correlation_id,
});
