import { z } from "zod";
import { readInbox } from "#app/domain/messaging/read-inbox.server.ts";
import { inboxQuerySchema, mailboxIdSchema } from "#app/domain/messaging/schema.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "messages:read",
    params: z.object({ mailboxId: mailboxIdSchema }),
    query: inboxQuerySchema,
    handler: ({ db, actor, params, query }) => readInbox(db, actor, params.mailboxId, query),
  },
});

export const loader = route.loader;
export const action = route.action;
