import { describe, expect, test } from "vitest";
import {
  CENT,
  DOLLAR,
  modelPrices,
  modelTiers,
  planCatalogue,
  plans,
  QUOTA_UNITS,
  thinkingMicros,
  thinkingModes,
  tierCatalogue,
  tierPrices,
  unitsOfToken,
} from "#app/domain/catalogue.ts";

describe("the catalogue", () => {
  test("has the plans as they are sold", () => {
    expect(plans.map((plan) => [plan, planCatalogue[plan].baseMicros / DOLLAR])).toEqual([
      ["starter", 99],
      ["growth", 299],
      ["enterprise", 999],
    ]);
    expect(plans.map((plan) => planCatalogue[plan].includedAgents)).toEqual([2, 5, 20]);
    expect(plans.filter((plan) => planCatalogue[plan].offersOverage)).toEqual(["growth", "enterprise"]);
  });

  test("has agents, quotas and overage by tier; opus is never included", () => {
    expect(modelTiers.map((tier) => tierCatalogue[tier].agentMicros / DOLLAR)).toEqual([29, 59, 99]);
    expect(modelTiers.map((tier) => tierCatalogue[tier].tokenQuota / 1_000_000)).toEqual([20, 10, 5]);
    expect(modelTiers.map((tier) => tierCatalogue[tier].overageMicrosPerMillion / DOLLAR)).toEqual([
      1, 4, 20,
    ]);
    expect(modelTiers.filter((tier) => !tierCatalogue[tier].includable)).toEqual(["opus"]);
  });

  test("has thinking by mode", () => {
    expect(thinkingModes.map((mode) => [mode, thinkingMicros[mode] / DOLLAR])).toEqual([
      ["off", 0],
      ["low", 5],
      ["medium", 10],
      ["high", 20],
    ]);
  });

  test("weighs tokens in whole units that make every tier's quota the same", () => {
    for (const tier of modelTiers) {
      expect(Number.isInteger(unitsOfToken[tier]), tier).toBe(true);
      expect(unitsOfToken[tier] * tierCatalogue[tier].tokenQuota, tier).toBe(QUOTA_UNITS);
    }
  });

  test("has no price below a cent, and none that is no whole number", () => {
    const recurring = [
      ...plans.map((plan) => planCatalogue[plan].baseMicros),
      ...modelTiers.flatMap((tier) => [
        tierCatalogue[tier].agentMicros,
        tierCatalogue[tier].overageMicrosPerMillion,
      ]),
      ...thinkingModes.map((mode) => thinkingMicros[mode]),
    ];
    for (const micros of recurring) expect(micros % CENT).toBe(0);
    for (const price of [...Object.values(modelPrices), ...modelTiers.map((tier) => tierPrices[tier])]) {
      for (const cents of [price.inputCents, price.cachedInputCents, price.outputCents])
        expect(Number.isInteger(cents) && cents > 0).toBe(true);
      expect(price.cachedInputCents).toBeLessThanOrEqual(price.inputCents);
      expect(price.inputCents).toBeLessThanOrEqual(price.outputCents);
    }
  });
});
