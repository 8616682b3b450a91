import { z } from "zod";
import { cancelAsk } from "#app/domain/asking/cancel-ask.server.ts";
import { agentIdSchema } from "#app/domain/messaging/agent-schema.ts";
import { messageIdSchema } from "#app/domain/messaging/schema.ts";
import { api } from "#app/http/api-route.server.ts";
import { askServices } from "#app/http/ask-answer.server.ts";

/** Ends the wait for an answer, wherever somebody waits for it, and tells the agent. */
const route = api({
  POST: {
    scope: "messages:send",
    params: z.object({ agentId: agentIdSchema, messageId: messageIdSchema }),
    handler: ({ runtime, actor, params, request }) =>
      cancelAsk(askServices(runtime), actor, { ...params, reason: "person", request }),
  },
});

export const loader = route.loader;
export const action = route.action;
