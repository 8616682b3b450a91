import { readFileSync } from "node:fs";
import { join } from "node:path";
import postgres from "postgres";
import { z } from "zod";
import { type AgentId, toUuid } from "#db/ids.ts";

const keptSchema = z.object({ ownerPassword: z.string(), port: z.number() });

interface Fill {
  senderId: string;
  recipientId: string;
  count: number;
  /** One conversation for all of them; without it each has its own. */
  correlationId?: string;
}

/**
 * Messages as if they had been sent one a second until now, put straight into the server's embedded
 * PostgreSQL: sending 100,000 of them would take the test longer than what it is about.
 */
export async function fillMailbox(
  dataDir: string,
  { senderId, recipientId, count, correlationId }: Fill,
): Promise<void> {
  const { ownerPassword, port } = keptSchema.parse(
    JSON.parse(readFileSync(join(dataDir, "postgres.json"), "utf8")),
  );
  const sql = postgres({
    host: "127.0.0.1",
    port,
    database: "signalbox",
    username: "signalbox_owner",
    password: ownerPassword,
    max: 1,
    onnotice: () => {},
  });
  const sender = toUuid(senderId as AgentId);
  const recipient = toUuid(recipientId as AgentId);
  try {
    await sql.begin(async (tx) => {
      await tx`
        create temp table filled on commit drop as
        select
          mailbox.tenant_id,
          mailbox.last_sequence + n as sequence,
          at,
          -- A UUIDv7 of that moment.
          (lpad(to_hex(floor(extract(epoch from at) * 1000)::bigint), 12, '0') || '7'
            || lpad(to_hex(n % 4096), 3, '0') || '8' || substr(md5(${recipient} || n), 1, 15))::uuid as id,
          n
        from mailboxes mailbox
        cross join lateral (
          select n, now() - (${count} - n) * interval '1 second' as at from generate_series(1, ${count}::int) n
        ) moment
        where mailbox.id = ${recipient}`;
      await tx`
        insert into messages (tenant_id, id, sender_kind, sender_id, recipient_kind, recipient_id, sequence,
          type, kind, priority, payload, correlation_id, created_at)
        select tenant_id, id, 'agent', ${sender}, 'agent', ${recipient}, sequence,
          'task_handoff', 'command', 'normal',
          jsonb_build_object('taskId', 'T-' || n, 'description', 'Message number ' || n, 'priority', 'medium'),
          coalesce(${correlationId ?? null}, 'filled-' || id), at
        from filled`;
      await tx`
        insert into deliveries (tenant_id, message_id, recipient_id, sequence, status, priority_rank, delivered_at)
        select tenant_id, id, ${recipient}, sequence, 'delivered', 2, at from filled`;
      await tx`update mailboxes set last_sequence = last_sequence + ${count} where id = ${recipient}`;
    });
    await sql`analyze messages, deliveries`;
  } finally {
    await sql.end();
  }
}
