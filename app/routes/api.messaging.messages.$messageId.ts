import { z } from "zod";
import { readMessageHistory } from "#app/domain/messaging/read-message-history.server.ts";
import { messageIdSchema } from "#app/domain/messaging/schema.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "messages:read",
    params: z.object({ messageId: messageIdSchema }),
    handler: ({ db, actor, params }) => readMessageHistory(db, actor, params.messageId),
  },
});

export const loader = route.loader;
export const action = route.action;
