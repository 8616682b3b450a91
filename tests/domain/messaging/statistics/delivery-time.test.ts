import { expect, test } from "vitest";
import { latencyBoundsMs, latencyBucketOf } from "#app/domain/messaging/latency-buckets.ts";
import { deliveryTimeOf } from "#app/domain/messaging/statistics/delivery-time.ts";

const timed = (...timesMs: number[]) => {
  const buckets = Array.from({ length: latencyBoundsMs.length + 1 }, () => 0);
  for (const ms of timesMs) buckets[latencyBucketOf(ms)] = (buckets[latencyBucketOf(ms)] ?? 0) + 1;
  return deliveryTimeOf({
    count: timesMs.length,
    totalMs: timesMs.reduce((sum, ms) => sum + ms, 0),
    buckets,
  });
};

test("without a timed delivery there is nothing to say", () => {
  expect(timed()).toBeNull();
});

test("percentiles are within the bucket that the true one is in", () => {
  const times = Array.from({ length: 1_000 }, (_, n) => n);
  const shown = timed(...times);
  expect(shown).toMatchObject({ count: 1_000, averageMs: 499.5 });
  expect(shown?.p50Ms).toBeGreaterThanOrEqual(200);
  expect(shown?.p50Ms).toBeLessThanOrEqual(500);
  expect(shown?.p95Ms).toBeGreaterThanOrEqual(900);
  expect(shown?.p95Ms).toBeLessThanOrEqual(1_000);
});

test("a single delivery has one time, and what is longer than the last bound counts as the bound", () => {
  expect(timed(1)).toEqual({ count: 1, averageMs: 1, p50Ms: 0.5, p95Ms: 1 });
  expect(timed(90_000_000)).toEqual({
    count: 1,
    averageMs: 90_000_000,
    p50Ms: 21_600_000,
    p95Ms: 21_600_000,
  });
});
