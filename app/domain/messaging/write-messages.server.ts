import type { Sql } from "#db/database.ts";
import type { Recipient } from "./decide-send.ts";
import { isoTime } from "./message-row.ts";
import type { PreparedSend } from "./prepared-send.ts";
import { type BlockReason, kindOfType, priorities, severities } from "./schema.ts";

/** A message that is about to be stored. */
export interface StoredSend {
  send: PreparedSend;
  recipient: Recipient;
  correlationId: string;
  /** Null: blocked. */
  sequence: number | null;
  status: "delivered" | "pending" | "blocked";
  reason: BlockReason | null;
}

/**
 * Advances each mailbox once and stores the messages with their deliveries, and what waits at a desk,
 * in one statement; gives the time they all carry. That is the statement's time and not the transaction's, since it comes
 * after the wait for the mailboxes: in a mailbox, times then follow the sequence.
 */
export async function writeMessages(sql: Sql, stored: readonly StoredSend[]): Promise<string> {
  // Left out where there is nothing for it to insert, which is nearly always: it would be planned and begun.
  const escalated = stored.some(waitsAtDesk)
    ? sql`, escalated as (
      insert into escalations (tenant_id, message_id, severity_rank, created_at)
      select
        tenant_id, id, coalesce(array_position(${[...severities].reverse()}::text[], payload ->> 'severity'), 1) - 1,
        statement_timestamp()
      from stored
      where type = 'escalation' and recipient_kind = 'desk' and sequence is not null
    )`
    : sql``;
  const [row] = await sql<{ at: string }[]>`
    with stored as materialized (
      select * from json_to_recordset(${JSON.stringify(stored.map(toRow))}::text::json) as stored (
        tenant_id uuid, id uuid, sender_kind text, sender_id uuid, recipient_kind text, recipient_id uuid,
        sequence bigint, type text, kind text, priority text, priority_rank int, payload jsonb,
        correlation_id text, reply_to uuid, ttl_seconds int, status text, reason text
      )
    ), advanced as (
      update mailboxes mailbox set last_sequence = latest.sequence
      from (
        select tenant_id, recipient_id, max(sequence) as sequence
        from stored where sequence is not null
        group by tenant_id, recipient_id
      ) latest
      where mailbox.tenant_id = latest.tenant_id and mailbox.id = latest.recipient_id
    ), written as (
      insert into messages (
        tenant_id, id, sender_kind, sender_id, recipient_kind, recipient_id, sequence, type, kind,
        priority, payload, correlation_id, reply_to, expires_at, created_at
      )
      select
        tenant_id, id, sender_kind, sender_id, recipient_kind, recipient_id, sequence, type, kind,
        priority, payload, correlation_id, reply_to,
        statement_timestamp() + make_interval(secs => ttl_seconds), statement_timestamp()
      from stored
    ), delivered as (
      insert into deliveries (
        tenant_id, message_id, recipient_id, sequence, status, priority_rank, reason, available_at,
        expires_at, delivered_at
      )
      select
        tenant_id, id, recipient_id, sequence, status, priority_rank, reason, statement_timestamp(),
        statement_timestamp() + make_interval(secs => ttl_seconds),
        case when status = 'delivered' then statement_timestamp() end
      from stored
    )
    ${escalated}
    select ${sql.unsafe(isoTime("statement_timestamp()"))} as at
  `;
  if (row === undefined) throw new Error("the statement that stores messages gave no time");
  return row.at;
}

const waitsAtDesk = ({ send, recipient, sequence }: StoredSend): boolean =>
  send.content.type === "escalation" && recipient.kind === "desk" && sequence !== null;

const toRow = ({ send, recipient, correlationId, sequence, status, reason }: StoredSend) => ({
  tenant_id: send.tenantUuid,
  id: send.messageUuid,
  sender_kind: send.sender.kind,
  sender_id: send.sender.uuid,
  recipient_kind: recipient.kind,
  recipient_id: recipient.uuid,
  sequence,
  type: send.content.type,
  kind: kindOfType[send.content.type],
  priority: send.priority,
  priority_rank: priorities.indexOf(send.priority),
  payload: send.content.payload,
  correlation_id: correlationId,
  reply_to: send.replyTo?.uuid ?? null,
  ttl_seconds: send.ttlSeconds,
  status,
  reason,
});
