import type { Sql } from "#db/database.ts";
import { firstUuidOf, type MailboxKind, toMailboxId, toTypeId, toUuid } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import { problemStatuses } from "./message-list-schema.ts";
import { isoTime, partyName } from "./message-row.ts";
import type { OverviewProblems, ProblemGroup } from "./overview-schema.ts";
import type { DeliveryStatus, MessageType } from "./schema.ts";
import { visibleTo } from "./visible-messages.server.ts";

/** The latest are looked at: an agent that runs wild can be refused any number of times. */
const maxLookedAt = 2_000;
const shownGroups = 5;

interface GroupRow {
  sender_kind: MailboxKind;
  sender_id: string;
  sender_name: string;
  recipient_kind: MailboxKind;
  recipient_id: string;
  recipient_name: string;
  status: DeliveryStatus;
  reason: string | null;
  count: string;
  last_id: string;
  last_type: MessageType;
  last_at: string;
  is_resolved: boolean;
  group_count: string;
  total: string;
}

/** What was blocked, failed or expired since a moment, gathered by who, to whom and why. */
export async function readProblems(sql: Sql, actor: Actor, sinceMs: number): Promise<OverviewProblems> {
  const tenant = toUuid(actor.tenantId);
  const since = firstUuidOf(sinceMs);
  const ranges = problemStatuses.map(
    (status) => sql`
      (select delivery.message_id, delivery.status, delivery.reason from deliveries delivery
      where delivery.tenant_id = ${tenant} and ${sql.unsafe(`delivery.status = '${status}'`)}
        and delivery.message_id >= ${since}
      order by delivery.message_id desc limit ${maxLookedAt})`,
  );
  const rows = await sql<GroupRow[]>`
    with recent as materialized (
      select * from (${ranges.reduce((all, one) => sql`${all} union all ${one}`)}) problem
      order by message_id desc
      limit ${maxLookedAt}
    ), grouped as (
      select
        message.sender_kind, message.sender_id, message.recipient_kind, message.recipient_id,
        recent.status, recent.reason, count(*) as count,
        (array_agg(message.id order by message.id desc))[1] as last_id
      from recent
      join messages message on message.tenant_id = ${tenant} and message.id = recent.message_id
      where ${visibleTo(sql, actor)}
      group by
        message.sender_kind, message.sender_id, message.recipient_kind, message.recipient_id,
        recent.status, recent.reason
    ), judged as (
      select grouped.*, case grouped.reason
        when 'no_allowlist_edge' then exists (
          select from allowlist_edges edge
          where edge.tenant_id = ${tenant}
            and edge.sender_id = grouped.sender_id and edge.recipient_id = grouped.recipient_id
        )
        when 'agent_paused' then exists (
          select from agents agent
          where agent.tenant_id = ${tenant} and agent.id = grouped.sender_id and agent.status = 'active'
        )
        else false
      end as is_resolved
      from grouped
    ), shown as (
      select judged.*, count(*) over () as group_count, sum(judged.count) over () as total
      from judged
      order by judged.is_resolved, judged.last_id desc
      limit ${shownGroups}
    )
    select
      shown.*, message.type as last_type, ${sql.unsafe(isoTime("message.created_at"))} as last_at,
      ${sql.unsafe(partyName("message.tenant_id", "shown.sender_kind", "shown.sender_id"))} as sender_name,
      ${sql.unsafe(partyName("message.tenant_id", "shown.recipient_kind", "shown.recipient_id"))}
        as recipient_name
    from shown
    join messages message on message.tenant_id = ${tenant} and message.id = shown.last_id
    order by shown.is_resolved, shown.last_id desc
  `;
  const count = Number(rows[0]?.total ?? 0);
  return {
    groups: rows.map(toGroup),
    groupCount: Number(rows[0]?.group_count ?? 0),
    count,
    isExact: count < maxLookedAt,
  };
}

const toGroup = (row: GroupRow): ProblemGroup => ({
  sender: {
    id: toMailboxId(row.sender_kind, row.sender_id),
    kind: row.sender_kind,
    name: row.sender_name,
  },
  recipient: {
    id: toMailboxId(row.recipient_kind, row.recipient_id),
    kind: row.recipient_kind,
    name: row.recipient_name,
  },
  status: row.status,
  reason: row.reason,
  count: Number(row.count),
  last: { id: toTypeId("msg", row.last_id), type: row.last_type, at: row.last_at },
  isResolved: row.is_resolved,
});
