import type { Sql } from "#db/database.ts";
import { type TenantId, toUuid } from "#db/ids.ts";
import type { Fragment } from "../audit/audit-conditions.server.ts";
import type { Actor } from "../auth/actor.ts";
import { AppError, notFound } from "../errors.ts";

/** Whose alerts are read: one tenant's, or everybody's. */
export type AlertReach = TenantId | "all";

/**
 * Whose alerts the actor reads or answers: their own tenant's, unless they administer the service.
 * @throws AppError forbidden: whatever tenant was asked for, so that nobody learns which there are
 */
export function requireAlertReach<R extends AlertReach>(
  actor: Actor,
  asked: R | undefined,
  scope: "alerts:read" | "alerts:write",
): R | TenantId {
  const needed = asked === undefined || asked === actor.tenantId ? scope : "tenants:admin";
  if (!actor.scopes.has(needed)) throw new AppError("forbidden", `This needs the right ${needed}.`);
  return asked ?? actor.tenantId;
}

/**
 * Before something is written for a tenant that somebody has named: there may be none, and what is recorded for
 * nobody stays for ever.
 * @throws AppError not_found
 */
export async function requireAlertTenant(sql: Sql, tenantId: TenantId): Promise<void> {
  const [tenant] = await sql`select from tenants where id = ${toUuid(tenantId)}`;
  if (tenant === undefined) throw notFound("tenant");
}

/** SQL: whether a row of `alert` is within reach. */
export const isWithinReach = (sql: Sql, reach: AlertReach): Fragment =>
  reach === "all" ? sql`true` : sql`alert.tenant_id = ${toUuid(reach)}`;
