import { readStatistics } from "#app/domain/messaging/statistics/read-statistics.server.ts";
import { statisticsQuerySchema } from "#app/domain/messaging/statistics/schema.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "messages:read",
    query: statisticsQuerySchema,
    handler: ({ db, actor, query }) => readStatistics(db, actor, query, Date.now()),
  },
});

export const loader = route.loader;
export const action = route.action;
