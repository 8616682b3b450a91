import { alertListQuery } from "#app/domain/alerts/alert-query-schema.ts";
import { listAlerts } from "#app/domain/alerts/list-alerts.server.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "alerts:read",
    query: alertListQuery,
    handler: ({ db, actor, query: { tenantId: reach, limit, cursor, ...filters } }) =>
      listAlerts(db, actor, { filters, reach, limit, cursor }),
  },
});

export const loader = route.loader;
export const action = route.action;
