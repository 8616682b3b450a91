import { alertTenantQuery } from "#app/domain/alerts/alert-query-schema.ts";
import { checkAlertsNow } from "#app/domain/alerts/check-alerts-now.server.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  POST: {
    scope: "alerts:write",
    query: alertTenantQuery,
    handler: ({ runtime, actor, query: { tenantId }, request }) =>
      checkAlertsNow(runtime, actor, { tenantId, request }),
  },
});

export const loader = route.loader;
export const action = route.action;
