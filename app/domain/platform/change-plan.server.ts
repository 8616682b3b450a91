import type { Database } from "#db/database.ts";
import type { TenantId } from "#db/ids.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import { putOnPlan } from "../billing/put-on-plan.server.ts";
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
    const from = await lockTenant(sql, tenantId);
    for (const event of await putOnPlan(sql, { tenantId, from, plan, actor, request }))
      await recordInBoth(sql, event);
  });
}
