import { listSeals } from "#app/domain/integrity/read-seals.server.ts";
import { sealListSchema } from "#app/domain/integrity/schema.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "activity:read",
    query: sealListSchema,
    handler: ({ db, actor, query }) => listSeals(db, actor, query),
  },
});

export const loader = route.loader;
export const action = route.action;
