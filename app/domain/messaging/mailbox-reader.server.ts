import type { Sql } from "#db/database.ts";
import { type MessageRow, messageColumns, messagesWithDelivery, toMessageView } from "./message-row.ts";
import type { MessageView } from "./schema.ts";

/** What a reader lacks of one mailbox. */
export interface TailRequest {
  tenantUuid: string;
  mailboxUuid: string;
  afterSequence: number;
  limit: number;
}

export interface MailboxTail {
  /** Oldest first, expired ones included with that status. */
  messages: MessageView[];
  /** The mailbox's last sequence at the same moment. */
  lastSequence: number;
  /** What retention has taken: sequences up to here are gone. */
  purgedThrough: number;
}

type TailRow = { mailbox_id: string; last_sequence: string; purged_through: string } & (
  | MessageRow
  | { id: null }
);

/**
 * Reads the tails of any number of mailboxes in one statement; a mailbox that is not there is not
 * in the answer. As the system role: the tenant of each request is part of the condition.
 */
export async function readMailboxTails(
  sql: Sql,
  requests: readonly TailRequest[],
): Promise<Map<string, MailboxTail>> {
  const wanted = requests.map((request) => ({
    tenant_id: request.tenantUuid,
    mailbox_id: request.mailboxUuid,
    after_sequence: request.afterSequence,
    count: request.limit,
  }));
  const rows = await sql<TailRow[]>`
    select mailbox.id as mailbox_id, mailbox.last_sequence, mailbox.purged_through, tail.*
    from json_to_recordset(${JSON.stringify(wanted)}::text::json) as wanted (
      tenant_id uuid, mailbox_id uuid, after_sequence bigint, count int
    )
    join mailboxes mailbox on mailbox.tenant_id = wanted.tenant_id and mailbox.id = wanted.mailbox_id
    left join lateral (
      select ${sql.unsafe(messageColumns)}
      from ${sql.unsafe(messagesWithDelivery)}
      where message.tenant_id = wanted.tenant_id
        and message.recipient_id = wanted.mailbox_id
        -- What a hold has kept from retention lies below the mark: not in the mailbox any more.
        and message.sequence > greatest(wanted.after_sequence, mailbox.purged_through)
      order by message.sequence
      limit wanted.count
    ) tail on true
  `;
  const tails = new Map<string, MailboxTail>();
  for (const row of rows) {
    let tail = tails.get(row.mailbox_id);
    if (tail === undefined) {
      tail = {
        messages: [],
        lastSequence: Number(row.last_sequence),
        purgedThrough: Number(row.purged_through),
      };
      tails.set(row.mailbox_id, tail);
    }
    if (row.id !== null) tail.messages.push(toMessageView(row));
  }
  return tails;
}
