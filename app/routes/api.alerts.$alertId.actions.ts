import { z } from "zod";
import { alertActionSchema, alertIdSchema } from "#app/domain/alerts/alert-schema.ts";
import { takeAlertAction } from "#app/domain/alerts/take-alert-action.server.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  POST: {
    scope: "alerts:write",
    params: z.object({ alertId: alertIdSchema }),
    body: alertActionSchema,
    handler: ({ runtime, actor, params: { alertId }, body, request }) =>
      takeAlertAction(runtime, actor, { alertId, ...body, request }),
  },
});

export const loader = route.loader;
export const action = route.action;
