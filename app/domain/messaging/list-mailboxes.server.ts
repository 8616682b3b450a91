import { and, asc, eq, or, sql } from "drizzle-orm";
import type { Database } from "#db/database.ts";
import { type MailboxId, type MailboxKind, toMailboxId, toUuid } from "#db/ids.ts";
import { agents, mailboxes } from "#db/schema/index.ts";
import type { Actor } from "../auth/actor.ts";
import { isItsMailbox } from "./agent-view.server.ts";
import { ownMailboxId, requireScope } from "./mailbox-access.ts";

/** A mailbox as lists show it. */
export interface MailboxSummary {
  id: MailboxId;
  kind: MailboxKind;
  name: string;
  /** Messages in it. */
  total: number;
}

/** How many are listed; a tenant with more agents finds the rest by name in the list of agents. */
const listed = 500;

/**
 * The mailboxes that the actor may read: the operators' desk, their own, then the agents' in order of name.
 * The rule is `mayReadMailbox`'s.
 */
export async function listMailboxes(db: Database, actor: Actor): Promise<MailboxSummary[]> {
  requireScope(actor, "messages:read");
  const own = ownMailboxId(actor);
  const isOwn = own === undefined ? undefined : eq(mailboxes.id, toUuid(own));
  const isShared = sql`${mailboxes.kind} in ('desk', 'agent')`;
  const rows = await db.asTenant(
    actor.tenantId,
    (tx) =>
      tx
        .select({
          id: mailboxes.id,
          kind: mailboxes.kind,
          name: agents.name,
          total: sql<string>`${mailboxes.lastSequence} - ${mailboxes.purgedThrough}`,
        })
        .from(mailboxes)
        .leftJoin(agents, isItsMailbox)
        .where(
          and(eq(mailboxes.tenantId, actor.tenantId), actor.kind === "agent" ? isOwn : or(isShared, isOwn)),
        )
        .orderBy(
          sql`case ${mailboxes.kind} when 'desk' then 0 when 'member' then 1 else 2 end`,
          asc(agents.name),
          asc(mailboxes.id),
        )
        .limit(listed),
    { readOnly: true },
  );
  return rows.map((row) => {
    const kind = row.kind as MailboxKind;
    return {
      id: toMailboxId(kind, row.id),
      kind,
      name: row.name ?? (kind === "desk" ? "Operators’ desk" : "You"),
      total: Number(row.total),
    };
  });
}
