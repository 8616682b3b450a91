import { and, asc, eq, or, type SQL, sql } from "drizzle-orm";
import type { Database } from "#db/database.ts";
import { type MailboxId, type MailboxKind, toMailboxId, toUuid } from "#db/ids.ts";
import { agents, mailboxes, seenMarks } from "#db/schema/index.ts";
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
  /** The newest that the actor, a person, has seen; null for a mailbox that they never had open. */
  seenThrough: number | null;
  /**
   * Those that they have not seen. Agents read their own mailboxes, so that what is in one that the
   * person never had open is nothing new to them: null.
   */
  unseen: number | null;
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
          lastSequence: mailboxes.lastSequence,
          purgedThrough: mailboxes.purgedThrough,
          seenThrough: seenMarks.seenThrough,
        })
        .from(mailboxes)
        .leftJoin(agents, isItsMailbox)
        .leftJoin(seenMarks, isTheirMark(actor))
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
  return rows.map(({ lastSequence, purgedThrough, seenThrough, ...row }) => {
    const kind = row.kind as MailboxKind;
    const isCounted = seenThrough !== null || (kind !== "agent" && actor.kind === "user");
    return {
      id: toMailboxId(kind, row.id),
      kind,
      name: row.name ?? (kind === "desk" ? "Operators’ desk" : "You"),
      total: lastSequence - purgedThrough,
      seenThrough,
      unseen: isCounted ? Math.max(0, lastSequence - Math.max(purgedThrough, seenThrough ?? 0)) : null,
    };
  });
}

/** The actor's own mark of the mailbox; only people have them. */
const isTheirMark = (actor: Actor): SQL | undefined =>
  actor.kind === "user"
    ? and(
        eq(seenMarks.tenantId, mailboxes.tenantId),
        eq(seenMarks.mailboxId, mailboxes.id),
        eq(seenMarks.membershipId, actor.membershipId),
      )
    : sql`false`;
