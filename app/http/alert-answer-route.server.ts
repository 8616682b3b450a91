import { z } from "zod";
import { alertTenantQuery } from "#app/domain/alerts/alert-query-schema.ts";
import { alertIdSchema, answerAlertSchema } from "#app/domain/alerts/alert-schema.ts";
import { answerAlert } from "#app/domain/alerts/answer-alert.server.ts";
import { api } from "./api-route.server.ts";

const params = z.object({ alertId: alertIdSchema });

/** The route of an answer to an alert that may come with a note. */
export const answerRoute = (kind: "acknowledge" | "resolve") =>
  api({
    PUT: {
      scope: "alerts:write",
      params,
      query: alertTenantQuery,
      body: answerAlertSchema,
      handler: ({ runtime, actor, params: { alertId }, query: { tenantId }, body: { note }, request }) =>
        answerAlert(runtime, actor, { alertId, tenantId, request, answer: { kind, note } }),
    },
  });

/** The route of taking an answer back. */
export const takeBackRoute = (kind: "unacknowledge" | "unsnooze") =>
  api({
    PUT: {
      scope: "alerts:write",
      params,
      query: alertTenantQuery,
      handler: ({ runtime, actor, params: { alertId }, query: { tenantId }, request }) =>
        answerAlert(runtime, actor, { alertId, tenantId, request, answer: { kind } }),
    },
  });
