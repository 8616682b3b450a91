import { type TenantId, toUuid } from "#db/ids.ts";
import { insertAuditEvents } from "../audit/insert-audit-events.server.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import type { RateLimits } from "../limits/rate-limits.server.ts";
import type { AlertMetrics } from "./alert-metrics.ts";
import { requireAlertReach, requireAlertTenant } from "./alert-reach.server.ts";
import type { AlertServices } from "./answer-alert.server.ts";
import type { AlertLog } from "./stepper.server.ts";
import { checkTenantAlerts } from "./sweep-alerts.server.ts";

export interface CheckServices extends AlertServices {
  log: AlertLog;
  limits: Pick<RateLimits, "alertChecks">;
  metrics: { alerts: AlertMetrics };
}

/**
 * Looks for what is wrong with a tenant now, instead of within the next five minutes.
 * @returns how many alerts were opened
 * @throws AppError forbidden; rate_limited; not_found for a tenant that is not there
 */
export async function checkAlertsNow(
  { db, bus, log, limits, metrics }: CheckServices,
  actor: Actor,
  { tenantId: asked, request }: { tenantId?: TenantId | undefined; request: RequestInfo },
): Promise<{ opened: number }> {
  const tenantId = requireAlertReach(actor, asked, "alerts:write");
  await db.asTenantSql(tenantId, (sql) => requireAlertTenant(sql, tenantId), { readOnly: true });
  await limits.alertChecks.take(actor, tenantId, request);
  const { opened } = await checkTenantAlerts({
    ...{ db, log, metrics: metrics.alerts, tenantId },
    onChanged: (tenantIds) => bus.publishAlerts(Array.from(tenantIds, toUuid)),
  });
  await db.asTenantSql(tenantId, (sql) =>
    insertAuditEvents(sql, [
      {
        ...{ tenantId, actor, request, action: "alert.check.requested" },
        ...{ resource: { id: tenantId }, details: { opened } },
      },
    ]),
  );
  return { opened };
}
