import type { Database } from "#db/database.ts";
import { insertAuditEvents } from "../audit/insert-audit-events.server.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import { requireScope } from "../auth/require-scope.ts";
import { type Plan, planCatalogue } from "../catalogue.ts";
import { holdBillingTerms } from "./hold-billing-terms.server.ts";
import { putOnPlan } from "./put-on-plan.server.ts";

/**
 * Puts the actor's own tenant on another plan. The same again is no change. Those who run the service do it
 * for others with `platform/change-plan`.
 */
export async function changeOwnPlan(
  db: Database,
  actor: Actor,
  plan: Plan,
  request: RequestInfo,
): Promise<{ plan: Plan; overage: boolean }> {
  requireScope(actor, "billing:write");
  const { tenantId } = actor;
  return db.asTenantSql(tenantId, async (sql) => {
    const from = await holdBillingTerms(sql, tenantId);
    await insertAuditEvents(sql, await putOnPlan(sql, { tenantId, from, plan, actor, request }));
    return { plan, overage: from.overage && planCatalogue[plan].offersOverage };
  });
}
