import { type MailboxId, toUuid } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import type { ExtendInput, HandledMessage } from "./claim-schema.ts";
import { announceHandling } from "./handling-change.ts";
import { changeOf, heldOf, lockDeliveries, standingOf } from "./leased-deliveries.server.ts";
import { isoTime } from "./message-row.ts";
import { type HandlingService, requireOwnMailbox } from "./require-own-mailbox.server.ts";

export interface ExtendedLeases {
  messages: HandledMessage<"extended">[];
  /** When the extended leases end now. */
  expiresAt: string;
}

/**
 * Makes leases end `leaseSeconds` from now, for work that takes longer. It is a heartbeat and no event
 * for the audit trail: neither the message's status nor its handling changes.
 *
 * @throws AppError as `requireOwnMailbox`.
 */
export async function extendLeases(
  { db, bus }: HandlingService,
  actor: Actor,
  mailboxId: MailboxId,
  { messages, leaseSeconds }: ExtendInput,
): Promise<ExtendedLeases> {
  const agent = await requireOwnMailbox(db, actor, mailboxId);
  const { locked, held, expiresAt } = await db.asTenantSql(agent.tenantId, async (sql) => {
    const locked = await lockDeliveries(sql, agent, messages);
    const held = heldOf(messages, locked);
    const [row] = await sql<{ expires_at: string }[]>`
      with extended as (
        update deliveries set handling = 'leased', available_at = now() + make_interval(secs => ${leaseSeconds})
        where tenant_id = ${toUuid(agent.tenantId)}
          and message_id = any(${held.map(({ delivery }) => delivery.message_id)}::uuid[])
      )
      select ${sql.unsafe(isoTime("end_of.lease"))} as expires_at
      from (select now() + make_interval(secs => ${leaseSeconds}) as lease) end_of
    `;
    if (row === undefined) throw new Error("the statement that extends leases gave no time");
    return { locked, held, expiresAt: row.expires_at };
  });
  // Only where a lease had run out and was noted as such is there anything to see.
  const taken = held.filter(({ delivery }) => delivery.handling !== "leased");
  announceHandling(
    bus,
    taken.map(({ delivery }) => changeOf(agent, delivery, "leased")),
  );
  return {
    messages: messages.map((item) => {
      const standing = standingOf(item, locked.get(item.messageId));
      const outcome = standing === "held" ? "extended" : standing === "acked" ? "lease_lost" : standing;
      return { messageId: item.messageId, outcome };
    }),
    expiresAt,
  };
}
