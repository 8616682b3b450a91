import { z } from "zod";
import { nackSchema } from "#app/domain/messaging/claim-schema.ts";
import { nackMessages } from "#app/domain/messaging/nack-messages.server.ts";
import { mailboxIdSchema } from "#app/domain/messaging/schema.ts";
import { absentMessages } from "#app/http/absent-messages.server.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  POST: {
    scope: "messages:read",
    params: z.object({ mailboxId: mailboxIdSchema }),
    body: nackSchema,
    handler: async ({ runtime, actor, params, body, request, missing }) => {
      const answer = await nackMessages(runtime, actor, params.mailboxId, body, request);
      missing(absentMessages(answer));
      return answer;
    },
  },
});

export const loader = route.loader;
export const action = route.action;
