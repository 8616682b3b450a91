import type { AnyAuditEvent } from "#app/domain/audit/audit-event.ts";
import { insertAuditEvents } from "#app/domain/audit/insert-audit-events.server.ts";
import type { Sql } from "#db/database.ts";
import { type MailboxId, toUuid } from "#db/ids.ts";
import type { Actor, AgentActor, RequestInfo } from "../auth/actor.ts";
import { type HandledMessage, leasesUsedUp, maxLeases, type NackInput } from "./claim-schema.ts";
import { announceHandling } from "./handling-change.ts";
import {
  changeOf,
  heldOf,
  type LockedDelivery,
  lockDeliveries,
  standingOf,
} from "./leased-deliveries.server.ts";
import { type HandlingService, requireOwnMailbox } from "./require-own-mailbox.server.ts";

type NackItem = NackInput["messages"][number];
interface Held {
  item: NackItem;
  delivery: LockedDelivery;
}

/**
 * Gives messages back: each is handed out again after its delay, or is dead when its leases are used up.
 *
 * @throws AppError as `requireOwnMailbox`.
 */
export async function nackMessages(
  { db, bus }: HandlingService,
  actor: Actor,
  mailboxId: MailboxId,
  { messages }: NackInput,
  request: RequestInfo,
): Promise<{ messages: HandledMessage<"nacked" | "dead">[] }> {
  const agent = await requireOwnMailbox(db, actor, mailboxId);
  const { locked, held } = await db.asTenantSql(agent.tenantId, async (sql) => {
    const locked = await lockDeliveries(sql, agent, messages);
    const held = heldOf(messages, locked);
    if (held.length > 0) await giveBack(sql, agent, held);
    await insertAuditEvents(
      sql,
      held.map((one) => auditOf(agent, one, request)),
    );
    return { locked, held };
  });
  announceHandling(
    bus,
    held.map(({ delivery }) => changeOf(agent, delivery, isUsedUp(delivery) ? "dead" : "unread")),
  );
  return {
    messages: messages.map((item) => ({
      messageId: item.messageId,
      outcome: outcomeOf(item, locked.get(item.messageId)),
    })),
  };
}

const isUsedUp = ({ leases }: LockedDelivery): boolean => leases >= maxLeases;

function outcomeOf(item: NackItem, delivery: LockedDelivery | undefined) {
  const standing = standingOf(item, delivery);
  // What was acked is no longer this lease's to give back.
  if (standing === "acked") return "lease_lost";
  if (standing !== "held") return standing;
  return delivery !== undefined && isUsedUp(delivery) ? "dead" : "nacked";
}

async function giveBack(sql: Sql, agent: AgentActor, held: readonly Held[]): Promise<void> {
  const rows = held.map(({ item, delivery }) => ({
    message_id: delivery.message_id,
    delay_seconds: item.delaySeconds,
    is_used_up: isUsedUp(delivery),
  }));
  await sql`
    update deliveries delivery set
      handling = case when given.is_used_up then 'dead' else 'unread' end,
      lease_id = null,
      available_at = now() + make_interval(secs => given.delay_seconds),
      reason = case when given.is_used_up then ${leasesUsedUp} else delivery.reason end,
      handled_at = case when given.is_used_up then now() end
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as given (
      message_id uuid, delay_seconds int, is_used_up boolean
    )
    where delivery.tenant_id = ${toUuid(agent.tenantId)} and delivery.message_id = given.message_id
  `;
}

function auditOf(agent: AgentActor, { item, delivery }: Held, request: RequestInfo): AnyAuditEvent {
  const common = {
    tenantId: agent.tenantId,
    actor: agent,
    resource: { id: item.messageId },
    request,
    correlationId: delivery.correlation_id,
  };
  const details = { recipientId: agent.id, leases: delivery.leases };
  return isUsedUp(delivery)
    ? { ...common, action: "message.dead", details }
    : { ...common, action: "message.nacked", details: { ...details, delaySeconds: item.delaySeconds } };
}
