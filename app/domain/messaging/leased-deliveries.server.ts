import type { Sql } from "#db/database.ts";
import { type LeaseId, type MessageId, toUuid } from "#db/ids.ts";
import type { AgentActor } from "../auth/actor.ts";
import type { LostOutcome } from "./claim-schema.ts";
import type { HandlingChange } from "./handling-change.ts";
import { hasExpired } from "./message-row.ts";
import type { DeliveryStatus, Handling } from "./schema.ts";

/** A delivery as those who handle it lock it. */
export interface LockedDelivery {
  message_id: string;
  recipient_id: string;
  sequence: string | null;
  status: DeliveryStatus;
  handling: Handling;
  lease_id: string | null;
  leases: number;
  has_expired: boolean;
  correlation_id: string;
}

export interface LeasedItem {
  messageId: MessageId;
  leaseId: LeaseId;
}

/** Locks the messages that are named, of the agent's own mailbox, in the order of their ids. */
export async function lockDeliveries(
  sql: Sql,
  agent: AgentActor,
  items: readonly LeasedItem[],
): Promise<Map<MessageId, LockedDelivery>> {
  const idOf = new Map(items.map(({ messageId }) => [toUuid(messageId), messageId]));
  const rows = await sql<LockedDelivery[]>`
    select delivery.message_id, delivery.recipient_id, delivery.sequence, delivery.status, delivery.handling,
      delivery.lease_id, delivery.leases, ${sql.unsafe(hasExpired)} as has_expired,
      message.correlation_id
    from deliveries delivery
    join messages message on message.tenant_id = delivery.tenant_id and message.id = delivery.message_id
    where delivery.tenant_id = ${toUuid(agent.tenantId)}
      and delivery.recipient_id = ${toUuid(agent.id)}
      and delivery.message_id = any(${[...idOf.keys()]}::uuid[])
    order by delivery.message_id
    for no key update of delivery
  `;
  return new Map(
    rows.flatMap((row) => {
      const id = idOf.get(row.message_id);
      return id === undefined ? [] : [[id, row]];
    }),
  );
}

/**
 * Whether the lease still is the message's. It may have run out: as long as nobody else was given the
 * message, who worked on it is believed. `acked` is what this lease has acked before.
 */
export function standingOf(
  { leaseId }: LeasedItem,
  delivery: LockedDelivery | undefined,
): "held" | "acked" | LostOutcome {
  if (delivery === undefined) return "not_found";
  if (delivery.lease_id !== toUuid(leaseId)) return "lease_lost";
  if (delivery.handling === "acked") return "acked";
  if (delivery.has_expired) return "expired";
  return delivery.handling === "dead" ? "lease_lost" : "held";
}

/** The items whose lease is held, each message once, with what is locked of it. */
export function heldOf<I extends LeasedItem>(
  items: readonly I[],
  locked: ReadonlyMap<MessageId, LockedDelivery>,
): { item: I; delivery: LockedDelivery }[] {
  const held = new Map<MessageId, { item: I; delivery: LockedDelivery }>();
  for (const item of items) {
    const delivery = locked.get(item.messageId);
    if (delivery === undefined || held.has(item.messageId) || standingOf(item, delivery) !== "held") continue;
    held.set(item.messageId, { item, delivery });
  }
  return [...held.values()];
}

/** What those who watch are told of a locked delivery that was changed. */
export const changeOf = (
  agent: AgentActor,
  delivery: LockedDelivery,
  handling: Handling,
): HandlingChange => ({
  tenantUuid: toUuid(agent.tenantId),
  mailboxUuid: delivery.recipient_id,
  messageUuid: delivery.message_id,
  sequence: delivery.sequence === null ? null : Number(delivery.sequence),
  status: delivery.status,
  handling,
  correlationId: delivery.correlation_id,
});
