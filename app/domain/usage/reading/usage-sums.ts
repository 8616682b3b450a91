import type { UsageSums } from "./schema.ts";

export const noUsage: UsageSums = {
  events: 0,
  tokens: 0,
  inputTokens: 0,
  outputTokens: 0,
  cachedTokens: 0,
  thinkingTokens: 0,
  costMicros: 0,
};

/** Sums, as SQL gives them: text, since they are 64 bits wide. */
export interface UsageSumsRow {
  events: string;
  input_tokens: string;
  output_tokens: string;
  cached_tokens: string;
  thinking_tokens: string;
  cost_micros: string;
}

const columns = [
  "events",
  "input_tokens",
  "output_tokens",
  "cached_tokens",
  "thinking_tokens",
  "cost_micros",
] as const satisfies readonly (keyof UsageSumsRow)[];

/** SQL: the columns of a `UsageSumsRow`. */
export const usageSumsOf = (table: string): string =>
  columns.map((name) => `sum(${table}.${name})::bigint as ${name}`).join(", ");

export const toUsageSums = (row: UsageSumsRow): UsageSums => {
  const inputTokens = Number(row.input_tokens);
  const outputTokens = Number(row.output_tokens);
  return {
    events: Number(row.events),
    tokens: inputTokens + outputTokens,
    inputTokens,
    outputTokens,
    cachedTokens: Number(row.cached_tokens),
    thinkingTokens: Number(row.thinking_tokens),
    costMicros: Number(row.cost_micros),
  };
};

export const addUsage = (a: UsageSums, b: UsageSums): UsageSums => ({
  events: a.events + b.events,
  tokens: a.tokens + b.tokens,
  inputTokens: a.inputTokens + b.inputTokens,
  outputTokens: a.outputTokens + b.outputTokens,
  cachedTokens: a.cachedTokens + b.cachedTokens,
  thinkingTokens: a.thinkingTokens + b.thinkingTokens,
  costMicros: a.costMicros + b.costMicros,
});
