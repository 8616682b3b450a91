import { replaySchema } from "#app/domain/messaging/dead-letter-schema.ts";
import { replayMailbox, replayMessages } from "#app/domain/messaging/replay-messages.server.ts";
import { absentMessages } from "#app/http/absent-messages.server.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  POST: {
    scope: "messages:read",
    body: replaySchema,
    handler: async ({ runtime, actor, body: { messageIds = [], recipientId }, request, missing }) => {
      if (recipientId !== undefined) return replayMailbox(runtime, actor, recipientId, request);
      const answer = await replayMessages(runtime, actor, messageIds, request);
      missing(absentMessages(answer));
      return answer;
    },
  },
});

export const loader = route.loader;
export const action = route.action;
