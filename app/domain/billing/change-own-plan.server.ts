import type { Database } from "#db/database.ts";
import { toUuid } from "#db/ids.ts";
import { insertAuditEvents } from "../audit/insert-audit-events.server.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import { requireScope } from "../auth/require-scope.ts";
import { type Plan, planCatalogue } from "../catalogue.ts";
import { holdBillingTerms } from "./hold-billing-terms.server.ts";

/**
 * Puts the actor's own tenant on another plan from now on; a plan without overage switches it off. The same
 * again is no change. Those who run the service do it for others with `platform/change-plan`.
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
    const tenant = await holdBillingTerms(sql, tenantId);
    const overage = tenant.overage && planCatalogue[plan].offersOverage;
    if (tenant.plan === plan) return { plan, overage };
    await sql`update tenants set plan = ${plan}, overage = ${overage} where id = ${toUuid(tenantId)}`;
    const resource = { id: tenantId, name: tenant.name };
    await insertAuditEvents(sql, [
      {
        ...{ tenantId, actor, request, resource, action: "tenant.plan.changed" },
        details: { plan: { from: tenant.plan, to: plan } },
      },
      ...(overage === tenant.overage
        ? []
        : [
            {
              ...{ tenantId, actor, request, resource },
              action: "billing.overage.changed" as const,
              details: { enabled: { from: tenant.overage, to: overage } },
            },
          ]),
    ]);
    return { plan, overage };
  });
}
