/**
 * Upper bounds of the buckets in which delivery times are counted, in milliseconds; what is longer is
 * in one more. Percentiles are estimated within a bucket, so the steps are at most two and a half
 * times where it matters.
 */
export const latencyBoundsMs = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 300_000, 900_000,
  3_600_000, 21_600_000,
] as const;

/** The bucket of a delivery time, from 0. */
export function latencyBucketOf(latencyMs: number): number {
  const bucket = latencyBoundsMs.findIndex((bound) => latencyMs <= bound);
  return bucket < 0 ? latencyBoundsMs.length : bucket;
}
