import { randomBytes } from "node:crypto";
import type { AgentActor } from "#app/domain/auth/actor.ts";
import { firstUuidOf, type MessageId, toTypeId, toUuid } from "#db/ids.ts";
import type { TestDatabase } from "#tests/setup/database.ts";

const DAY_MS = 86_400_000;

interface Aged {
  days: number;
  count?: number;
  correlationId?: string;
  blocked?: boolean;
}

/** Messages as if they had been sent so many days ago, put straight into the table; nobody waits for a month. */
export async function addAged(
  { owner }: TestDatabase,
  from: AgentActor,
  to: AgentActor,
  { days, count = 1, correlationId = "aged", blocked = false }: Aged,
): Promise<MessageId[]> {
  const [tenant, sender, recipient] = [toUuid(to.tenantId), toUuid(from.id), toUuid(to.id)];
  return owner.begin(async (sql) => {
    const [mailbox] = await sql<{ last_sequence: string }[]>`
      select last_sequence from mailboxes where id = ${recipient} for no key update`;
    const first = Number(mailbox?.last_sequence) + 1;
    const rows = Array.from({ length: count }, (_, n) => ({
      id: uuidAt(Date.now() - days * DAY_MS + n),
      sequence: blocked ? null : first + n,
    }));
    await sql`
      insert into messages (tenant_id, id, sender_kind, sender_id, recipient_kind, recipient_id, sequence, type,
        kind, priority, payload, correlation_id, created_at)
      select ${tenant}, id, 'agent', ${sender}, 'agent', ${recipient}, sequence, 'status_update', 'event', 'normal',
        '{"status": "secret"}', ${correlationId}, now() - make_interval(days => ${days})
      from json_to_recordset(${JSON.stringify(rows)}::text::json) as row (id uuid, sequence bigint)`;
    await sql`
      insert into deliveries (tenant_id, message_id, recipient_id, sequence, status, priority_rank)
      select ${tenant}, id, ${recipient}, sequence, ${blocked ? "blocked" : "delivered"}, 2
      from json_to_recordset(${JSON.stringify(rows)}::text::json) as row (id uuid, sequence bigint)`;
    if (!blocked)
      await sql`update mailboxes set last_sequence = ${first + count - 1} where id = ${recipient}`;
    return rows.map(({ id }) => toTypeId("msg", id));
  });
}

/** A UUIDv7 of that moment. */
function uuidAt(ms: number): string {
  const tail = randomBytes(9).toString("hex");
  return `${firstUuidOf(ms).slice(0, 14)}7${tail.slice(0, 3)}-8${tail.slice(3, 6)}-${tail.slice(6, 18)}`;
}
