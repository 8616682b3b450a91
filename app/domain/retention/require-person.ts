import type { Actor, UserActor } from "../auth/actor.ts";
import { AppError } from "../errors.ts";
import { requireScope } from "../messaging/mailbox-access.ts";

/**
 * What is kept and what is erased a person answers for, whatever a key may do.
 * @throws AppError forbidden.
 */
export function requirePerson(actor: Actor): asserts actor is UserActor {
  requireScope(actor, "tenant:write");
  if (actor.kind !== "user") throw new AppError("forbidden", "This is for people, not for programs.");
}
