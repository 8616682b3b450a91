import { z } from "zod";
import { alertTenantQuery } from "#app/domain/alerts/alert-query-schema.ts";
import { endSilence } from "#app/domain/alerts/end-silence.server.ts";
import { silenceIdSchema } from "#app/domain/alerts/rule-schema.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  DELETE: {
    scope: "alerts:write",
    params: z.object({ silenceId: silenceIdSchema }),
    query: alertTenantQuery,
    handler: ({ runtime, actor, params: { silenceId }, query: { tenantId }, request }) =>
      endSilence(runtime, actor, { silenceId, tenantId, request }),
  },
});

export const loader = route.loader;
export const action = route.action;
