import { describe, expect, it } from "vitest";
import { QUOTA_UNITS, unitsOfToken } from "#app/domain/catalogue.ts";
import {
  holdOf,
  nextCeiling,
  percentOf,
  quotaStateOf,
  severer,
  strongestHold,
  thresholdsToTell,
  unusedQuota,
} from "#app/domain/quota-state.ts";

const use = (percent: number, rest: Partial<typeof unusedQuota> = {}) => ({
  ...unusedQuota,
  ...{ used: (QUOTA_UNITS / 100) * percent, ...rest },
});

describe("the state of a quota", () => {
  it.each([
    [0, "normal", "normal"],
    [79.99, "normal", "normal"],
    [80, "warning", "warning"],
    [99.99, "warning", "warning"],
    [100, "limited", "warning"],
    [149.99, "limited", "warning"],
    [150, "paused", "paused"],
    [900, "paused", "paused"],
  ])("at %d %% is %s, and %s with overage", (percent, without, withOverage) => {
    expect(quotaStateOf(use(percent))).toBe(without);
    expect(quotaStateOf(use(percent, { overage: true }))).toBe(withOverage);
  });

  it("turns with the token that reaches a threshold, of any tier", () => {
    const before = QUOTA_UNITS * 0.8 - unitsOfToken.opus;
    expect(quotaStateOf({ ...unusedQuota, used: before })).toBe("normal");
    expect(quotaStateOf({ ...unusedQuota, used: before + unitsOfToken.opus })).toBe("warning");
  });

  it("goes by the ceiling of the time", () => {
    expect(quotaStateOf(use(199, { ceilingPercent: 200 }))).toBe("limited");
    expect(quotaStateOf(use(200, { ceilingPercent: 200 }))).toBe("paused");
  });

  it("is shown with whole percent that were really reached", () => {
    expect(percentOf(use(79.99))).toBe(79);
    expect(percentOf(use(80))).toBe(80);
    expect(percentOf({ used: 1, of: 3 })).toBe(33);
  });
});

describe("a hold", () => {
  it("is what limits or pauses, and nothing else", () => {
    expect([0, 80, 100, 150].map((percent) => holdOf(use(percent)))).toEqual([
      null,
      null,
      "limited",
      "paused",
    ]);
  });

  it("of several is the strictest", () => {
    expect(strongestHold([null, "limited", null])).toBe("limited");
    expect(strongestHold(["limited", "paused"])).toBe("paused");
    expect(strongestHold([])).toBeNull();
    expect(severer("warning", "limited")).toBe("limited");
    expect(severer("paused", "normal")).toBe("paused");
  });
});

describe("thresholds", () => {
  it("are told of once each, also when one step passes several", () => {
    expect(thresholdsToTell(use(151), 0)).toEqual([80, 100, 150]);
    expect(thresholdsToTell(use(99), 0)).toEqual([80]);
    expect(thresholdsToTell(use(120), 80)).toEqual([100]);
    expect(thresholdsToTell(use(149), 100)).toEqual([]);
    expect(thresholdsToTell(use(300), 150)).toEqual([]);
  });

  it("begin again with the next ceiling, and only with that", () => {
    expect(thresholdsToTell(use(160, { ceilingPercent: 200 }), 150)).toEqual([]);
    expect(thresholdsToTell(use(200, { ceilingPercent: 200 }), 150)).toEqual([200]);
  });
});

it("a resume sets the next multiple of 50 above what is used", () => {
  expect([0, 100, 149.9, 150, 151, 200, 260].map((percent) => nextCeiling(use(percent)))).toEqual([
    50, 150, 150, 200, 200, 250, 300,
  ]);
});
