import type { Actor } from "../auth/actor.ts";
import { AppError } from "../errors.ts";

/** Throws `forbidden` unless the actor may read the audit trail. */
export function requireActivityScope(actor: Actor): void {
  if (!actor.scopes.has("activity:read"))
    throw new AppError("forbidden", "This needs the right activity:read.");
}
