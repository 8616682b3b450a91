import { AppError } from "../errors.ts";
import type { Actor, UserActor } from "./actor.ts";

/**
 * The actor of what only people have: sessions, several organisations.
 * @throws AppError forbidden.
 */
export function asPerson(actor: Actor): UserActor {
  if (actor.kind === "user") return actor;
  throw new AppError("forbidden", "This is for people, not for programs.");
}
