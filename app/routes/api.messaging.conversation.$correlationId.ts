import { z } from "zod";
import { readConversation } from "#app/domain/messaging/read-conversation.server.ts";
import { conversationQuerySchema, correlationIdSchema } from "#app/domain/messaging/schema.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "messages:read",
    params: z.object({ correlationId: correlationIdSchema }),
    query: conversationQuerySchema,
    handler: ({ db, actor, params, query }) => readConversation(db, actor, params.correlationId, query),
  },
});

export const loader = route.loader;
export const action = route.action;
