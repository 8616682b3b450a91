import { latencyBoundsMs } from "../latency-buckets.ts";
import type { DeliveryTime } from "./schema.ts";

/** Delivery times as roll-ups keep them: how many, their sum, and how many fell into each bucket. */
export interface Latencies {
  count: number;
  totalMs: number;
  buckets: readonly number[];
}

/** The average exactly, and percentiles as estimates; null where nothing was timed. */
export function deliveryTimeOf(latencies: Latencies): DeliveryTime | null {
  const { count, totalMs } = latencies;
  if (count <= 0) return null;
  return {
    count,
    averageMs: rounded(totalMs / count),
    p50Ms: rounded(percentileOf(latencies, 0.5)),
    p95Ms: rounded(percentileOf(latencies, 0.95)),
  };
}

/**
 * The time within which `share` (0 to 1) of the deliveries were made, as if those of a bucket were
 * spread evenly over it. What is longer than the last bound counts as the bound.
 */
function percentileOf({ buckets }: Latencies, share: number): number {
  const wanted = buckets.reduce((sum, count) => sum + count, 0) * share;
  let below = 0;
  for (const [n, count] of buckets.entries()) {
    if (count > 0 && below + count >= wanted) {
      const lower = latencyBoundsMs[n - 1] ?? 0;
      const upper = latencyBoundsMs[n] ?? lower;
      return lower + ((upper - lower) * (wanted - below)) / count;
    }
    below += count;
  }
  return latencyBoundsMs[latencyBoundsMs.length - 1] ?? 0;
}

const rounded = (ms: number): number => Math.round(ms * 10) / 10;
