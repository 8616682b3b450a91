import type { Database, Sql } from "#db/database.ts";
import type { TenantId } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import { AppError } from "../errors.ts";

/** Whose events are read: one tenant's, or everybody's. */
export type AuditReach = TenantId | "all";

/**
 * Whose events the actor reads. Their own tenant's, unless they administer the service.
 * @throws AppError forbidden: whatever tenant was asked for, so that nobody learns which there are.
 */
export function requireAuditReach(actor: Actor, asked: AuditReach | undefined): AuditReach {
  if (asked === undefined || asked === actor.tenantId) {
    if (!actor.scopes.has("activity:read"))
      throw new AppError("forbidden", "This needs the right activity:read.");
    return actor.tenantId;
  }
  if (!actor.scopes.has("tenants:admin"))
    throw new AppError("forbidden", "Only those who administer the service read other tenants' events.");
  return asked;
}

/**
 * Reads as the role that may: one tenant's events under its row-level security, everybody's as the
 * system, whose statements name the tenants themselves.
 */
export const readWithin = <T>(db: Database, reach: AuditReach, work: (sql: Sql) => Promise<T>): Promise<T> =>
  reach === "all" ? db.withSql(work, { readOnly: true }) : db.asTenantSql(reach, work, { readOnly: true });
