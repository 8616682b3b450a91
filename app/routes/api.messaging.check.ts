import { checkSendSchema } from "#app/domain/messaging/check-schema.ts";
import { checkSend } from "#app/domain/messaging/check-send.server.ts";
import { sendMessageSchema } from "#app/domain/messaging/schema.ts";
import { api } from "#app/http/api-route.server.ts";
import { fieldErrors } from "#app/http/parse-input.server.ts";

const route = api({
  POST: {
    scope: "messages:send",
    body: checkSendSchema,
    handler: async ({ runtime, db, actor, body, request, missing }) => {
      const parsed = sendMessageSchema.safeParse(body);
      const answer = await checkSend(
        db,
        actor,
        parsed.success ? parsed.data : fieldErrors(parsed.error, "body"),
        { sender: runtime.sender, request },
      );
      if (answer.wouldBe === "rejected") missing(body);
      return answer;
    },
  },
});

export const loader = route.loader;
export const action = route.action;
