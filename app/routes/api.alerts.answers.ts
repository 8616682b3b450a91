import { alertTenantQuery } from "#app/domain/alerts/alert-query-schema.ts";
import { answerAlertsSchema } from "#app/domain/alerts/alert-schema.ts";
import { answerAlerts } from "#app/domain/alerts/answer-alerts.server.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  POST: {
    scope: "alerts:write",
    query: alertTenantQuery,
    body: answerAlertsSchema,
    handler: async ({ runtime, actor, query: { tenantId }, body, request }) => ({
      answers: await answerAlerts(runtime, actor, { ...body, tenantId, request }),
    }),
  },
});

export const loader = route.loader;
export const action = route.action;
