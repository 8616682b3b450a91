import type { Actor, UserActor } from "#app/domain/auth/actor.ts";
import { AppError } from "#app/domain/errors.ts";

/** @throws AppError forbidden for programs, on a route that is about a person's own account. */
export function requirePerson(actor: Actor): UserActor {
  if (actor.kind !== "user") throw new AppError("forbidden", "This is for people, not for programs.");
  return actor;
}
