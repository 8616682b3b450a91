import type { Database } from "#db/database.ts";
import { type AgentId, firstUuidOf, toTypeId, toUuid } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import type { AgentActivity } from "./agent-schema.ts";
import { isoTime } from "./message-row.ts";
import { receivedSince } from "./received-since.ts";

const dayMs = 24 * 3600 * 1000;

/** What an agent sent is counted up to here. */
export const maxSentCounted = 2_000;

interface ActivityRow {
  id: string;
  last_active_at: string | null;
  sent: number;
  received: string;
}

/**
 * What these agents have done in the 24 hours up to `now`, and when they were last active at all.
 * One statement for a page of agents; those that are not the tenant's are left out.
 */
export async function readAgentActivity(
  db: Database,
  actor: Actor,
  agentIds: readonly AgentId[],
  now: Date,
): Promise<AgentActivity[]> {
  if (agentIds.length === 0) return [];
  const sinceMs = now.getTime() - dayMs;
  const rows = await db.asTenantSql(
    actor.tenantId,
    (sql) => sql<ActivityRow[]>`
      select
        mailbox.id,
        ${sql.unsafe(isoTime("greatest(lately.sent_at, lately.key_used_at)"))} as last_active_at,
        lately.sent,
        ${sql.unsafe(receivedSince("since.at"))} as received
      from mailboxes mailbox
      cross join (select ${new Date(sinceMs).toISOString()}::timestamptz as at) since
      cross join lateral (
        select
          (
            select message.created_at from messages message
            where message.tenant_id = mailbox.tenant_id and message.sender_id = mailbox.id
            order by message.id desc limit 1
          ) as sent_at,
          (
            select max(key.last_used_at) from api_keys key
            where key.tenant_id = mailbox.tenant_id and key.agent_id = mailbox.id
          ) as key_used_at,
          (
            select count(*)::int from (
              select from messages message
              where message.tenant_id = mailbox.tenant_id
                and message.sender_id = mailbox.id
                and message.id >= ${firstUuidOf(sinceMs)}
              limit ${maxSentCounted + 1}
            ) counted
          ) as sent
      ) lately
      where mailbox.tenant_id = ${toUuid(actor.tenantId)}
        and mailbox.id = any(${agentIds.map((id) => toUuid(id))}::uuid[])
        and mailbox.kind = 'agent'
    `,
    { readOnly: true },
  );
  return rows.map((row) => ({
    agentId: toTypeId("agt", row.id),
    lastActiveAt: row.last_active_at,
    sent: Math.min(row.sent, maxSentCounted),
    sentIsExact: row.sent <= maxSentCounted,
    received: Number(row.received),
  }));
}
