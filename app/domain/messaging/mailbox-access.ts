import { type MailboxId, mailboxKindOf } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";

export { requireScope } from "../auth/require-scope.ts";

/** The mailbox that the actor sends from and that is theirs to read. */
export function ownMailboxId(actor: Actor): MailboxId | undefined {
  if (actor.kind === "agent") return actor.id;
  return actor.kind === "user" ? actor.membershipId : undefined;
}

/**
 * Whether the actor may read this mailbox of their tenant: an agent its own; a person every agent's,
 * the operators' desk and their own, but no other person's; so does a customer's own system.
 */
export function mayReadMailbox(actor: Actor, mailboxId: MailboxId): boolean {
  if (actor.kind === "system" || mailboxId === ownMailboxId(actor)) return true;
  return (actor.kind === "user" || actor.kind === "service") && mailboxKindOf(mailboxId) !== "member";
}

/** Those who can repair a block may see what was blocked; so may its sender. */
export const mayReadBlocked = (actor: Actor): boolean =>
  actor.kind === "system" || (actor.kind !== "agent" && actor.scopes.has("agents:write"));
