import { listErasures } from "#app/domain/retention/list-erasures.server.ts";
import { requestErasure } from "#app/domain/retention/request-erasure.server.ts";
import { erasureListSchema, requestErasureSchema } from "#app/domain/retention/schema.ts";
import { api, json } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "tenant:write",
    query: erasureListSchema,
    handler: ({ db, actor, query }) => listErasures(db, actor, query),
  },
  POST: {
    scope: "tenant:write",
    body: requestErasureSchema,
    // It has only begun: a job does it.
    handler: async ({ db, actor, body, request }) =>
      json(await requestErasure(db, actor, body, request), { status: 202 }),
  },
});

export const loader = route.loader;
export const action = route.action;
