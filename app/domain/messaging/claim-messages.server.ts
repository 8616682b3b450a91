import type { AnyAuditEvent } from "#app/domain/audit/audit-event.ts";
import { insertAuditEvents } from "#app/domain/audit/insert-audit-events.server.ts";
import { notFound } from "#app/domain/errors.ts";
import type { Sql } from "#db/database.ts";
import { type MailboxId, toTypeId, toUuid } from "#db/ids.ts";
import type { Actor, AgentActor, RequestInfo } from "../auth/actor.ts";
import type { MailboxMode } from "./agent-schema.ts";
import { type ClaimedMessage, type ClaimInput, leasesUsedUp, maxLeases } from "./claim-schema.ts";
import { announceHandling, type HandlingChange } from "./handling-change.ts";
import { isoTime, type MessageRow, messageColumns, toMessageView } from "./message-row.ts";
import { recordTraffic } from "./record-traffic.server.ts";
import { type HandlingService, requireMode, requireOwnMailbox } from "./require-own-mailbox.server.ts";
import type { DeliveryStatus } from "./schema.ts";

/**
 * Hands out messages of the agent's own mailbox, the most urgent first, each under a lease of its own:
 * until that ends nobody else gets it. One that was handed out too often without an ack is not handed
 * out any more but dead. What other replicas are just being given is passed over, not waited for.
 *
 * @throws AppError conflict when the mailbox is not in the mode `claim`; as `requireOwnMailbox`.
 */
export async function claimMessages(
  { db, bus }: HandlingService,
  actor: Actor,
  mailboxId: MailboxId,
  input: ClaimInput,
  request: RequestInfo,
): Promise<{ messages: ClaimedMessage[] }> {
  const agent = await requireOwnMailbox(db, actor, mailboxId);
  const rows = await db.asTenantSql(agent.tenantId, async (sql) => {
    const claimed = await claim(sql, agent, input);
    await Promise.all([
      insertAuditEvents(sql, auditOf(agent, claimed, input, request)),
      recordTraffic(
        sql,
        claimed.flatMap((row) => trafficOf(agent, row)),
      ),
    ]);
    return claimed;
  });
  announceHandling(
    bus,
    rows.map((row) => changeOf(agent, row)),
  );
  return { messages: rows.filter(isHandedOut).map(toClaimedMessage) };
}

type ClaimRow = MessageRow & {
  status_before: DeliveryStatus;
  leases: number;
  lease_id: string | null;
  lease_ends_at: string;
};

const isHandedOut = (row: ClaimRow): boolean => row.handling === "leased";

/** Dead ones must not make an answer look as if there were no more: what they took is claimed once more. */
async function claim(sql: Sql, agent: AgentActor, input: ClaimInput): Promise<ClaimRow[]> {
  const rows: ClaimRow[] = [];
  for (let missing = input.limit; ; ) {
    const found = await claimBatch(sql, agent, { ...input, limit: missing });
    rows.push(...found);
    const died = found.filter((row) => !isHandedOut(row)).length;
    if (died === 0 || found.length < missing) return rows;
    missing = died;
  }
}

/**
 * In the order of `deliveries_open_idx`. What is leased or delayed stands in it too and is passed over:
 * that costs as much as is being worked on, not as much as waits.
 */
async function claimBatch(
  sql: Sql,
  agent: AgentActor,
  { limit, leaseSeconds }: ClaimInput,
): Promise<ClaimRow[]> {
  const tenant = toUuid(agent.tenantId);
  const rows = await sql<({ mode: MailboxMode; priority_rank: number } & (ClaimRow | { id: null }))[]>`
    with mailbox as materialized (
      select mailbox.mode from mailboxes mailbox
      where mailbox.tenant_id = ${tenant} and mailbox.id = ${toUuid(agent.id)} and mailbox.kind = 'agent'
    ), due as materialized (
      select delivery.message_id, delivery.status
      from deliveries delivery
      where delivery.tenant_id = ${tenant}
        and delivery.recipient_id = ${toUuid(agent.id)}
        and delivery.handling in ('unread', 'leased')
        and delivery.status in ('pending', 'sent', 'delivered')
        and delivery.available_at <= now()
        and (delivery.expires_at is null or delivery.expires_at > now())
        and (select mailbox.mode from mailbox) = 'claim'
      order by delivery.priority_rank, delivery.sequence
      limit ${limit}
      for no key update of delivery skip locked
    ), claimed as (
      update deliveries delivery set
        status = 'delivered',
        delivered_at = coalesce(delivery.delivered_at, now()),
        handling = case when delivery.leases < ${maxLeases} then 'leased' else 'dead' end,
        leases = least(delivery.leases + 1, ${maxLeases}),
        lease_id = case when delivery.leases < ${maxLeases} then gen_random_uuid() end,
        available_at = now() + make_interval(secs => ${leaseSeconds}),
        reason = case when delivery.leases < ${maxLeases} then delivery.reason else ${leasesUsedUp} end,
        handled_at = case when delivery.leases < ${maxLeases} then delivery.handled_at else now() end
      from due
      where delivery.tenant_id = ${tenant} and delivery.message_id = due.message_id
      returning delivery.*, due.status as status_before
    )
    select mailbox.mode, listed.*
    from mailbox
    left join (
      select ${sql.unsafe(messageColumns)}, delivery.status_before, delivery.leases, delivery.lease_id,
        delivery.priority_rank, ${sql.unsafe(isoTime("delivery.available_at"))} as lease_ends_at
      from claimed delivery
      join messages message on message.tenant_id = delivery.tenant_id and message.id = delivery.message_id
    ) listed on true
    order by listed.priority_rank, listed.sequence
  `;
  const [first] = rows;
  if (first === undefined) throw notFound("mailbox");
  requireMode(first.mode, "claim");
  return rows.flatMap(({ mode, priority_rank, ...row }) => (row.id === null ? [] : [row]));
}

function toClaimedMessage(row: ClaimRow): ClaimedMessage {
  const { status_before, leases, lease_id, lease_ends_at, ...message } = row;
  if (lease_id === null) throw new Error("a message was handed out without a lease");
  return {
    ...toMessageView(message),
    lease: { id: toTypeId("lse", lease_id), expiresAt: lease_ends_at, count: leases },
  };
}

function auditOf(
  agent: AgentActor,
  rows: readonly ClaimRow[],
  { leaseSeconds }: ClaimInput,
  request: RequestInfo,
): AnyAuditEvent[] {
  const common = { tenantId: agent.tenantId, actor: agent, request };
  const handedOut = rows.filter(isHandedOut).length;
  const events: AnyAuditEvent[] = rows
    .filter((row) => !isHandedOut(row))
    .map((row) => ({
      ...common,
      action: "message.dead",
      resource: { id: toTypeId("msg", row.id) },
      correlationId: row.correlation_id,
      details: { recipientId: agent.id, leases: row.leases },
    }));
  if (handedOut > 0)
    events.push({
      ...common,
      action: "mailbox.claimed",
      resource: { id: agent.id, name: agent.name },
      details: { messages: handedOut, leaseSeconds },
    });
  return events;
}

/** What waited for a push when the mailbox changed its mode is delivered by being handed out. */
const trafficOf = (agent: AgentActor, row: ClaimRow) =>
  row.status_before === row.status
    ? []
    : [
        {
          tenantUuid: toUuid(agent.tenantId),
          messageUuid: row.id,
          senderKind: row.sender_kind,
          senderUuid: row.sender_id,
          recipientKind: row.recipient_kind,
          recipientUuid: row.recipient_id,
          type: row.type,
          from: row.status_before,
          to: row.status,
        },
      ];

const changeOf = (agent: AgentActor, row: ClaimRow): HandlingChange => ({
  tenantUuid: toUuid(agent.tenantId),
  mailboxUuid: row.recipient_id,
  messageUuid: row.id,
  sequence: row.sequence === null ? null : Number(row.sequence),
  status: row.status,
  handling: row.handling,
  correlationId: row.correlation_id,
});
