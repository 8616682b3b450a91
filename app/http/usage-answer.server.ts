import type { AppError } from "#app/domain/errors.ts";
import type { SettledUsage } from "#app/domain/usage/prepared-usage.ts";
import {
  type UsageBatchAnswer,
  type UsageEvent,
  type UsageOutcome,
  usageEventSchema,
} from "#app/domain/usage/schema.ts";
import { failedOfMany, parseOneOfMany, rejectedOfMany } from "./many-at-once.server.ts";

/** The event at this place of a batch, or what is wrong with it. */
export const parseUsageEvent = (value: unknown, index: number): UsageEvent | AppError =>
  parseOneOfMany(usageEventSchema, value, "events", index);

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
    case "rejected":
      return rejectedOfMany(settled.error, "events", index);
    case "failed":
      return failedOfMany(settled.error, requestId);
  }
}
