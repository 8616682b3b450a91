import { z } from "zod";
import { agentIdSchema } from "#app/domain/messaging/agent-schema.ts";
import { testEndpoint } from "#app/domain/messaging/push/test-endpoint.server.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  POST: {
    scope: "agents:write",
    params: z.object({ agentId: agentIdSchema }),
    handler: ({ runtime, db, actor, params: { agentId }, request, signal }) =>
      testEndpoint(db, runtime.push, { actor, agentId, request, signal }),
  },
});

export const loader = route.loader;
export const action = route.action;
