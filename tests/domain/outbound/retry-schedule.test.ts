import { describe, expect, test } from "vitest";
import {
  delayAfterMs,
  maxAttempts,
  maxRetryAfterMs,
  parseRetryAfterMs,
} from "#app/domain/outbound/retry-schedule.ts";

describe("the wait after a failed attempt", () => {
  test.each([
    [1, 5],
    [2, 30],
    [3, 120],
    [4, 600],
    [5, 1_800],
    [6, 3_600],
    [7, 10_800],
    [99, 10_800],
  ])("number %i is %i s on average, from a second to twice that", (attempt, seconds) => {
    expect(delayAfterMs(attempt, 0.5)).toBe(seconds * 1_000);
    expect(delayAfterMs(attempt, 0)).toBe(1_000);
    expect(delayAfterMs(attempt, 1)).toBe(seconds * 2_000);
  });
  test("comes seven times before a message is given up", () => {
    expect(maxAttempts).toBe(8);
  });
  test("is as long as the endpoint asks for, up to a day, and never shorter", () => {
    expect(delayAfterMs(1, 0.5, 60_000)).toBe(60_000);
    expect(delayAfterMs(3, 0.5, 60_000)).toBe(120_000);
    expect(delayAfterMs(1, 0.5, 10 * maxRetryAfterMs)).toBe(maxRetryAfterMs);
  });
});

describe("Retry-After", () => {
  const nowMs = Date.parse("2026-03-01T12:00:00Z");
  test.each([
    ["0", 0],
    ["120", 120_000],
    [" 7 ", 7_000],
    ["9999999999", maxRetryAfterMs],
    ["Sun, 01 Mar 2026 12:01:00 GMT", 60_000],
    ["Sunday, 01-Mar-26 12:01:00 GMT", 60_000],
    ["Sun, 01 Mar 2026 11:00:00 GMT", 0],
    ["Sun, 01 Mar 2099 11:00:00 GMT", maxRetryAfterMs],
    ["-5", 0],
    ["1.5", 0],
    ["soon", 0],
    ["2026", 2_026_000],
    ["2026-03-01", 0],
    ["", 0],
    [undefined, 0],
  ])("%j is %i ms", (header, ms) => {
    expect(parseRetryAfterMs(header, nowMs)).toBe(ms);
  });
});
