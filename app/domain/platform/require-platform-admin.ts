import type { Actor } from "../auth/actor.ts";
import { AppError } from "../errors.ts";

/** @throws AppError forbidden unless the actor administers the whole service. */
export function requirePlatformAdmin(actor: Actor): void {
  if (!actor.scopes.has("tenants:admin"))
    throw new AppError("forbidden", "This needs the right tenants:admin.", {
      extensions: { scope: "tenants:admin" },
    });
}
