import { SYSTEM_TENANT_ID, type TenantId } from "#db/ids.ts";
import type { Actor, UserActor } from "../auth/actor.ts";
import { requireScope } from "../auth/require-scope.ts";
import { AppError } from "../errors.ts";

/** @throws AppError forbidden: for who may not read alerts, and for programs, which have no bell */
export function requireReader(actor: Actor): asserts actor is UserActor {
  requireScope(actor, "alerts:read");
  if (actor.kind !== "user") throw new AppError("forbidden", "Only people have a bell.");
}

/** Whose alerts a person's bell shows: their tenant's, and the service's own for those who administer it. */
export const tenantsOfBell = (actor: UserActor): TenantId[] =>
  actor.scopes.has("tenants:admin") && actor.tenantId !== SYSTEM_TENANT_ID
    ? [actor.tenantId, SYSTEM_TENANT_ID]
    : [actor.tenantId];
