import { listHolds } from "#app/domain/retention/list-holds.server.ts";
import { placeHold } from "#app/domain/retention/place-hold.server.ts";
import { holdListSchema, placeHoldSchema } from "#app/domain/retention/schema.ts";
import { api, json } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "tenant:write",
    query: holdListSchema,
    handler: ({ db, actor, query }) => listHolds(db, actor, query),
  },
  POST: {
    scope: "tenant:write",
    body: placeHoldSchema,
    handler: async ({ db, actor, body, request }) =>
      json(await placeHold(db, actor, body, request), { status: 201 }),
  },
});

export const loader = route.loader;
export const action = route.action;
