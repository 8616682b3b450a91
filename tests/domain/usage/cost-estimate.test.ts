import { describe, expect, it } from "vitest";
import { estimateCost, pricesOfModel } from "#app/domain/usage/cost-estimate.ts";

const tokens = (inputTokens: number, outputTokens: number, cachedTokens = 0) => ({
  ...{ inputTokens, outputTokens, cachedTokens },
});

describe("the estimate of what tokens cost", () => {
  it("takes list prices: a million tokens in and one out of a sonnet are $3 and $15", () => {
    expect(estimateCost("claude-sonnet-4-5", "sonnet", tokens(1_000_000, 0))).toBe(3_000_000);
    expect(estimateCost("claude-sonnet-4-5", "sonnet", tokens(0, 1_000_000))).toBe(15_000_000);
  });

  it("counts what was cached as such and not as input once more", () => {
    expect(estimateCost("claude-sonnet-4-5", "sonnet", tokens(1_000_000, 0, 1_000_000))).toBe(300_000);
    expect(estimateCost("claude-sonnet-4-5", "sonnet", tokens(1_000_000, 0, 400_000))).toBe(
      1_800_000 + 120_000,
    );
  });

  it("rounds half a micro-dollar up, and gives whole ones only", () => {
    // 15 and 8 cents a million: 0.15 a token in, 0.60 a token out.
    expect(estimateCost("gpt-4o-mini", "haiku", tokens(3, 0))).toBe(0);
    expect(estimateCost("gpt-4o-mini", "haiku", tokens(4, 0))).toBe(1);
    expect(estimateCost("gpt-4o-mini", "haiku", tokens(10, 0))).toBe(2);
    expect(estimateCost("gpt-4o-mini", "haiku", tokens(0, 0))).toBe(0);
  });

  it("goes by the longest beginning of the model's name, in any case", () => {
    expect(pricesOfModel("gpt-4o-mini-2024-07-18")).toMatchObject({ inputCents: 15 });
    expect(pricesOfModel("gpt-4o-2024-08-06")).toMatchObject({ inputCents: 250 });
    expect(pricesOfModel("Claude-Opus-4-5-20251101")).toMatchObject({ inputCents: 500 });
    expect(pricesOfModel("claude-opus-4-1")).toMatchObject({ inputCents: 1_500 });
  });

  it("takes the tier's prices for a model that is not listed", () => {
    expect(pricesOfModel("our-own-model")).toBeUndefined();
    expect(estimateCost("our-own-model", "opus", tokens(1_000, 100))).toBe(15_000 + 7_500);
    expect(estimateCost("our-own-model", "haiku", tokens(1_000, 100))).toBe(1_000 + 500);
  });
});
