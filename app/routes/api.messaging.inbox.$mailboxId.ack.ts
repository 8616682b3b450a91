import { z } from "zod";
import { ackMessages } from "#app/domain/messaging/ack-messages.server.ts";
import { ackSchema } from "#app/domain/messaging/claim-schema.ts";
import { mailboxIdSchema } from "#app/domain/messaging/schema.ts";
import { absentMessages } from "#app/http/absent-messages.server.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  POST: {
    scope: "messages:read",
    params: z.object({ mailboxId: mailboxIdSchema }),
    body: ackSchema,
    handler: async ({ runtime, actor, params, body, request, missing }) => {
      const answer = await ackMessages(runtime, actor, params.mailboxId, body, request);
      missing(absentMessages(answer));
      return answer;
    },
  },
});

export const loader = route.loader;
export const action = route.action;
