import { idempotencyKeySchema, sendMessageSchema } from "#app/domain/messaging/schema.ts";
import { api, json } from "#app/http/api-route.server.ts";
import { readHeader } from "#app/http/parse-input.server.ts";

const route = api({
  POST: {
    scope: "messages:send",
    body: sendMessageSchema,
    handler: async ({ runtime, actor, body, headers, request }) => {
      const idempotencyKey = readHeader(headers, "Idempotency-Key", idempotencyKeySchema);
      return json(await runtime.sender.send(actor, body, { idempotencyKey, request }), { status: 201 });
    },
  },
});

export const loader = route.loader;
export const action = route.action;
