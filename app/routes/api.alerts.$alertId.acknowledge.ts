import { z } from "zod";
import { alertTenantQuery } from "#app/domain/alerts/alert-query-schema.ts";
import { alertIdSchema, answerAlertSchema } from "#app/domain/alerts/alert-schema.ts";
import { answerAlert } from "#app/domain/alerts/answer-alert.server.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  PUT: {
    scope: "alerts:write",
    params: z.object({ alertId: alertIdSchema }),
    query: alertTenantQuery,
    body: answerAlertSchema,
    handler: ({ runtime, actor, params: { alertId }, query: { tenantId }, body: { note }, request }) =>
      answerAlert(runtime, actor, { alertId, tenantId, request, answer: { kind: "acknowledge", note } }),
  },
});

export const loader = route.loader;
export const action = route.action;
