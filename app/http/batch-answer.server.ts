import { type AppError, isAppError } from "#app/domain/errors.ts";
import type { BatchAnswer, BatchItemOutcome } from "#app/domain/messaging/batch-schema.ts";
import type { SettledSend } from "#app/domain/messaging/commit-batch.server.ts";
import { sentenceOfBlock } from "#app/domain/messaging/decide-send.ts";
import type { BatchItem } from "#app/domain/messaging/message-sender.server.ts";
import { batchItemSchema } from "#app/domain/messaging/schema.ts";
import { failedOfMany, parseOneOfMany, rejectedOfMany } from "./many-at-once.server.ts";

/** The send at this place of a batch, or what is wrong with it. */
export function parseBatchItem(value: unknown, index: number): BatchItem | AppError {
  const parsed = parseOneOfMany(batchItemSchema, value, "messages", index);
  if (isAppError(parsed)) return parsed;
  const { idempotencyKey, ...input } = parsed;
  return { input, idempotencyKey };
}

/** The answer to a batch, from what became of its messages, in their order. */
export function batchAnswer(settled: readonly SettledSend[], requestId: string): BatchAnswer {
  const counts = { accepted: 0, blocked: 0, rejected: 0, failed: 0 };
  const results = settled.map((one, index) => {
    counts[one.kind]++;
    return { index, ...outcomeOf(one, index, requestId) };
  });
  return { results, ...counts };
}

function outcomeOf(settled: SettledSend, index: number, requestId: string): BatchItemOutcome {
  switch (settled.kind) {
    case "accepted":
      return { outcome: "accepted", ...settled.result };
    case "blocked": {
      const { messageId, reason } = settled;
      return { outcome: "blocked", messageId, code: reason, detail: sentenceOfBlock[reason] };
    }
    case "rejected":
      return rejectedOfMany(settled.error, "messages", index);
    case "failed":
      return failedOfMany(settled.error, requestId);
  }
}
