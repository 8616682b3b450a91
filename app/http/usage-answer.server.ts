import { type AppError, type FieldError, isAppError } from "#app/domain/errors.ts";
import type { SettledUsage } from "#app/domain/usage/prepared-usage.ts";
import {
  type UsageBatchAnswer,
  type UsageEvent,
  type UsageOutcome,
  usageEventSchema,
} from "#app/domain/usage/schema.ts";
import { fieldErrors } from "./parse-input.server.ts";
import { classifyError } from "./problem.server.ts";
import { checkJson } from "./read-body.server.ts";

/** The event at this place of a batch, or what is wrong with it: paths begin with `events.<index>`. */
export function parseUsageEvent(value: unknown, index: number): UsageEvent | AppError {
  try {
    checkJson(value, `events.${index}`);
  } catch (error) {
    if (isAppError(error)) return error;
    throw error;
  }
  const parsed = usageEventSchema.safeParse(value);
  return parsed.success ? parsed.data : fieldErrors(parsed.error, "body", ["events", index]);
}

/** The answer to many, from what became of them, in their order. */
export function usageAnswer(settled: readonly SettledUsage[], requestId: string): UsageBatchAnswer {
  const counts = { recorded: 0, duplicates: 0, rejected: 0, failed: 0 };
  const results = settled.map((one, index) => {
    counts[one.kind === "duplicate" ? "duplicates" : one.kind]++;
    return { index, ...outcomeOf(one, index, requestId) };
  });
  return { results, ...counts };
}

function outcomeOf(settled: SettledUsage, index: number, requestId: string): UsageOutcome {
  switch (settled.kind) {
    case "recorded":
      return { outcome: "recorded", id: settled.id, costMicros: settled.costMicros };
    case "duplicate":
      return { outcome: "duplicate", id: settled.id };
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

function inBatch({ path, message }: FieldError, index: number): FieldError {
  const item = `events.${index}`;
  return { path: path === item || path.startsWith(`${item}.`) ? path : `${item}.${path}`, message };
}
