import { AppError } from "../errors.ts";
import type { Actor } from "./actor.ts";
import type { Scope } from "./scopes.ts";

/** @throws AppError forbidden unless the actor holds the scope. */
export function requireScope(actor: Actor, scope: Scope): void {
  if (!actor.scopes.has(scope)) throw new AppError("forbidden", `This needs the right ${scope}.`);
}
