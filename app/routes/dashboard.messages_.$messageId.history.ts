import { z } from "zod";
import { readMessageHistory } from "#app/domain/messaging/read-message-history.server.ts";
import { messageIdSchema } from "#app/domain/messaging/schema.ts";
import type { MessageHistory } from "#app/domain/messaging/trail-schema.ts";
import { pageLoader } from "#app/http/page-route.server.ts";
import { asResource } from "#app/http/resource-route.server.ts";

/** How the message that is open was posted and what happened to it. Data, not a page. */
export const loader = asResource(
  pageLoader({
    scope: "messages:read",
    params: z.object({ messageId: messageIdSchema }),
    handler: async ({ db, actor, params }) => {
      const { attempts, events } = await readMessageHistory(db, actor, params.messageId);
      const answer: MessageHistory = { attempts, events };
      return Response.json(answer, { headers: { "Cache-Control": "no-store" } });
    },
  }),
);
