import { z } from "zod";
import { askAgent } from "#app/domain/asking/ask-agent.server.ts";
import { askSchema } from "#app/domain/asking/ask-schema.ts";
import { agentIdSchema } from "#app/domain/messaging/agent-schema.ts";
import { idempotencyKeySchema } from "#app/domain/messaging/schema.ts";
import { api, json } from "#app/http/api-route.server.ts";
import { streamAnswer, waitForAnswer } from "#app/http/ask-answer.server.ts";
import { readHeader } from "#app/http/parse-input.server.ts";

/**
 * A person's question to an agent. Waits for the answer; with `Accept: text/event-stream` it tells of
 * it as it is made; with `wait: false` it says at once (202) in which conversation it will be.
 */
const route = api({
  POST: {
    scope: "messages:send",
    params: z.object({ agentId: agentIdSchema }),
    body: askSchema,
    handler: async ({ runtime, actor, params: { agentId }, body, headers, request, signal }) => {
      const idempotencyKey = readHeader(headers, "Idempotency-Key", idempotencyKeySchema);
      const asked = await askAgent(runtime, actor, { agentId, ask: body, idempotencyKey, request });
      const { conversationId, messageId } = asked;
      if (!body.wait) {
        runtime.asking.open({ tenantId: actor.tenantId, messageId, conversationId });
        return json(asked, { status: 202 });
      }
      const asker = { runtime, actor, asked, request };
      return prefersStream(headers) ? streamAnswer(asker) : json(await waitForAnswer({ ...asker, signal }));
    },
  },
});

const prefersStream = (headers: Headers): boolean =>
  headers
    .get("Accept")
    ?.split(",")
    .some((type) => type.trim().startsWith("text/event-stream")) ?? false;

export const loader = route.loader;
export const action = route.action;
