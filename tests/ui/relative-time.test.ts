import { expect, test } from "vitest";
import { formatExact, formatRelative } from "#app/ui/primitives/relative-time.tsx";

const now = Date.parse("2026-03-12T14:00:00Z");
const before = (seconds: number) => formatRelative(now - seconds * 1_000, now, "UTC");

test.each([
  [0, "just now"],
  [44, "just now"],
  [46, "1 min ago"],
  [150, "2 min ago"],
  [59 * 60 + 40, "59 min ago"],
  [5 * 3_600, "5 h ago"],
  [23.8 * 3_600, "23 h ago"],
  [3 * 86_400, "3 d ago"],
  [7 * 86_400, "5 Mar"],
  [400 * 86_400, "5 Feb 2025"],
])("%d seconds ago reads %j", (seconds, words) => {
  expect(before(seconds)).toBe(words);
});

test("a clock that runs a little ahead does not make a message come from the future", () => {
  expect(before(-30)).toBe("just now");
});

test("what is to come is said as such", () => {
  expect(before(-2 * 3_600)).toBe("in 2 h");
});

test("the exact time names its zone", () => {
  expect(formatExact(now, "UTC")).toBe("12 Mar 2026, 14:00:00 UTC");
});
