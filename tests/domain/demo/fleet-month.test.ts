import { expect, it } from "vitest";
import { monthSoFar, monthsTokens } from "#app/demo/fleet-month.ts";
import { createRandom } from "#app/demo/fleet-random.ts";

const agent = { id: "agt_1", role: "engineer" } as const;
const so = (at: string, seed = 1) => monthSoFar(agent, 8_600_000, createRandom(seed), Date.parse(at));

it.each(["2026-11-27T18:00:00Z", "2026-11-01T00:00:10Z", "2024-02-29T23:59:59Z"])(
  "a month told at %s is all within it and adds up to what it should",
  (at) => {
    const events = so(at);
    const tokens = events.reduce((sum, one) => sum + one.inputTokens + one.outputTokens, 0);
    expect(Math.abs(tokens - 8_600_000)).toBeLessThan(events.length * 2);
    for (const { occurredAt } of events) {
      expect(occurredAt.slice(0, 7)).toBe(at.slice(0, 7));
      expect(Date.parse(occurredAt)).toBeLessThanOrEqual(Date.parse(at));
    }
  },
);

it("told again in the same month it has the same keys, in the next others", () => {
  const keysOf = (at: string) => so(at, 2).map(({ idempotencyKey }) => idempotencyKey);
  expect(keysOf("2026-11-28T09:00:00Z")).toEqual(keysOf("2026-11-02T09:00:00Z"));
  expect(new Set([...keysOf("2026-11-28T09:00:00Z"), ...keysOf("2026-12-02T09:00:00Z")]).size).toBe(120);
});

it("has agents well within their quota, warned and limited", () => {
  expect(monthsTokens("planner", 0)).toBeLessThan(4_000_000);
  expect(monthsTokens("engineer", 1)).toBeGreaterThan(8_000_000);
  expect(monthsTokens("reviewer", 0)).toBeGreaterThan(5_000_000);
});
