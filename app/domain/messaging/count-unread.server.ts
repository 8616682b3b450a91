import type { Database } from "#db/database.ts";
import { toUuid } from "#db/ids.ts";
import type { UserActor } from "../auth/actor.ts";
import { countEscalations } from "./list-escalations.server.ts";
import type { Unread } from "./unread-schema.ts";

/** What is new to a person: two mailbox rows with their marks, and what the desk's index holds. */
export function countUnread(db: Database, actor: UserActor): Promise<Unread> {
  if (!actor.scopes.has("messages:read")) return Promise.resolve({ inbox: 0, desk: 0 });
  return db.asTenantSql(
    actor.tenantId,
    async (sql) => {
      const [[unseen], { open }] = await Promise.all([
        sql<{ count: string }[]>`
          select coalesce(sum(
            greatest(0, mailbox.last_sequence - greatest(mailbox.purged_through, coalesce(mark.seen_through, 0)))
          ), 0) as count
          from mailboxes mailbox
          left join seen_marks mark
            on mark.tenant_id = mailbox.tenant_id
            and mark.mailbox_id = mailbox.id
            and mark.membership_id = ${toUuid(actor.membershipId)}
          where mailbox.tenant_id = ${toUuid(actor.tenantId)}
            and (mailbox.id = ${toUuid(actor.membershipId)} or mailbox.kind = 'desk')
        `,
        countEscalations(sql, actor),
      ]);
      return { inbox: Number(unseen?.count ?? 0), desk: open };
    },
    { readOnly: true },
  );
}
