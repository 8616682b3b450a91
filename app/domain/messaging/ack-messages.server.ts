import { insertAuditEvents } from "#app/domain/audit/insert-audit-events.server.ts";
import { type MailboxId, toUuid } from "#db/ids.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import type { AckInput, HandledMessage } from "./claim-schema.ts";
import { announceHandling } from "./handling-change.ts";
import { changeOf, heldOf, lockDeliveries, standingOf } from "./leased-deliveries.server.ts";
import { type HandlingService, requireOwnMailbox } from "./require-own-mailbox.server.ts";

/**
 * Says that messages were handled: they are not handed out again. Each is answered for itself; what
 * this lease has acked before is `acked` again.
 *
 * @throws AppError as `requireOwnMailbox`.
 */
export async function ackMessages(
  { db, bus }: HandlingService,
  actor: Actor,
  mailboxId: MailboxId,
  { messages }: AckInput,
  request: RequestInfo,
): Promise<{ messages: HandledMessage<"acked">[] }> {
  const agent = await requireOwnMailbox(db, actor, mailboxId);
  const { locked, held } = await db.asTenantSql(agent.tenantId, async (sql) => {
    const locked = await lockDeliveries(sql, agent, messages);
    const held = heldOf(messages, locked);
    if (held.length > 0)
      await sql`
        update deliveries set handling = 'acked', handled_at = now()
        where tenant_id = ${toUuid(agent.tenantId)}
          and message_id = any(${held.map(({ delivery }) => delivery.message_id)}::uuid[])
      `;
    await insertAuditEvents(
      sql,
      held.map(({ item, delivery }) => ({
        tenantId: agent.tenantId,
        actor: agent,
        action: "message.acked",
        resource: { id: item.messageId },
        request,
        correlationId: delivery.correlation_id,
        details: { recipientId: agent.id, leases: delivery.leases },
      })),
    );
    return { locked, held };
  });
  announceHandling(
    bus,
    held.map(({ delivery }) => changeOf(agent, delivery, "acked")),
  );
  return {
    messages: messages.map((item) => {
      const standing = standingOf(item, locked.get(item.messageId));
      return { messageId: item.messageId, outcome: standing === "held" ? "acked" : standing };
    }),
  };
}
