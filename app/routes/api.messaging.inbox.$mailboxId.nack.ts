import { z } from "zod";
import { nackSchema } from "#app/domain/messaging/claim-schema.ts";
import { nackMessages } from "#app/domain/messaging/nack-messages.server.ts";
import { mailboxIdSchema } from "#app/domain/messaging/schema.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  POST: {
    scope: "messages:read",
    params: z.object({ mailboxId: mailboxIdSchema }),
    body: nackSchema,
    handler: ({ runtime, actor, params, body, request }) =>
      nackMessages(runtime, actor, params.mailboxId, body, request),
  },
});

export const loader = route.loader;
export const action = route.action;
