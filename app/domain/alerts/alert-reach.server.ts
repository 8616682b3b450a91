import type { Sql } from "#db/database.ts";
import { type TenantId, toUuid } from "#db/ids.ts";
import type { Fragment } from "../audit/audit-conditions.server.ts";
import type { Actor } from "../auth/actor.ts";
import { AppError, notFound } from "../errors.ts";

/** Whose alerts are read: one tenant's, or everybody's. */
export type AlertReach = TenantId | "all";

/**
 * Whose alerts the actor reads or answers: their own tenant's, unless they administer the service.
 * @param what is asked for by its id, if something is: another tenant's is then as absent as what never was
 * @throws AppError forbidden, or not_found with `what`: whatever tenant was asked for, so that nobody learns
 *   which there are
 */
export function requireAlertReach<R extends AlertReach>(
  actor: Actor,
  asked: R | undefined,
  scope: "alerts:read" | "alerts:write",
  what?: string,
): R | TenantId {
  const isOwn = asked === undefined || asked === actor.tenantId;
  const needed = isOwn ? scope : "tenants:admin";
  if (actor.scopes.has(needed)) return asked ?? actor.tenantId;
  throw isOwn || what === undefined
    ? new AppError("forbidden", `This needs the right ${needed}.`)
    : notFound(what);
}

/** SQL: whether a row of `alert` is within reach. */
export const isWithinReach = (sql: Sql, reach: AlertReach): Fragment =>
  reach === "all" ? sql`true` : sql`alert.tenant_id = ${toUuid(reach)}`;
