import type postgres from "postgres";
import type { Sql } from "#db/database.ts";
import { toUuid } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import { mayReadBlocked, ownMailboxId } from "./mailbox-access.ts";

/**
 * A condition on `message`: those that the actor may see. An agent sees what it sent and what
 * reached it; a person also all else of the tenant, except what was written to another person, and
 * blocked messages only with the right to repair the block. A customer's own system, which has no
 * mailbox, sees as a person does.
 */
export function visibleTo(sql: Sql, actor: Actor): postgres.PendingQuery<postgres.Row[]> {
  const own = ownMailboxId(actor);
  if (own === undefined && actor.kind !== "service") return sql`true`;
  const mailbox = own && toUuid(own);
  const isParty =
    mailbox === undefined
      ? sql`false`
      : sql`(message.sender_id = ${mailbox} or (message.recipient_id = ${mailbox} and message.sequence is not null))`;
  if (actor.kind === "agent") return isParty;
  return mayReadBlocked(actor)
    ? sql`(${isParty} or message.recipient_kind <> 'member')`
    : sql`(${isParty} or (message.recipient_kind <> 'member' and message.sequence is not null))`;
}
