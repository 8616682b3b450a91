import { replaySchema } from "#app/domain/messaging/dead-letter-schema.ts";
import { replayMailbox, replayMessages } from "#app/domain/messaging/replay-messages.server.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  POST: {
    scope: "messages:read",
    body: replaySchema,
    handler: ({ runtime, actor, body: { messageIds = [], recipientId }, request }) =>
      recipientId === undefined
        ? replayMessages(runtime, actor, messageIds, request)
        : replayMailbox(runtime, actor, recipientId, request),
  },
});

export const loader = route.loader;
export const action = route.action;
