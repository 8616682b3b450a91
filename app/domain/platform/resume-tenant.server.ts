import type { Database } from "#db/database.ts";
import { type TenantId, toUuid } from "#db/ids.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import { AppError } from "../errors.ts";
import { lockTenant, recordInBoth } from "./change-tenant.server.ts";
import { requirePlatformAdmin } from "./require-platform-admin.ts";

/**
 * Ends a suspension: people can sign in and keys are taken again.
 * @throws AppError not_found; conflict for a tenant that is active, or the service's own
 */
export async function resumeTenant(
  db: Database,
  actor: Actor,
  tenantId: TenantId,
  request: RequestInfo,
): Promise<void> {
  requirePlatformAdmin(actor);
  await db.withSql(async (sql) => {
    const tenant = await lockTenant(sql, tenantId);
    if (tenant.status === "active") throw new AppError("conflict", "It is active already.");
    await sql`
      update tenants set status = 'active', suspended_at = null, suspended_reason = null
      where id = ${toUuid(tenantId)}`;
    await recordInBoth(sql, {
      tenantId,
      actor,
      action: "tenant.resumed",
      resource: { id: tenantId, name: tenant.name },
      request,
      details: {},
    });
  });
}
