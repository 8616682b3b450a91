import { readDailyUsage } from "#app/domain/usage/reading/read-daily-usage.server.ts";
import { dailyUsageQuerySchema } from "#app/domain/usage/reading/schema.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "billing:read",
    query: dailyUsageQuerySchema,
    handler: ({ db, actor, query }) => readDailyUsage(db, actor, query, Date.now()),
  },
});

export const loader = route.loader;
export const action = route.action;
