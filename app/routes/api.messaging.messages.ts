import { readTrail } from "#app/domain/messaging/read-trail.server.ts";
import { trailQuerySchema } from "#app/domain/messaging/trail-schema.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "messages:read",
    query: trailQuerySchema,
    handler: ({ db, actor, query }) => readTrail(db, actor, query, Date.now()),
  },
});

export const loader = route.loader;
export const action = route.action;
