import { z } from "zod";
import { alertTenantQuery } from "#app/domain/alerts/alert-query-schema.ts";
import { alertIdSchema } from "#app/domain/alerts/alert-schema.ts";
import { readAlert } from "#app/domain/alerts/read-alert.server.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "alerts:read",
    params: z.object({ alertId: alertIdSchema }),
    query: alertTenantQuery,
    handler: ({ db, actor, params: { alertId }, query: { tenantId } }) =>
      readAlert(db, actor, { alertId, tenantId }),
  },
});

export const loader = route.loader;
export const action = route.action;
