import { agentListSchema, createAgentSchema } from "#app/domain/messaging/agent-schema.ts";
import { listAgents } from "#app/domain/messaging/list-agents.server.ts";
import { createAgentInBudget } from "#app/domain/usage/create-agent-in-budget.server.ts";
import { api, json } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "agents:read",
    query: agentListSchema,
    handler: ({ db, actor, query }) => listAgents(db, actor, query),
  },
  POST: {
    scope: "agents:write",
    body: createAgentSchema,
    handler: async ({ db, actor, body, request }) => {
      const agent = await createAgentInBudget(db, actor, body, request);
      return json(agent, { status: 201, headers: { Location: `/api/agents/${agent.id}` } });
    },
  },
});

export const loader = route.loader;
export const action = route.action;
