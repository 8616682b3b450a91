import { z } from "zod";
import { agentIdSchema } from "#app/domain/messaging/agent-schema.ts";
import { readCommunications } from "#app/domain/messaging/statistics/read-communications.server.ts";
import { communicationsQuerySchema } from "#app/domain/messaging/statistics/schema.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "messages:read",
    params: z.object({ agentId: agentIdSchema }),
    query: communicationsQuerySchema,
    handler: ({ db, actor, params, query }) =>
      readCommunications(db, actor, params.agentId, query, Date.now()),
  },
});

export const loader = route.loader;
export const action = route.action;
