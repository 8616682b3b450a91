import { checkSendSchema } from "#app/domain/messaging/check-schema.ts";
import { checkSend } from "#app/domain/messaging/check-send.server.ts";
import { sendMessageSchema } from "#app/domain/messaging/schema.ts";
import { api } from "#app/http/api-route.server.ts";
import { fieldErrors } from "#app/http/parse-input.server.ts";

const route = api({
  POST: {
    scope: "messages:send",
    body: checkSendSchema,
    handler: ({ runtime, db, actor, body, request }) => {
      const parsed = sendMessageSchema.safeParse(body);
      return checkSend(db, actor, parsed.success ? parsed.data : fieldErrors(parsed.error, "body"), {
        sender: runtime.sender,
        request,
      });
    },
  },
});

export const loader = route.loader;
export const action = route.action;
