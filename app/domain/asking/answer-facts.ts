import type { AnswerUsage } from "#app/domain/messaging/schema.ts";

/** How long an answer is: its text, or the text of its JSON. */
export const lengthOf = (data: unknown): number =>
  (typeof data === "string" ? data : (JSON.stringify(data) ?? "")).length;

/** What an answer has used, as its audit event has it. */
export const usageOf = (usage: AnswerUsage | undefined) =>
  usage && {
    model: usage.model,
    inputTokens: usage.inputTokens,
    outputTokens: usage.outputTokens,
    ...(usage.cachedTokens !== undefined && { cachedTokens: usage.cachedTokens }),
    ...(usage.thinkingTokens !== undefined && { thinkingTokens: usage.thinkingTokens }),
    ...(usage.costMicros !== undefined && { costMicros: usage.costMicros }),
  };
