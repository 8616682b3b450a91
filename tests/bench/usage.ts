import type { BenchEnvironment } from "./environment.ts";
import { inTurns, type LoadResult, load } from "./http-load.ts";
import { type BenchKey, createPopulation } from "./population.ts";
import { type Figure, milliseconds, perSecond } from "./report.ts";
import { startSignalbox } from "./signalbox-process.ts";

const BATCH = 1_000;
const CONNECTIONS = 8;
const TENANTS = 2;
const seconds = Number(process.env.SIGNALBOX_BENCH_SECONDS || 5);
const rounds = Number(process.env.SIGNALBOX_BENCH_ROUNDS || 3);

const models = ["claude-sonnet-4-5", "claude-haiku-4-5", "gpt-4o-mini"];
const tools = ["search", "read_file", "write_file", "run_tests"];

/** Stands for the call's number, so that a body can be made anew by one replacement. */
const mark = "@@@@@@@@";

/**
 * Usage events in batches of 1,000 over HTTP, each event with a key that was never used before, from
 * agents of two tenants; then single events. What is counted is what the events table has got.
 */
export async function benchUsage(environment: BenchEnvironment): Promise<Figure[]> {
  const { owner } = environment;
  const reporters: BenchKey[] = [];
  for (let n = 0; n < TENANTS; n++)
    reporters.push(...(await createPopulation(owner, CONNECTIONS / TENANTS)).agents);
  const signalbox = await startSignalbox(environment);
  let calls = 0;
  const run = (events: number, connections: number) => (forSeconds: number) =>
    report(
      { environment, origin: signalbox.origin, reporters, events, connections, next: () => ++calls },
      forSeconds,
    );
  try {
    const { many, single } = await inTurns(
      { many: run(BATCH, CONNECTIONS), single: run(1, 64) },
      { rounds, seconds, warmupSeconds: 3 },
    );
    const [sums] = await owner`
      select
        (select coalesce(sum(input_tokens + output_tokens), 0) from usage_events) as events,
        (select coalesce(sum(used_tokens), 0) from agent_periods) as months,
        (select coalesce(sum(input_tokens + output_tokens), 0) from usage_days) as days`;
    const agree = sums?.events === sums?.months && sums?.events === sums?.days;
    return [
      {
        what: `usage events in batches of ${BATCH} over HTTP, ${CONNECTIONS} connections`,
        measured: `${perSecond(many.perSecond)}, p50 ${milliseconds(many.p50Ms)}, p99 ${milliseconds(many.p99Ms)} a batch${failed(many)}`,
        target: "≥ 10,000/s",
        met: many.perSecond >= 10_000 && many.failures === 0,
      },
      {
        what: "single usage events over HTTP, 64 connections",
        measured: `${perSecond(single.perSecond)}, p50 ${milliseconds(single.p50Ms)}, p99 ${milliseconds(single.p99Ms)}${failed(single)}`,
      },
      {
        what: "tokens of events, of months and of days",
        measured: agree ? "the same" : `events ${sums?.events}, months ${sums?.months}, days ${sums?.days}`,
        target: "the same",
        met: agree,
      },
    ];
  } finally {
    await signalbox.stop();
  }
}

const failed = ({ failures }: LoadResult): string => (failures > 0 ? `, ${failures} FAILED` : "");

interface Reporting {
  environment: BenchEnvironment;
  origin: string;
  reporters: readonly BenchKey[];
  events: number;
  connections: number;
  next(): number;
}

async function report(
  { environment: { owner }, origin, reporters, events, connections, next }: Reporting,
  forSeconds: number,
): Promise<LoadResult> {
  const counted = async () => {
    const [row] = await owner`select coalesce(sum(events), 0) as events from usage_days`;
    return Number(row?.events);
  };
  const before = await counted();
  const startedAtMs = performance.now();
  let client = 0;
  const result = await load({
    url: `${origin}/api/usage`,
    method: "POST",
    connections,
    duration: forSeconds,
    setupClient(connection) {
      const reporter = reporters[client++ % reporters.length];
      if (reporter === undefined) throw new Error("There are no reporters.");
      const body = bodyOf(reporter, events);
      const headers = { authorization: `Bearer ${reporter.key}`, "content-type": "application/json" };
      const renew = () =>
        connection.setHeadersAndBody(
          headers,
          body.replaceAll(mark, String(next()).padStart(mark.length, "0")),
        );
      renew();
      connection.on("response", renew);
    },
  });
  const elapsedSeconds = (performance.now() - startedAtMs) / 1_000;
  return { ...result, perSecond: ((await counted()) - before) / elapsedSeconds };
}

/** A call of so many events of an agent, for five people, with three models and up to two tools each. */
function bodyOf({ id }: BenchKey, events: number): string {
  const list = Array.from({ length: events }, (_, n) => ({
    agentId: id,
    model: models[n % models.length],
    inputTokens: 900 + (n % 200),
    outputTokens: 120,
    cachedTokens: 400,
    toolsCalled: tools.slice(0, n % 3),
    query: "Why does the GR-4 gripper re-home after every pick?",
    responseLength: 480,
    durationMs: 1_400,
    conversationId: `NW-${n % 50}`,
    userId: `person-${n % 5}`,
    idempotencyKey: `${mark}-${n}`,
  }));
  return JSON.stringify(events === 1 ? list[0] : { events: list });
}
