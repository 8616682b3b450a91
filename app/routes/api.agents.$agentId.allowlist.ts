import { z } from "zod";
import { agentIdSchema, namedListSchema } from "#app/domain/messaging/agent-schema.ts";
import { readAllowlist } from "#app/domain/messaging/read-allowlist.server.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "agents:read",
    params: z.object({ agentId: agentIdSchema }),
    query: namedListSchema,
    handler: ({ db, actor, params, query }) => readAllowlist(db, actor, params.agentId, query),
  },
});

export const loader = route.loader;
export const action = route.action;
