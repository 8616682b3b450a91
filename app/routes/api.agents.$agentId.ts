import { z } from "zod";
import { agentIdSchema, updateAgentSchema } from "#app/domain/messaging/agent-schema.ts";
import { readAgent } from "#app/domain/messaging/read-agent.server.ts";
import { updateAgentAndQuota } from "#app/domain/usage/update-agent-and-quota.server.ts";
import { api } from "#app/http/api-route.server.ts";

const params = z.object({ agentId: agentIdSchema });

const route = api({
  GET: {
    scope: "agents:read",
    params,
    handler: ({ db, actor, params: { agentId } }) => readAgent(db, actor, agentId),
  },
  PATCH: {
    scope: "agents:write",
    params,
    body: updateAgentSchema,
    handler: ({ db, actor, params: { agentId }, body, request }) =>
      updateAgentAndQuota(db, actor, agentId, body, request),
  },
});

export const loader = route.loader;
export const action = route.action;
