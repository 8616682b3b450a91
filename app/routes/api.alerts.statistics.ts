import { alertStatisticsQuery } from "#app/domain/alerts/alert-query-schema.ts";
import { alertStatistics } from "#app/domain/alerts/alert-statistics.server.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "alerts:read",
    query: alertStatisticsQuery,
    handler: ({ db, actor, query: { window, tenantId: reach } }) =>
      alertStatistics(db, actor, { window, reach }),
  },
});

export const loader = route.loader;
export const action = route.action;
