import { insertAuditEvents } from "#app/domain/audit/insert-audit-events.server.ts";
import { notFound } from "#app/domain/errors.ts";
import type { Sql } from "#db/database.ts";
import { type MailboxId, type MailboxKind, type MessageId, toMailboxId, toTypeId, toUuid } from "#db/ids.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import { maxReplayed, type ReplayedMailbox, type ReplayedMessage } from "./dead-letter-schema.ts";
import { announceHandling, type HandlingChange } from "./handling-change.ts";
import { mayReadMailbox, requireScope } from "./mailbox-access.ts";
import { wakePush } from "./push/wake-push.server.ts";
import { recordTraffic } from "./record-traffic.server.ts";
import { type HandlingService, mailboxExists } from "./require-own-mailbox.server.ts";
import type { DeliveryStatus, MessageType } from "./schema.ts";
import { visibleTo } from "./visible-messages.server.ts";

/**
 * Lets dead letters live again, each with its id, its sequence and all its leases and attempts before
 * it: a mailbox in the mode `push` is pushed to, any other has the message unread. A TTL that has passed
 * begins anew. People need the right to change agents; an agent replays its own mailbox's.
 *
 * @throws AppError forbidden.
 */
export async function replayMessages(
  { db, bus }: HandlingService,
  actor: Actor,
  messageIds: readonly MessageId[],
  request: RequestInfo,
): Promise<{ messages: ReplayedMessage[] }> {
  requireReplayRight(actor);
  const uuids = [...new Set(messageIds.map(toUuid))];
  const { replayed, known } = await db.asTenantSql(actor.tenantId, async (sql) => {
    const replayed = await replay(sql, actor, uuids, request);
    return { replayed, known: replayed.length < uuids.length ? await findKnown(sql, actor, uuids) : uuids };
  });
  announceReplayed({ bus }, actor, replayed);
  const done = new Set(replayed.map((row) => row.message_id));
  const there = new Set(known);
  return {
    messages: messageIds.map((messageId) => {
      const uuid = toUuid(messageId);
      return {
        messageId,
        outcome: done.has(uuid) ? "replayed" : there.has(uuid) ? "not_dead" : "not_found",
      };
    }),
  };
}

/**
 * Replays all dead letters of a mailbox, oldest first, in transactions of a bounded size.
 *
 * @throws AppError forbidden; not_found for a mailbox that the actor may not read, as for one that is
 * not there.
 */
export async function replayMailbox(
  { db, bus }: HandlingService,
  actor: Actor,
  recipientId: MailboxId,
  request: RequestInfo,
): Promise<ReplayedMailbox> {
  requireReplayRight(actor);
  if (!mayReadMailbox(actor, recipientId) || !(await mailboxExists(db, actor, recipientId)))
    throw notFound("mailbox");
  let after: string | undefined;
  for (let replayed = 0; ; ) {
    const step = await db.asTenantSql(actor.tenantId, async (sql) => {
      const uuids = await findDead(sql, actor, recipientId, after);
      return { uuids, rows: await replay(sql, actor, uuids, request) };
    });
    announceReplayed({ bus }, actor, step.rows);
    replayed += step.rows.length;
    if (step.uuids.length < maxReplayed) return { recipientId, replayed };
    // Never the same one twice, also when it has died again meanwhile.
    after = step.uuids.at(-1);
  }
}

const requireReplayRight = (actor: Actor): void =>
  requireScope(actor, actor.kind === "agent" ? "messages:read" : "agents:write");

interface ReplayedRow {
  message_id: string;
  recipient_kind: MailboxKind;
  recipient_id: string;
  sequence: string | null;
  status: DeliveryStatus;
  status_before: DeliveryStatus;
  correlation_id: string;
  sender_kind: MailboxKind;
  sender_id: string;
  type: MessageType;
}

async function replay(
  sql: Sql,
  actor: Actor,
  uuids: readonly string[],
  request: RequestInfo,
): Promise<ReplayedRow[]> {
  if (uuids.length === 0) return [];
  await holdModes(sql, actor, uuids);
  const tenant = toUuid(actor.tenantId);
  const rows = await sql<ReplayedRow[]>`
    with dead as materialized (
      select delivery.message_id, delivery.status, message.expires_at - message.created_at as ttl,
        message.recipient_kind, message.sender_kind, message.sender_id, message.type, message.correlation_id
      from deliveries delivery
      join messages message on message.tenant_id = delivery.tenant_id and message.id = delivery.message_id
      where delivery.tenant_id = ${tenant}
        and delivery.message_id = any(${uuids}::uuid[])
        and delivery.handling = 'dead'
        and ${replayableBy(sql, actor)}
      order by delivery.message_id
      for no key update of delivery
    ), replayed as (
      update deliveries delivery set
        status = case mailbox.mode when 'push' then 'pending' else 'delivered' end,
        delivered_at = case mailbox.mode when 'push' then null else coalesce(delivery.delivered_at, now()) end,
        handling = 'unread', handled_at = null, reason = null,
        attempts = 0, leases = 0, lease_id = null,
        available_at = now(),
        expires_at = case when delivery.expires_at <= now() then now() + dead.ttl else delivery.expires_at end
      from dead, mailboxes mailbox
      where delivery.tenant_id = ${tenant} and delivery.message_id = dead.message_id
        and mailbox.tenant_id = ${tenant} and mailbox.id = delivery.recipient_id
      returning delivery.message_id, delivery.recipient_id, delivery.sequence, delivery.status
    )
    select replayed.*, dead.status as status_before, dead.recipient_kind, dead.correlation_id, dead.sender_kind,
      dead.sender_id, dead.type
    from replayed
    join dead on dead.message_id = replayed.message_id
  `;
  const pending = rows.filter(({ status }) => status === "pending").map((row) => row.recipient_id);
  await Promise.all([
    insertAuditEvents(
      sql,
      rows.map((row) => auditOf(actor, row, request)),
    ),
    recordTraffic(
      sql,
      rows.filter((row) => row.status !== row.status_before).map((row) => trafficOf(actor, row)),
    ),
    wakePush(
      sql,
      [...new Set(pending)].sort().map((agentUuid) => ({ tenantUuid: tenant, agentUuid })),
    ),
  ]);
  return rows;
}

/** Whoever changes a mailbox's mode holds its agent's row: until the commit the modes stay as they are read. */
const holdModes = (sql: Sql, actor: Actor, uuids: readonly string[]) => sql`
  select from agents agent
  where agent.tenant_id = ${toUuid(actor.tenantId)}
    and agent.id in (
      select delivery.recipient_id from deliveries delivery
      where delivery.tenant_id = ${toUuid(actor.tenantId)} and delivery.message_id = any(${uuids}::uuid[])
    )
  order by agent.id
  for share
`;

/** A condition on `message`: an agent's own mailbox's; of the others, what a person may see. */
function replayableBy(sql: Sql, actor: Actor) {
  return actor.kind === "agent" ? sql`message.recipient_id = ${toUuid(actor.id)}` : visibleTo(sql, actor);
}

async function findKnown(sql: Sql, actor: Actor, uuids: readonly string[]): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select message.id from messages message
    where message.tenant_id = ${toUuid(actor.tenantId)}
      and message.id = any(${uuids}::uuid[])
      and ${replayableBy(sql, actor)}
  `;
  return rows.map(({ id }) => id);
}

async function findDead(
  sql: Sql,
  actor: Actor,
  recipientId: MailboxId,
  after: string | undefined,
): Promise<string[]> {
  const rows = await sql<{ message_id: string }[]>`
    select delivery.message_id from deliveries delivery
    where delivery.tenant_id = ${toUuid(actor.tenantId)}
      and delivery.handling = 'dead'
      and delivery.recipient_id = ${toUuid(recipientId)}
      ${after === undefined ? sql`` : sql`and delivery.message_id > ${after}`}
    order by delivery.message_id
    limit ${maxReplayed}
  `;
  return rows.map(({ message_id }) => message_id);
}

const auditOf = (actor: Actor, row: ReplayedRow, request: RequestInfo) => ({
  tenantId: actor.tenantId,
  actor,
  action: "message.replayed" as const,
  resource: { id: toTypeId("msg", row.message_id) },
  request,
  correlationId: row.correlation_id,
  details: {
    recipientId: toMailboxId(row.recipient_kind, row.recipient_id),
    from: row.status_before === "failed" ? ("failed" as const) : ("dead" as const),
  },
});

/** Without a time to deliver: that a person came by late is not how long the delivery took. */
const trafficOf = (actor: Actor, row: ReplayedRow) => ({
  tenantUuid: toUuid(actor.tenantId),
  messageUuid: row.message_id,
  senderKind: row.sender_kind,
  senderUuid: row.sender_id,
  recipientKind: row.recipient_kind,
  recipientUuid: row.recipient_id,
  type: row.type,
  from: row.status_before,
  to: row.status,
});

function announceReplayed(
  { bus }: Pick<HandlingService, "bus">,
  actor: Actor,
  rows: readonly ReplayedRow[],
): void {
  const changes = rows.map(
    (row): HandlingChange => ({
      tenantUuid: toUuid(actor.tenantId),
      mailboxUuid: row.recipient_id,
      messageUuid: row.message_id,
      sequence: row.sequence === null ? null : Number(row.sequence),
      status: row.status,
      handling: "unread",
      correlationId: row.correlation_id,
    }),
  );
  announceHandling(bus, changes, { isAboutDeadLetters: true });
}
