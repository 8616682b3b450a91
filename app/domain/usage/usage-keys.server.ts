import type { Sql } from "#db/database.ts";
import type { PreparedUsage } from "./prepared-usage.ts";

export type KeyedUsage = PreparedUsage & { event: { idempotencyKey: string } };

export const hasUsageKey = (one: PreparedUsage): one is KeyedUsage => one.event.idempotencyKey !== undefined;

/** What a key's uniqueness is within. */
export const usageKeyScope = ({ call, agentUuid, event }: KeyedUsage): string =>
  `${call.tenantUuid} ${agentUuid} ${event.idempotencyKey}`;

/**
 * Claims the keys of these events, each of them once in the list, in the order of the keys; gives the ids
 * of the events whose claim won. One that another transaction is just claiming is waited for.
 */
export async function claimUsageKeys(sql: Sql, events: readonly KeyedUsage[]): Promise<Set<string>> {
  if (events.length === 0) return new Set();
  const won = await sql<{ event_id: string }[]>`
    insert into usage_keys (tenant_id, agent_id, key, event_id)
    select tenant_id, agent_id, key, event_id
    from ${claimsOf(sql, events)}
    order by tenant_id, agent_id, key
    on conflict (tenant_id, agent_id, key) do nothing
    returning event_id
  `;
  return new Set(won.map((row) => row.event_id));
}

/** The events that were counted by these keys before, in the order of `events`. */
export async function readFirstEvents(
  sql: Sql,
  events: readonly KeyedUsage[],
): Promise<(string | undefined)[]> {
  if (events.length === 0) return [];
  const rows = await sql<{ event_id: string; first_id: string }[]>`
    select claim.event_id, used.event_id as first_id
    from ${claimsOf(sql, events)}
    join usage_keys used
      on used.tenant_id = claim.tenant_id and used.agent_id = claim.agent_id and used.key = claim.key
  `;
  const first = new Map(rows.map((row) => [row.event_id, row.first_id]));
  return events.map(({ eventUuid }) => first.get(eventUuid));
}

const claimsOf = (sql: Sql, events: readonly KeyedUsage[]) => {
  const claims = events.map(({ call, agentUuid, eventUuid, event }) => ({
    tenant_id: call.tenantUuid,
    agent_id: agentUuid,
    key: event.idempotencyKey,
    event_id: eventUuid,
  }));
  return sql`json_to_recordset(${JSON.stringify(claims)}::text::json) as claim (
    tenant_id uuid, agent_id uuid, key text, event_id uuid
  )`;
};
