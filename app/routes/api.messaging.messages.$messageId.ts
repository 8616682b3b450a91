import { z } from "zod";
import { readMessage } from "#app/domain/messaging/read-message.server.ts";
import { messageIdSchema } from "#app/domain/messaging/schema.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "messages:read",
    params: z.object({ messageId: messageIdSchema }),
    handler: ({ db, actor, params }) => readMessage(db, actor, params.messageId),
  },
});

export const loader = route.loader;
export const action = route.action;
