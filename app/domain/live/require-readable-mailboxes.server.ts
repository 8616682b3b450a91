import type { Actor } from "#app/domain/auth/actor.ts";
import { notFound } from "#app/domain/errors.ts";
import { mayReadMailbox } from "#app/domain/messaging/mailbox-access.ts";
import type { Database } from "#db/database.ts";
import { type MailboxId, mailboxKindOf, toUuid } from "#db/ids.ts";

/**
 * Makes sure that the actor may watch every one of these mailboxes.
 * @throws AppError not_found: for one that the actor may not read, as for one that is not there.
 */
export async function requireReadableMailboxes(
  db: Database,
  actor: Actor,
  mailboxIds: readonly MailboxId[],
): Promise<void> {
  if (!mailboxIds.every((id) => mayReadMailbox(actor, id))) throw notFound("mailbox");
  const [row] = await db.asTenantSql(
    actor.tenantId,
    (sql) => sql<{ found: number }[]>`
      select count(*)::int as found
      from unnest(${mailboxIds.map(toUuid)}::uuid[], ${mailboxIds.map(mailboxKindOf)}::text[]) as asked (id, kind)
      join mailboxes m on m.tenant_id = ${toUuid(actor.tenantId)} and m.id = asked.id and m.kind = asked.kind
    `,
    { readOnly: true },
  );
  if (row?.found !== mailboxIds.length) throw notFound("mailbox");
}
