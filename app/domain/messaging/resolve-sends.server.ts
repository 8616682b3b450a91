import type { Sql } from "#db/database.ts";
import type { MailboxKind } from "#db/ids.ts";
import { partyName } from "./message-row.ts";
import type { PreparedSend } from "./prepared-send.ts";

/** What an agent's sends are held to. */
export type SenderStatus = "active" | "limited" | "paused";

/** What the database knows about one send. */
export interface Resolution {
  /** Null: there is no such mailbox in the sender's tenant, or its person has left. */
  recipient: {
    uuid: string;
    kind: MailboxKind;
    mode: "read" | "claim" | "push";
    lastSequence: number;
    name: string;
  } | null;
  /** `limited`: by its quota or a budget. `paused`: by those, or by a person. */
  senderStatus: SenderStatus | null;
  hasEdge: boolean;
  /** Whether the recipient, a person, takes part in the conversation. */
  isInConversation: boolean;
  /**
   * Null: nothing to reply to, or no such message that the sender is a party of. People reply also to
   * what reached an agent or the desk, since they may read it.
   */
  repliedCorrelationId: string | null;
}

interface ResolutionRow {
  recipient_id: string | null;
  kind: MailboxKind;
  mode: "read" | "claim" | "push";
  last_sequence: string;
  recipient_name: string;
  sender_status: SenderStatus | null;
  has_edge: boolean;
  is_in_conversation: boolean;
  replied_correlation_id: string | null;
}

/**
 * Locks the recipients' mailboxes until the commit, in the order of their ids, and reads in the same
 * statement what decides the sends. The answer has one element a send, in the order of `sends`.
 *
 * The lock is NO KEY UPDATE: it excludes other commits to the mailbox, but not foreign key checks.
 * What is looked up is looked up by subqueries, not joins: each is one index probe, whatever the
 * planner makes of the batch's size.
 */
export function resolveSends(sql: Sql, sends: readonly PreparedSend[]): Promise<Resolution[]> {
  return resolve(sql, sends, "for no key update");
}

/** The same without the lock, for who only asks. */
export function previewSends(sql: Sql, sends: readonly PreparedSend[]): Promise<Resolution[]> {
  return resolve(sql, sends, "");
}

async function resolve(
  sql: Sql,
  sends: readonly PreparedSend[],
  lock: "for no key update" | "",
): Promise<Resolution[]> {
  const wanted = sends.map((send, n) => ({
    n,
    tenant_id: send.tenantUuid,
    sender_id: send.sender.uuid,
    sender_kind: send.sender.kind,
    recipient_id: send.recipient?.uuid ?? null,
    correlation_id: send.correlationId,
    reply_to: send.replyTo?.uuid ?? null,
  }));
  const rows = await sql<ResolutionRow[]>`
    with wanted as materialized (
      select
        send.n, send.tenant_id, send.sender_id, send.correlation_id,
        coalesce(send.recipient_id, (
          select desk.id from mailboxes desk where desk.tenant_id = send.tenant_id and desk.kind = 'desk'
        )) as recipient_id,
        case when send.reply_to is not null then (
          select replied.correlation_id from messages replied
          where replied.tenant_id = send.tenant_id
            and replied.id = send.reply_to
            and (
              replied.sender_id = send.sender_id
              or (replied.recipient_id = send.sender_id and replied.sequence is not null)
              or (
                send.sender_kind = 'member' and replied.recipient_kind <> 'member' and replied.sequence is not null
              )
            )
        ) end as replied_correlation_id
      from json_to_recordset(${JSON.stringify(wanted)}::text::json) as send (
        n int, tenant_id uuid, sender_id uuid, sender_kind text, recipient_id uuid, correlation_id text,
        reply_to uuid
      )
    ), locked as materialized (
      select mailbox.*
      from (select distinct tenant_id, recipient_id from wanted order by tenant_id, recipient_id) target
      cross join lateral (
        select tenant_id, id, kind, mode, last_sequence
        from mailboxes
        where tenant_id = target.tenant_id and id = target.recipient_id
          and (kind <> 'member' or exists (
            select from memberships membership
            where membership.tenant_id = mailboxes.tenant_id and membership.id = mailboxes.id
          ))
        ${sql.unsafe(lock)}
      ) mailbox
    )
    select
      locked.id as recipient_id, locked.kind, locked.mode, locked.last_sequence,
      ${sql.unsafe(partyName("locked.tenant_id", "locked.kind", "locked.id"))} as recipient_name,
      wanted.replied_correlation_id,
      (
        select case
          when sender.status = 'active' and sender.quota_hold_until > now() then coalesce(sender.quota_hold, 'active')
          else sender.status
        end
        from agents sender
        where sender.tenant_id = wanted.tenant_id and sender.id = wanted.sender_id
      ) as sender_status,
      coalesce((
        select true from allowlist_edges edge
        where edge.tenant_id = wanted.tenant_id
          and edge.sender_id = wanted.sender_id
          and edge.recipient_id = wanted.recipient_id
      ), false) as has_edge,
      case when locked.kind = 'member' then coalesce((
        select true from messages said
        where said.tenant_id = wanted.tenant_id
          and said.correlation_id = coalesce(wanted.correlation_id, wanted.replied_correlation_id)
          and said.sender_kind = 'member'
          and said.sender_id = wanted.recipient_id
        limit 1
      ), false) else false end as is_in_conversation
    from wanted
    left join locked on locked.tenant_id = wanted.tenant_id and locked.id = wanted.recipient_id
    order by wanted.n
  `;
  return rows.map(toResolution);
}

const toResolution = (row: ResolutionRow): Resolution => ({
  recipient:
    row.recipient_id === null
      ? null
      : {
          uuid: row.recipient_id,
          kind: row.kind,
          mode: row.mode,
          lastSequence: Number(row.last_sequence),
          name: row.recipient_name,
        },
  senderStatus: row.sender_status,
  hasEdge: row.has_edge,
  isInConversation: row.is_in_conversation,
  repliedCorrelationId: row.replied_correlation_id,
});
