import { z } from "zod";
import { ackMessages } from "#app/domain/messaging/ack-messages.server.ts";
import { ackSchema } from "#app/domain/messaging/claim-schema.ts";
import { mailboxIdSchema } from "#app/domain/messaging/schema.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  POST: {
    scope: "messages:read",
    params: z.object({ mailboxId: mailboxIdSchema }),
    body: ackSchema,
    handler: ({ runtime, actor, params, body, request }) =>
      ackMessages(runtime, actor, params.mailboxId, body, request),
  },
});

export const loader = route.loader;
export const action = route.action;
