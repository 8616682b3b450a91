import { insertAuditEvents } from "#app/domain/audit/insert-audit-events.server.ts";
import { invalidInput, notFound } from "#app/domain/errors.ts";
import type { Sql } from "#db/database.ts";
import { type MailboxId, type MailboxKind, toUuid } from "#db/ids.ts";
import type { Actor, AgentActor, RequestInfo } from "../auth/actor.ts";
import type { MailboxMode } from "./agent-schema.ts";
import type { MarkReadInput } from "./claim-schema.ts";
import { announceHandling, type HandlingChange } from "./handling-change.ts";
import { recordTraffic } from "./record-traffic.server.ts";
import { type HandlingService, requireMode, requireOwnMailbox } from "./require-own-mailbox.server.ts";
import type { DeliveryStatus, MessageType } from "./schema.ts";

/** Sequences a transaction: its mailbox is locked for as long, and its senders wait. */
const chunkSize = 1_000;

export interface ReadMark {
  /** How far the mailbox is read now: never back from what it was. */
  through: number;
  /** Messages that this has acked. */
  messages: number;
}

/**
 * Says how far an agent has read its mailbox of the mode `read`: what comes up to there is acked. The
 * mark moves in steps, each a transaction of its own with its event, so that a long mailbox holds
 * nobody up; cut off in the middle it is where it is, and the same call goes on from there.
 *
 * @throws AppError conflict for a mailbox in another mode, invalid_input beyond its last message; as
 * `requireOwnMailbox`.
 */
export async function markRead(
  { db, bus }: HandlingService,
  actor: Actor,
  mailboxId: MailboxId,
  { through }: MarkReadInput,
  request: RequestInfo,
): Promise<ReadMark> {
  const agent = await requireOwnMailbox(db, actor, mailboxId);
  for (let messages = 0; ; ) {
    const step = await db.asTenantSql(agent.tenantId, (sql) => moveMark(sql, agent, through, request));
    messages += step.acked.length;
    announceHandling(
      bus,
      step.acked.map((row) => changeOf(agent, row)),
    );
    if (step.readThrough >= through) return { through: step.readThrough, messages };
  }
}

interface MailboxRow {
  mode: MailboxMode;
  last_sequence: string;
  /** How far it is read, or purged. */
  read_through: string;
}

interface AckedRow {
  message_id: string;
  sequence: string;
  status_before: DeliveryStatus;
  correlation_id: string;
  sender_kind: MailboxKind;
  sender_id: string;
  type: MessageType;
}

async function moveMark(
  sql: Sql,
  agent: AgentActor,
  through: number,
  request: RequestInfo,
): Promise<{ readThrough: number; acked: AckedRow[] }> {
  const [mailbox] = await sql<MailboxRow[]>`
    select mode, last_sequence, greatest(read_through, purged_through) as read_through
    from mailboxes
    where tenant_id = ${toUuid(agent.tenantId)} and id = ${toUuid(agent.id)} and kind = 'agent'
    for no key update
  `;
  if (mailbox === undefined) throw notFound("mailbox");
  requireMode(mailbox.mode, "read");
  if (through > Number(mailbox.last_sequence))
    throw invalidInput("through", "Is beyond the mailbox's last message.");
  const from = Number(mailbox.read_through);
  if (through <= from) return { readThrough: from, acked: [] };

  const to = Math.min(through, from + chunkSize);
  const acked = await ackRange(sql, agent, from, to);
  await Promise.all([
    sql`
      update mailboxes set read_through = ${to}
      where tenant_id = ${toUuid(agent.tenantId)} and id = ${toUuid(agent.id)}
    `,
    insertAuditEvents(sql, [
      {
        tenantId: agent.tenantId,
        actor: agent,
        action: "mailbox.read",
        resource: { id: agent.id, name: agent.name },
        request,
        details: { through: to, messages: acked.length },
      },
    ]),
    recordTraffic(
      sql,
      acked.flatMap((row) => trafficOf(agent, row)),
    ),
  ]);
  return { readThrough: to, acked };
}

/** Locked in the order of ids, as acks do, which is not quite that of the sequences. */
function ackRange(sql: Sql, agent: AgentActor, from: number, to: number) {
  const tenant = toUuid(agent.tenantId);
  return sql<AckedRow[]>`
    with open as materialized (
      select delivery.message_id, delivery.status
      from deliveries delivery
      where delivery.tenant_id = ${tenant}
        and delivery.recipient_id = ${toUuid(agent.id)}
        and delivery.status in ('pending', 'sent', 'delivered')
        and delivery.sequence > ${from} and delivery.sequence <= ${to}
        and delivery.handling in ('unread', 'leased')
        and (delivery.expires_at is null or delivery.expires_at > now())
      order by delivery.message_id
      for no key update of delivery
    ), acked as (
      update deliveries delivery set
        status = 'delivered', delivered_at = coalesce(delivery.delivered_at, now()),
        handling = 'acked', handled_at = now()
      from open
      where delivery.tenant_id = ${tenant} and delivery.message_id = open.message_id
      returning delivery.message_id, delivery.sequence, open.status as status_before
    )
    select acked.*, message.correlation_id, message.sender_kind, message.sender_id, message.type
    from acked
    join messages message on message.tenant_id = ${tenant} and message.id = acked.message_id
  `;
}

/** What waited for a push when the mailbox changed its mode is delivered by being read. */
const trafficOf = (agent: AgentActor, row: AckedRow) =>
  row.status_before === "delivered"
    ? []
    : [
        {
          tenantUuid: toUuid(agent.tenantId),
          messageUuid: row.message_id,
          senderKind: row.sender_kind,
          senderUuid: row.sender_id,
          recipientKind: "agent" as const,
          recipientUuid: toUuid(agent.id),
          type: row.type,
          from: row.status_before,
          to: "delivered" as const,
        },
      ];

const changeOf = (agent: AgentActor, row: AckedRow): HandlingChange => ({
  tenantUuid: toUuid(agent.tenantId),
  mailboxUuid: toUuid(agent.id),
  messageUuid: row.message_id,
  sequence: Number(row.sequence),
  status: "delivered",
  handling: "acked",
  correlationId: row.correlation_id,
});
