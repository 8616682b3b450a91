import { z } from "zod";
import { agentIdSchema } from "#app/domain/messaging/agent-schema.ts";
import { rotateSecretSchema } from "#app/domain/messaging/endpoint-schema.ts";
import { rotateSecret } from "#app/domain/messaging/push/rotate-secret.server.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  POST: {
    scope: "agents:write",
    params: z.object({ agentId: agentIdSchema }),
    body: rotateSecretSchema,
    handler: ({ runtime, db, actor, params: { agentId }, body, request }) =>
      rotateSecret(db, runtime.push, { actor, agentId, request, ...body }),
  },
});

export const loader = route.loader;
export const action = route.action;
