import type { Sql } from "#db/database.ts";
import { SYSTEM_TENANT_ID, type TenantId, toUuid } from "#db/ids.ts";
import type { AnyAuditEvent } from "../audit/audit-event.ts";
import { insertAuditEvents } from "../audit/insert-audit-events.server.ts";
import { AppError, notFound } from "../errors.ts";
import type { Plan, TenantStatus } from "./schema.ts";

interface LockedTenant {
  name: string;
  status: TenantStatus;
  plan: Plan;
  overage: boolean;
}

/**
 * A tenant that is about to be changed, held until the transaction ends.
 * @throws AppError not_found, or conflict for the service's own tenant
 */
export async function lockTenant(sql: Sql, tenantId: TenantId): Promise<LockedTenant> {
  const [tenant] = await sql<(LockedTenant & { is_system: boolean })[]>`
    select name, status, plan, overage, is_system from tenants where id = ${toUuid(tenantId)} for no key update`;
  if (tenant === undefined) throw notFound("tenant");
  if (tenant.is_system)
    throw new AppError("conflict", "The service's own tenant can be neither suspended nor changed.");
  return tenant;
}

/** Twice: the tenant reads what was done to it, and the service's own trail has all that its admins did. */
export const recordInBoth = (sql: Sql, event: AnyAuditEvent): Promise<void> =>
  insertAuditEvents(sql, [event, { ...event, tenantId: SYSTEM_TENANT_ID }]);
