import { z } from "zod";
import { markSeen } from "#app/domain/messaging/mark-seen.server.ts";
import { mailboxIdSchema, seenThroughSchema } from "#app/domain/messaging/schema.ts";
import { pageAction } from "#app/http/page-route.server.ts";
import { asResource } from "#app/http/resource-route.server.ts";

/** The inbox page tells how far the person who looks at it has seen a mailbox. */
export const action = asResource(
  pageAction({
    scope: "messages:read",
    form: z.strictObject({ mailboxId: mailboxIdSchema, through: seenThroughSchema }),
    handler: async ({ db, actor, form: { mailboxId, through } }) => {
      await markSeen(db, actor, mailboxId, through);
      return new Response(null, { status: 204 });
    },
  }),
);
