import { randomUUID } from "node:crypto";
import type postgres from "postgres";
import { newUuid } from "#db/ids.ts";
import { type BenchKey, insertAgents, insertKeys, insertTenant } from "./population.ts";

export interface FullMailboxes {
  tenantUuid: string;
  agents: BenchKey[];
  messagesEach: number;
}

const CHUNK = 200_000;

/**
 * Agents whose mailboxes hold `messages` in all, the same number each, sent in turns: neighbours in a
 * mailbox are far apart in the table, as they are in life. Written as SQL, by the owner.
 */
export async function createFullMailboxes(
  owner: postgres.Sql,
  { mailboxes, messages }: { mailboxes: number; messages: number },
): Promise<FullMailboxes> {
  const tenantUuid = newUuid();
  const uuids = Array.from({ length: mailboxes }, () => newUuid());
  const agents = await owner.begin(async (sql) => {
    await insertTenant(sql, tenantUuid, `bench-${randomUUID()}`);
    await insertAgents(sql, tenantUuid, uuids);
    return insertKeys(sql, tenantUuid, uuids);
  });
  const messagesEach = Math.floor(messages / mailboxes);
  const startMs = Date.now() - messages;
  for (let from = 0; from < messagesEach * mailboxes; from += CHUNK) {
    const to = Math.min(from + CHUNK, messagesEach * mailboxes) - 1;
    await owner.begin(async (sql) => {
      // What is loaded need not be on the disk before the next is.
      await sql`set local synchronous_commit to off`;
      await sql`
        with made as (
          select n, n / ${mailboxes} + 1 as sequence,
            (${uuids}::uuid[])[n % ${mailboxes} + 1] as recipient_id,
            (${uuids}::uuid[])[(n / ${mailboxes}) % ${mailboxes} + 1] as sender_id,
            (lpad(to_hex(${startMs}::bigint + n), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid as id,
            to_timestamp((${startMs}::bigint + n) / 1000.0) as at
          from generate_series(${from}::int, ${to}::int) as n
        ), written as (
          insert into messages (
            tenant_id, id, sender_kind, sender_id, recipient_kind, recipient_id, sequence, type, kind,
            priority, payload, correlation_id, created_at
          )
          select
            ${tenantUuid}, id, 'agent', sender_id, 'agent', recipient_id, sequence, 'task_handoff', 'command',
            'normal',
            jsonb_build_object('taskId', 'NW-' || n, 'description', 'Stop the gripper from re-homing', 'priority', 'low'),
            'conversation-' || n / 5, at
          from made
        )
        insert into deliveries (
          tenant_id, message_id, recipient_id, sequence, status, priority_rank, available_at, delivered_at
        )
        select ${tenantUuid}, id, recipient_id, sequence, 'delivered', 2, at, at from made
      `;
    });
  }
  await owner`update mailboxes set last_sequence = ${messagesEach} where tenant_id = ${tenantUuid} and kind = 'agent'`;
  // So that neither contender pays for visibility checks that time would have settled.
  await owner`vacuum analyze messages`;
  await owner`vacuum analyze deliveries`;
  await owner`analyze`;
  return { tenantUuid, agents, messagesEach };
}
