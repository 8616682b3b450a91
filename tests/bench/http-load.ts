import autocannon, { type Options } from "autocannon";

export interface LoadResult {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Answers that were not 2xx, errors and timeouts: a run with any is no measurement. */
  failures: number;
}

/** Keep-alive connections, each sending its next request when the last was answered. */
export async function load(options: Options): Promise<LoadResult> {
  const result = await autocannon(options);
  return {
    perSecond: result["2xx"] / result.duration,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    failures: result.non2xx + result.errors + result.timeouts,
  };
}

/** The run with the median rate. */
export function medianOf(results: readonly LoadResult[]): LoadResult {
  const sorted = [...results].sort((a, b) => a.perSecond - b.perSecond);
  const median = sorted[Math.floor(sorted.length / 2)];
  if (median === undefined) throw new RangeError("There are no results.");
  return { ...median, failures: results.reduce((sum, result) => sum + result.failures, 0) };
}

/**
 * Runs the contenders in turns, so that what else the machine does hits all of them alike, after a
 * warm-up of each that is thrown away.
 */
export async function inTurns<Name extends string>(
  contenders: Record<Name, (seconds: number) => Promise<LoadResult>>,
  { rounds, seconds, warmupSeconds }: { rounds: number; seconds: number; warmupSeconds: number },
): Promise<Record<Name, LoadResult>> {
  const names = Object.keys(contenders) as Name[];
  const results = new Map<Name, LoadResult[]>(names.map((name) => [name, []]));
  for (const name of names) await contenders[name](warmupSeconds);
  for (let round = 0; round < rounds; round += 1)
    for (const name of names) results.get(name)?.push(await contenders[name](seconds));
  return Object.fromEntries(names.map((name) => [name, medianOf(results.get(name) ?? [])])) as Record<
    Name,
    LoadResult
  >;
}
