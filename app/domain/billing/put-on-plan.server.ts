import type { Sql } from "#db/database.ts";
import { type TenantId, toUuid } from "#db/ids.ts";
import type { AnyAuditEvent } from "../audit/audit-event.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import { type Plan, planCatalogue } from "../catalogue.ts";
import { recomputeHolds } from "../usage/recompute-holds.server.ts";
import type { BillingTerms } from "./hold-billing-terms.server.ts";

export interface PutOnPlanOptions {
  tenantId: TenantId;
  /** What held so far; its row is locked. */
  from: BillingTerms;
  plan: Plan;
  actor: Actor;
  request: RequestInfo;
}

/**
 * Puts a tenant on another plan from now on. One without overage switches it off, which its agents' sends
 * are held to at once. Gives what is to be recorded; nothing where nothing changes.
 */
export async function putOnPlan(
  sql: Sql,
  { tenantId, from, plan, actor, request }: PutOnPlanOptions,
): Promise<AnyAuditEvent[]> {
  if (from.plan === plan) return [];
  const tenantUuid = toUuid(tenantId);
  const overage = from.overage && planCatalogue[plan].offersOverage;
  await sql`update tenants set plan = ${plan}, overage = ${overage} where id = ${tenantUuid}`;
  const common = { tenantId, actor, request, resource: { id: tenantId, name: from.name } };
  const changed: AnyAuditEvent[] = [
    { ...common, action: "tenant.plan.changed", details: { plan: { from: from.plan, to: plan } } },
  ];
  if (overage === from.overage) return changed;
  await recomputeHolds(sql, [{ tenantUuid, agents: "all" }]);
  changed.push({
    ...common,
    action: "billing.overage.changed",
    details: { enabled: { from: from.overage, to: overage } },
  });
  return changed;
}
