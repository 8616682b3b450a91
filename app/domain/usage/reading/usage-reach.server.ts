import type postgres from "postgres";
import type { Sql } from "#db/database.ts";
import { type TenantId, toUuid } from "#db/ids.ts";
import type { Actor } from "../../auth/actor.ts";
import { AppError } from "../../errors.ts";

/** Whose usage is read: one tenant's, or everybody's. */
export type UsageReach = TenantId | "all";

export type Fragment = postgres.PendingQuery<postgres.Row[]>;

/**
 * Whose usage the actor reads: their own tenant's, unless they administer the service.
 * @throws AppError forbidden, whatever tenant was asked for, so that nobody learns which there are
 */
export function requireUsageReach(actor: Actor, asked: UsageReach | undefined): UsageReach {
  const scope = asked === undefined || asked === actor.tenantId ? "billing:read" : "tenants:admin";
  if (!actor.scopes.has(scope))
    throw new AppError("forbidden", `This needs the right ${scope}.`, { extensions: { scope } });
  return asked ?? actor.tenantId;
}

/** SQL: whether a row of `table` is within reach. */
export const isWithin = (sql: Sql, table: string, reach: UsageReach): Fragment =>
  reach === "all" ? sql`true` : sql`${sql(table)}.tenant_id = ${toUuid(reach)}`;
