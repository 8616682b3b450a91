import { type AppError, type FieldError, isAppError } from "#app/domain/errors.ts";
import type { BatchAnswer, BatchItemOutcome } from "#app/domain/messaging/batch-schema.ts";
import type { SettledSend } from "#app/domain/messaging/commit-batch.server.ts";
import { sentenceOfBlock } from "#app/domain/messaging/decide-send.ts";
import type { BatchItem } from "#app/domain/messaging/message-sender.server.ts";
import { batchItemSchema } from "#app/domain/messaging/schema.ts";
import { fieldErrors } from "./parse-input.server.ts";
import { classifyError } from "./problem.server.ts";
import { checkJson } from "./read-body.server.ts";

/** The send at this place of a batch, or what is wrong with it: paths begin with `messages.<index>`. */
export function parseBatchItem(value: unknown, index: number): BatchItem | AppError {
  try {
    checkJson(value, `messages.${index}`);
  } catch (error) {
    if (isAppError(error)) return error;
    throw error;
  }
  const parsed = batchItemSchema.safeParse(value);
  if (!parsed.success) return fieldErrors(parsed.error, "body", ["messages", index]);
  const { idempotencyKey, ...input } = parsed.data;
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
    case "rejected": {
      const { code, message, errors } = settled.error;
      const named = errors.map((error) => inBatch(error, index));
      return { outcome: "rejected", code, detail: message, ...(named.length > 0 && { errors: named }) };
    }
    case "failed": {
      const { code, detail } = classifyError(settled.error, requestId).problem;
      return { outcome: "failed", code, detail };
    }
  }
}

/** What a single send calls its header is a member of the item here. */
function inBatch({ path, message }: FieldError, index: number): FieldError {
  const item = `messages.${index}`;
  if (path === item || path.startsWith(`${item}.`)) return { path, message };
  return { path: `${item}.${path === "header.Idempotency-Key" ? "idempotencyKey" : path}`, message };
}
