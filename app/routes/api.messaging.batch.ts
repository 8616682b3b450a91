import { isAppError } from "#app/domain/errors.ts";
import { maxBatchBytes, sendBatchSchema } from "#app/domain/messaging/batch-schema.ts";
import type { SettledSend } from "#app/domain/messaging/commit-batch.server.ts";
import { api } from "#app/http/api-route.server.ts";
import { batchAnswer, parseBatchItem } from "#app/http/batch-answer.server.ts";

const route = api({
  POST: {
    scope: "messages:send",
    body: sendBatchSchema,
    json: { maxBytes: maxBatchBytes, itemsOf: "messages" },
    handler: async ({ runtime, actor, body, request, missing }) => {
      const parsed = body.messages.map(parseBatchItem);
      const items = parsed.flatMap((item) => (isAppError(item) ? [] : [item]));
      const sent = await runtime.sender.sendBatch(actor, items, request);
      // Nothing was stored, and not by anybody's rule: as for a single send, that is no answer but an error.
      const [first] = sent;
      if (first?.kind === "failed" && sent.every(({ kind }) => kind === "failed")) throw first.error;

      const outcomes = sent.values();
      const settled = parsed.map((item): SettledSend => {
        if (isAppError(item)) return { kind: "rejected", error: item };
        return outcomes.next().value ?? { kind: "failed", error: new Error("a message has no outcome") };
      });
      for (const one of sent) {
        if (one.kind !== "failed" || isAppError(one.error)) continue;
        runtime.log.error({ err: one.error, requestId: request.requestId }, "Messages of a batch failed");
        break;
      }
      missing(body.messages.filter((_, index) => settled[index]?.kind === "rejected"));
      return batchAnswer(settled, request.requestId);
    },
  },
});

export const loader = route.loader;
export const action = route.action;
