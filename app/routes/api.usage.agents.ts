import { listAgentUsage } from "#app/domain/usage/reading/list-agent-usage.server.ts";
import { agentUsageQuerySchema } from "#app/domain/usage/reading/schema.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "billing:read",
    query: agentUsageQuerySchema,
    handler: ({ db, actor, query }) => listAgentUsage(db, actor, query, Date.now()),
  },
});

export const loader = route.loader;
export const action = route.action;
