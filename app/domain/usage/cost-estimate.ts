import { type ModelTier, modelPrices, type TokenPrices, tierPrices } from "../catalogue.ts";

/** The tokens of one event. */
export interface TokenCounts {
  inputTokens: number;
  outputTokens: number;
  /** Of the input. */
  cachedTokens: number;
}

/** The longest names first, so that the first match is the longest. */
const byLength = Object.entries(modelPrices).sort(([a], [b]) => b.length - a.length);

/** What a model's name says of its prices; undefined for one that is not listed. */
export function pricesOfModel(model: string): TokenPrices | undefined {
  const name = model.toLowerCase();
  return byLength.find(([beginning]) => name.startsWith(beginning))?.[1];
}

/**
 * What tokens probably cost, in micro-dollars rounded half up: by list price of the model, else by what
 * one of the agent's tier costs. For events whose reporter does not say what they did cost.
 */
export function estimateCost(model: string, tier: ModelTier, tokens: TokenCounts): number {
  const { inputCents, cachedInputCents, outputCents } = pricesOfModel(model) ?? tierPrices[tier];
  const hundredths =
    (tokens.inputTokens - tokens.cachedTokens) * inputCents +
    tokens.cachedTokens * cachedInputCents +
    tokens.outputTokens * outputCents;
  // A cent a million tokens is a hundredth of a micro-dollar a token.
  return Math.floor((hundredths + 50) / 100);
}
