import { z } from "zod";
import { addAllowlistEdge } from "#app/domain/messaging/add-allowlist-edge.server.ts";
import { agentIdSchema } from "#app/domain/messaging/agent-schema.ts";
import { removeAllowlistEdge } from "#app/domain/messaging/remove-allowlist-edge.server.ts";
import { api } from "#app/http/api-route.server.ts";

const params = z
  .object({ agentId: agentIdSchema, recipientId: agentIdSchema })
  .refine(({ agentId, recipientId }) => agentId !== recipientId, {
    path: ["recipientId"],
    error: "must be another agent than the sender",
  })
  .transform(({ agentId, recipientId }) => ({ senderId: agentId, recipientId }));

const route = api({
  PUT: {
    scope: "agents:write",
    params,
    handler: ({ db, actor, params: ends, request }) => addAllowlistEdge(db, actor, ends, request),
  },
  DELETE: {
    scope: "agents:write",
    params,
    handler: ({ db, actor, params: ends, request }) => removeAllowlistEdge(db, actor, ends, request),
  },
});

export const loader = route.loader;
export const action = route.action;
