import type { Database } from "#db/database.ts";
import { type TenantId, toUuid } from "#db/ids.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import { planCatalogue } from "../catalogue.ts";
import { lockTenant, recordInBoth } from "./change-tenant.server.ts";
import { requirePlatformAdmin } from "./require-platform-admin.ts";
import type { Plan } from "./schema.ts";

/**
 * Puts a tenant on another plan. The same again is no change.
 * @throws AppError not_found; conflict for the service's own tenant
 */
export async function changePlan(
  db: Database,
  actor: Actor,
  { tenantId, plan }: { tenantId: TenantId; plan: Plan },
  request: RequestInfo,
): Promise<void> {
  requirePlatformAdmin(actor);
  await db.withSql(async (sql) => {
    const tenant = await lockTenant(sql, tenantId);
    if (tenant.plan === plan) return;
    // Overage is no part of every plan.
    const offersOverage = planCatalogue[plan].offersOverage;
    await sql`update tenants set plan = ${plan}, overage = overage and ${offersOverage} where id = ${toUuid(tenantId)}`;
    await recordInBoth(sql, {
      tenantId,
      actor,
      action: "tenant.plan.changed",
      resource: { id: tenantId, name: tenant.name },
      request,
      details: { plan: { from: tenant.plan, to: plan } },
    });
  });
}
