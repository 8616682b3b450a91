import { z } from "zod";
import { agentIdSchema } from "#app/domain/messaging/agent-schema.ts";
import { readToolPolicy } from "#app/domain/tools/read-tool-policy.server.ts";
import { setToolPolicy } from "#app/domain/tools/set-tool-policy.server.ts";
import { toolPolicySchema } from "#app/domain/tools/tool-schema.ts";
import { api } from "#app/http/api-route.server.ts";

const params = z.object({ agentId: agentIdSchema });

const route = api({
  GET: {
    scope: "agents:read",
    params,
    handler: ({ db, actor, params: { agentId } }) => readToolPolicy(db, actor, agentId),
  },
  PUT: {
    scope: "agents:write",
    params,
    body: toolPolicySchema,
    handler: ({ db, actor, params: { agentId }, body, request }) =>
      setToolPolicy(db, actor, agentId, body, request),
  },
});

export const loader = route.loader;
export const action = route.action;
