import type { Wake } from "#app/domain/messaging/prepared-send.ts";
import type { Database } from "#db/database.ts";

/** A mailbox and how far its readers are. */
export interface MailboxHead {
  tenantUuid: string;
  mailboxUuid: string;
  head: number;
}

interface StaleRow {
  position: number;
  last_sequence: string;
}

/** Which of these mailboxes have more than their readers know of: the safety net under the wake bus. One query. */
export async function findStaleMailboxes(db: Database, heads: readonly MailboxHead[]): Promise<Wake[]> {
  if (heads.length === 0) return [];
  // As text: the driver takes longer to write thousands of array elements than the query runs.
  const rows = await db.withSql(
    (sql) => sql<StaleRow[]>`
      select held.position::int as position, m.last_sequence::text as last_sequence
      from unnest(
        string_to_array(${heads.map((held) => held.tenantUuid).join()}::text, ',')::uuid[],
        string_to_array(${heads.map((held) => held.mailboxUuid).join()}::text, ',')::uuid[],
        string_to_array(${heads.map((held) => held.head).join()}::text, ',')::bigint[]
      ) with ordinality as held (tenant_id, id, head, position)
      join mailboxes m on m.tenant_id = held.tenant_id and m.id = held.id
      where m.last_sequence > held.head
    `,
    { readOnly: true },
  );
  return rows.flatMap(({ position, last_sequence }) => {
    const stale = heads[position - 1];
    return stale === undefined
      ? []
      : [{ tenantUuid: stale.tenantUuid, mailboxUuid: stale.mailboxUuid, sequence: Number(last_sequence) }];
  });
}
