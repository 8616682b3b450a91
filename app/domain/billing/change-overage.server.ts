import type { Database } from "#db/database.ts";
import { toUuid } from "#db/ids.ts";
import { insertAuditEvents } from "../audit/insert-audit-events.server.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import { requireScope } from "../auth/require-scope.ts";
import { planCatalogue } from "../catalogue.ts";
import { AppError } from "../errors.ts";
import { recomputeHolds } from "../usage/recompute-holds.server.ts";
import { holdBillingTerms } from "./hold-billing-terms.server.ts";

/**
 * Lets tokens over quota through, for their price, or limits agents at their quota. From now on: what was
 * used before keeps the terms it was used under. The same again is no change.
 * @throws AppError conflict on a plan without overage
 */
export async function changeOverage(
  db: Database,
  actor: Actor,
  enabled: boolean,
  request: RequestInfo,
): Promise<{ enabled: boolean }> {
  requireScope(actor, "billing:write");
  const { tenantId } = actor;
  await db.asTenantSql(tenantId, async (sql) => {
    const tenant = await holdBillingTerms(sql, tenantId);
    if (enabled && !planCatalogue[tenant.plan].offersOverage)
      throw new AppError("conflict", `The ${tenant.plan} plan has no overage. Change the plan first.`);
    if (tenant.overage === enabled) return;
    const tenantUuid = toUuid(tenantId);
    await sql`update tenants set overage = ${enabled} where id = ${tenantUuid}`;
    await recomputeHolds(sql, [{ tenantUuid, agents: "all" }]);
    await insertAuditEvents(sql, [
      {
        ...{ tenantId, actor, request, action: "billing.overage.changed" },
        resource: { id: tenantId, name: tenant.name },
        details: { enabled: { from: tenant.overage, to: enabled } },
      },
    ]);
  });
  return { enabled };
}
