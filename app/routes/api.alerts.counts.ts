import { alertReachQuery } from "#app/domain/alerts/alert-query-schema.ts";
import { countAlerts } from "#app/domain/alerts/count-alerts.server.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "alerts:read",
    query: alertReachQuery,
    handler: ({ db, actor, query: { tenantId: reach } }) => countAlerts(db, actor, { reach }),
  },
});

export const loader = route.loader;
export const action = route.action;
