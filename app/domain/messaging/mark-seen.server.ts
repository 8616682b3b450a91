import { notFound } from "#app/domain/errors.ts";
import type { Database } from "#db/database.ts";
import { type MailboxId, mailboxKindOf, toUuid } from "#db/ids.ts";
import type { UserActor } from "../auth/actor.ts";
import { mayReadMailbox, requireScope } from "./mailbox-access.ts";

/**
 * Notes that a person has seen a mailbox up to a sequence; never back from what they had seen, nor
 * beyond what there is. Neither handles a message nor is an event for the audit trail.
 *
 * @throws AppError not_found for a mailbox that they may not read, as for one that is not there.
 */
export async function markSeen(
  db: Database,
  actor: UserActor,
  mailboxId: MailboxId,
  through: number,
): Promise<void> {
  requireScope(actor, "messages:read");
  if (!mayReadMailbox(actor, mailboxId)) throw notFound("mailbox");
  const marked = await db.asTenantSql(
    actor.tenantId,
    (sql) => sql`
      insert into seen_marks as mark (tenant_id, membership_id, mailbox_id, seen_through)
      select mailbox.tenant_id, ${toUuid(actor.membershipId)}, mailbox.id,
        least(${through}::bigint, mailbox.last_sequence)
      from mailboxes mailbox
      where mailbox.tenant_id = ${toUuid(actor.tenantId)}
        and mailbox.id = ${toUuid(mailboxId)}
        and mailbox.kind = ${mailboxKindOf(mailboxId)}
      on conflict (tenant_id, membership_id, mailbox_id) do update
        set seen_through = greatest(mark.seen_through, excluded.seen_through), seen_at = now()
    `,
  );
  if (marked.count === 0) throw notFound("mailbox");
}
