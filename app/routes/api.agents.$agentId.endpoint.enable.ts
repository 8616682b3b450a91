import { z } from "zod";
import { agentIdSchema } from "#app/domain/messaging/agent-schema.ts";
import { switchEndpoint } from "#app/domain/messaging/push/switch-endpoint.server.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  POST: {
    scope: "agents:write",
    params: z.object({ agentId: agentIdSchema }),
    handler: ({ db, actor, params: { agentId }, request }) =>
      switchEndpoint(db, { actor, agentId, request, to: "active" }),
  },
});

export const loader = route.loader;
export const action = route.action;
