import { type ModelTier, unitsOfToken } from "../catalogue.ts";
import { estimateCost, pricesOfModel } from "./cost-estimate.ts";
import { type Period, periodOf } from "./period.ts";
import type { PreparedUsage } from "./prepared-usage.ts";
import type { Terms } from "./read-terms.server.ts";

/** An event that is about to be counted: with all that follows from its time and its agent's terms. */
export interface MeteredEvent {
  usage: PreparedUsage;
  termsFrom: string;
  modelTier: ModelTier;
  provider: string;
  /** That count: input and output. */
  tokens: number;
  units: number;
  costMicros: number;
  period: Period;
  /** Its month was over when it came. */
  late: boolean;
}

/** What an event counts as, by the terms that held when it occurred. */
export function meter(usage: PreparedUsage, { termsFrom, modelTier }: Terms, nowMs: number): MeteredEvent {
  const { event, occurredAtMs } = usage;
  const tokens = event.inputTokens + event.outputTokens;
  const period = periodOf(occurredAtMs);
  return {
    ...{ usage, termsFrom, modelTier, tokens, period },
    provider: event.provider ?? pricesOfModel(event.model)?.provider ?? "other",
    units: tokens * unitsOfToken[modelTier],
    costMicros: event.costMicros ?? estimateCost(event.model, modelTier, event),
    late: period < periodOf(nowMs),
  };
}
