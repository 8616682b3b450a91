import { z } from "zod";
import { agentIdSchema } from "#app/domain/messaging/agent-schema.ts";
import { putEndpointSchema } from "#app/domain/messaging/endpoint-schema.ts";
import { putEndpoint } from "#app/domain/messaging/push/put-endpoint.server.ts";
import { readEndpoint } from "#app/domain/messaging/push/read-endpoint.server.ts";
import { removeEndpoint } from "#app/domain/messaging/push/remove-endpoint.server.ts";
import { api, json } from "#app/http/api-route.server.ts";

const params = z.object({ agentId: agentIdSchema });

const route = api({
  GET: {
    scope: "agents:read",
    params,
    handler: ({ db, actor, params: { agentId } }) => readEndpoint(db, actor, agentId),
  },
  PUT: {
    scope: "agents:write",
    params,
    body: putEndpointSchema,
    handler: async ({ runtime, db, actor, params: { agentId }, body: { url }, request }) => {
      const { endpoint, isNew } = await putEndpoint(db, runtime.push, { actor, agentId, url, request });
      return json(endpoint, { status: isNew ? 201 : 200 });
    },
  },
  DELETE: {
    scope: "agents:write",
    params,
    handler: ({ db, actor, params: { agentId }, request }) => removeEndpoint(db, { actor, agentId, request }),
  },
});

export const loader = route.loader;
export const action = route.action;
