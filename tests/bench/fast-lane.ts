import type { BenchEnvironment } from "./environment.ts";
import { inTurns, load } from "./http-load.ts";
import { type Figure, milliseconds, perSecond, ratio } from "./report.ts";
import { startSignalbox } from "./signalbox-process.ts";

const CONNECTIONS = 64;

/** A trivial API route, once through the fast lane and once through Remix's own handler. */
export async function benchFastLane(environment: BenchEnvironment): Promise<Figure[]> {
  const withLane = await startSignalbox(environment);
  const withoutLane = await startSignalbox(environment, { fastLane: false });
  const ping = (origin: string) => (seconds: number) =>
    load({ url: `${origin}/api/ping`, connections: CONNECTIONS, duration: seconds });
  try {
    const results = await inTurns(
      { "fast lane": ping(withLane.origin), Remix: ping(withoutLane.origin) },
      { rounds: 3, seconds: 3, warmupSeconds: 2 },
    );
    const gain = results["fast lane"].perSecond / results.Remix.perSecond;
    return [
      ...(["fast lane", "Remix"] as const).map((name) => ({
        what: `GET /api/ping, ${CONNECTIONS} connections, ${name}`,
        measured: `${perSecond(results[name].perSecond)}, p99 ${milliseconds(results[name].p99Ms)}`,
      })),
      {
        what: "fast lane to Remix's handler",
        measured: ratio(results["fast lane"].perSecond, results.Remix.perSecond),
        target: "≥ 5 ×",
        met: gain >= 5 && results["fast lane"].failures === 0,
      },
    ];
  } finally {
    await withLane.stop();
    await withoutLane.stop();
  }
}
