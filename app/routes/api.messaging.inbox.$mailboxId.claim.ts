import { z } from "zod";
import { claimMessages } from "#app/domain/messaging/claim-messages.server.ts";
import { claimSchema } from "#app/domain/messaging/claim-schema.ts";
import { mailboxIdSchema } from "#app/domain/messaging/schema.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  POST: {
    scope: "messages:read",
    params: z.object({ mailboxId: mailboxIdSchema }),
    body: claimSchema,
    handler: ({ runtime, actor, params, body, request }) =>
      claimMessages(runtime, actor, params.mailboxId, body, request),
  },
});

export const loader = route.loader;
export const action = route.action;
