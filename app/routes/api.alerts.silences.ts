import { alertTenantQuery } from "#app/domain/alerts/alert-query-schema.ts";
import { createSilence } from "#app/domain/alerts/create-silence.server.ts";
import { listSilences } from "#app/domain/alerts/list-silences.server.ts";
import { createSilenceSchema } from "#app/domain/alerts/rule-schema.ts";
import { api, json } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "alerts:read",
    query: alertTenantQuery,
    handler: async ({ db, actor, query: { tenantId } }) => ({
      silences: await listSilences(db, actor, { tenantId }),
    }),
  },
  POST: {
    scope: "alerts:write",
    query: alertTenantQuery,
    body: createSilenceSchema,
    handler: async ({ runtime, actor, query: { tenantId }, body: input, request }) =>
      json(await createSilence(runtime, actor, { input, tenantId, request }), { status: 201 }),
  },
});

export const loader = route.loader;
export const action = route.action;
