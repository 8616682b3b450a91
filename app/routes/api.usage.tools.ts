import { readToolUsage } from "#app/domain/usage/reading/read-tool-usage.server.ts";
import { toolUsageQuerySchema } from "#app/domain/usage/reading/schema.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "billing:read",
    query: toolUsageQuerySchema,
    handler: ({ db, actor, query }) => readToolUsage(db, actor, query, Date.now()),
  },
});

export const loader = route.loader;
export const action = route.action;
