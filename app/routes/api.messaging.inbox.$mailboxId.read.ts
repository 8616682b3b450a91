import { z } from "zod";
import { markReadSchema } from "#app/domain/messaging/claim-schema.ts";
import { markRead } from "#app/domain/messaging/mark-read.server.ts";
import { mailboxIdSchema } from "#app/domain/messaging/schema.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  POST: {
    scope: "messages:read",
    params: z.object({ mailboxId: mailboxIdSchema }),
    body: markReadSchema,
    handler: ({ runtime, actor, params, body, request }) =>
      markRead(runtime, actor, params.mailboxId, body, request),
  },
});

export const loader = route.loader;
export const action = route.action;
