import { z } from "zod";
import { messageIdSchema } from "#app/domain/messaging/schema.ts";
import { findMessageHolds } from "#app/domain/retention/find-holds.server.ts";
import { placeHold } from "#app/domain/retention/place-hold.server.ts";
import { releaseHold } from "#app/domain/retention/release-hold.server.ts";
import { holdIdSchema, placeHoldSchema } from "#app/domain/retention/schema.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { asResource } from "#app/http/resource-route.server.ts";

/** What keeps a message, for wherever one is shown. */
export const loader = asResource(
  pageLoader({
    scope: "messages:read",
    query: z.object({ message: messageIdSchema }),
    handler: async ({ db, actor, query: { message } }) => ({
      holds: await findMessageHolds(db, actor, message),
      mayHold: actor.scopes.has("tenant:write"),
    }),
  }),
);

const { messageId, correlationId, reason } = placeHoldSchema.shape;

/** Places and releases holds from wherever something that can be held is shown. */
export const action = asResource(
  pageAction({
    scope: "tenant:write",
    form: z.discriminatedUnion("intent", [
      z.strictObject({ intent: z.literal("hold-message"), messageId: messageId.unwrap(), reason }),
      z.strictObject({
        intent: z.literal("hold-conversation"),
        correlationId: correlationId.unwrap(),
        reason,
      }),
      z.strictObject({ intent: z.literal("release"), holdId: holdIdSchema }),
    ]),
    handler: async ({ db, actor, form, request }) => {
      switch (form.intent) {
        case "hold-message":
        case "hold-conversation": {
          const { intent: _, ...hold } = form;
          await placeHold(db, actor, hold, request);
          return { done: "On hold" };
        }
        case "release":
          await releaseHold(db, actor, form.holdId, request);
          return { done: "Hold released" };
      }
    },
  }),
);
