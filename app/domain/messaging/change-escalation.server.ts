import type { AnyAuditEvent } from "#app/domain/audit/audit-event.ts";
import { insertAuditEvents } from "#app/domain/audit/insert-audit-events.server.ts";
import { AppError, notFound } from "#app/domain/errors.ts";
import type { Database, Sql } from "#db/database.ts";
import { type MessageId, toUuid } from "#db/ids.ts";
import type { UserActor } from "../auth/actor.ts";
import type { EscalationView } from "./escalation-schema.ts";
import { requireScope } from "./mailbox-access.ts";
import type { ConversationChange, Wake } from "./prepared-send.ts";
import { selectEscalation } from "./read-escalation.server.ts";
import type { DeliveryStatus, Handling } from "./schema.ts";

/** What became of a delivery, for those who watch. */
export interface HandledDelivery {
  tenantUuid: string;
  mailboxUuid: string;
  messageUuid: string;
  sequence: number | null;
  status: DeliveryStatus;
  handling: Handling;
}

/** The database, and how to tell of what was committed; a Runtime is one. */
export interface Desk {
  db: Database;
  bus: {
    publish(wakes: readonly Wake[], conversations?: readonly ConversationChange[]): void;
    publishDeliveries(changes: readonly HandledDelivery[]): void;
  };
}

/** Null: nothing to change. */
export type EscalationChange = (sql: Sql, before: EscalationView) => Promise<AnyAuditEvent | null>;

/**
 * Changes one escalation, which is locked meanwhile (its delivery first, which is the lock order),
 * records it, and tells those who watch. Two people at once come one after the other, and the second
 * finds what the first has done.
 *
 * @throws AppError not_found for what is no escalation of the actor's desk.
 */
export async function changeEscalation(
  { db, bus }: Desk,
  actor: UserActor,
  messageId: MessageId,
  change: EscalationChange,
): Promise<EscalationView> {
  requireScope(actor, "messages:send");
  const { after, isChanged } = await db.asTenantSql(actor.tenantId, async (sql) => {
    const before = await lockEscalation(sql, actor, messageId);
    const event = await change(sql, before);
    if (event === null) return { after: before, isChanged: false };
    await insertAuditEvents(sql, [event]);
    const changed = await selectEscalation(sql, actor, messageId);
    if (changed === null) throw new Error("The locked escalation is gone");
    return { after: changed, isChanged: true };
  });
  if (isChanged) announce(bus, actor, after);
  return after;
}

async function lockEscalation(sql: Sql, actor: UserActor, messageId: MessageId): Promise<EscalationView> {
  const key = { tenant: toUuid(actor.tenantId), message: toUuid(messageId) };
  await sql`
    select from deliveries
    where tenant_id = ${key.tenant} and message_id = ${key.message}
    for no key update
  `;
  await sql`
    select from escalations
    where tenant_id = ${key.tenant} and message_id = ${key.message}
    for no key update
  `;
  // A statement of its own: what it reads is as of now, after the wait for the locks.
  const escalation = await selectEscalation(sql, actor, messageId);
  if (escalation === null) throw notFound("escalation");
  return escalation;
}

function announce(bus: Desk["bus"], actor: UserActor, { message }: EscalationView): void {
  const tenantUuid = toUuid(actor.tenantId);
  const { sequence, status, handling, correlationId } = message;
  bus.publishDeliveries([
    {
      tenantUuid,
      mailboxUuid: toUuid(message.recipientId),
      messageUuid: toUuid(message.id),
      sequence,
      status,
      handling,
    },
  ]);
  bus.publish([], [{ tenantUuid, correlationId }]);
}

/** What an audit event about an escalation has, whatever was done to it. */
export const eventAbout = (actor: UserActor, { message }: EscalationView) => ({
  tenantId: actor.tenantId,
  actor,
  resource: { id: message.id, name: null },
  correlationId: message.correlationId,
});

/** The refusal that names who has it. */
export const heldByAnother = ({ holder }: EscalationView): AppError =>
  new AppError("conflict", `${holder?.name ?? "Somebody else"} has taken this escalation.`, {
    extensions: { holderId: holder?.id ?? null },
  });

/** The refusal for what is done with. */
export const alreadyResolved = ({ resolvedBy }: EscalationView): AppError =>
  new AppError("conflict", `${resolvedBy?.name ?? "Somebody else"} has resolved this escalation.`);
