import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { prepareSend } from "#app/domain/messaging/prepare-send.server.ts";
import type { PreparedSend } from "#app/domain/messaging/prepared-send.ts";
import { sendMessageSchema } from "#app/domain/messaging/schema.ts";
import { newId, toTypeId, toUuid } from "#db/ids.ts";
import { type BatchPopulation, createBatchPopulation, recipientsEach } from "./batch-population.ts";
import type { BenchEnvironment } from "./environment.ts";
import { inTurns, type LoadResult, load } from "./http-load.ts";
import { findPgbench, runPgbench } from "./pgbench.ts";
import { batchScript } from "./pgbench-script.ts";
import { type Figure, milliseconds, perSecond, ratio } from "./report.ts";
import { startSignalbox } from "./signalbox-process.ts";

const BATCH = 100;
const CONNECTIONS = 8;
/** As many as Signalbox has lanes, and as many as it has clients. */
const PGBENCH_CLIENTS = [2, CONNECTIONS] as const;
const seconds = Number(process.env.SIGNALBOX_BENCH_SECONDS || 5);
const rounds = Number(process.env.SIGNALBOX_BENCH_ROUNDS || 3);

/**
 * Batches of 100 over HTTP, beside the same SQL driven by pgbench with prepared statements and
 * pipelines, on one database. Each client is a sender of its own with ten recipients, ten messages
 * for each.
 */
export async function benchBatch(environment: BenchEnvironment): Promise<Figure[]> {
  const program = findPgbench();
  if (program === undefined)
    return [{ what: `batches of ${BATCH}`, measured: "skipped: pgbench is not installed" }];
  const overHttp = await createBatchPopulation(environment.owner, CONNECTIONS, 1);
  const inSql = await createBatchPopulation(environment.owner, CONNECTIONS, 2);
  const script = join(environment.dataDir, "batch.sql");
  writeFileSync(script, await scriptOf(environment.systemUrl, inSql));

  const signalbox = await startSignalbox(environment);
  let transactions = 1_000;
  const pgbench = async (clients: number, forSeconds: number): Promise<LoadResult> => {
    // Of an own range each time, since numbers make ids.
    transactions += 1_000_000;
    const result = await runPgbench({
      ...{ program, script, clients },
      url: environment.systemUrl,
      seconds: forSeconds,
      variables: { n: 10_000_000 + transactions },
    });
    if (process.env.SIGNALBOX_BENCH_DETAILS) console.log(shorten(result.report));
    const { transactionsPerSecond, latencyMs } = result;
    return { perSecond: transactionsPerSecond * BATCH, p50Ms: latencyMs, p99Ms: Number.NaN, failures: 0 };
  };
  try {
    const [few, many] = PGBENCH_CLIENTS;
    const results = await inTurns(
      {
        signalbox: (forSeconds) => loadBatches(environment, signalbox.origin, overHttp, forSeconds),
        few: (forSeconds) => pgbench(few, forSeconds),
        many: (forSeconds) => pgbench(many, forSeconds),
      },
      { rounds, seconds, warmupSeconds: 3 },
    );
    const { signalbox: ours } = results;
    const failed = ours.failures > 0 ? `, ${ours.failures} FAILED` : "";
    const best = Math.max(results.few.perSecond, results.many.perSecond);
    return [
      {
        what: `messages in batches of ${BATCH} over HTTP, ${CONNECTIONS} connections`,
        measured: `${perSecond(ours.perSecond)}, p50 ${milliseconds(ours.p50Ms)}, p99 ${milliseconds(ours.p99Ms)} a batch${failed}`,
      },
      ...([few, many] as const).map((clients, n) => {
        const { perSecond: rate, p50Ms } = n === 0 ? results.few : results.many;
        return {
          what: `the same SQL by pgbench, ${clients} connections`,
          measured: `${perSecond(rate)}, mean ${milliseconds(p50Ms)} a batch`,
        };
      }),
      {
        what: "Signalbox to the better of the two",
        measured: ratio(ours.perSecond, best),
        target: "≥ 0.6 ×",
        met: ours.perSecond >= 0.6 * best && ours.failures === 0,
      },
    ];
  } finally {
    await signalbox.stop();
  }
}

const payload = {
  taskId: "NW-1042",
  description: "Stop the GR-4 gripper from re-homing after every pick",
  priority: "medium",
  context: { component: "gripper-firmware", branch: "fix/gr4-rehome" },
};

/** What is counted is what the mailboxes have got, not what the answers say. */
async function loadBatches(
  { owner }: BenchEnvironment,
  origin: string,
  { tenantUuid, senders }: BatchPopulation,
  forSeconds: number,
): Promise<LoadResult> {
  const received = async () => {
    const [row] = await owner`
      select sum(last_sequence) as messages from mailboxes where tenant_id = ${tenantUuid}`;
    return Number(row?.messages);
  };
  let next = 0;
  const before = await received();
  const startedAtMs = performance.now();
  const result = await load({
    url: `${origin}/api/messaging/batch`,
    method: "POST",
    connections: CONNECTIONS,
    duration: forSeconds,
    setupClient(client) {
      const sender = senders[next++ % senders.length];
      if (sender === undefined) throw new Error("There are no senders.");
      client.setHeadersAndBody(
        { authorization: `Bearer ${sender.key}`, "content-type": "application/json" },
        JSON.stringify({
          messages: Array.from({ length: BATCH }, (_, n) => ({
            recipientId: toTypeId("agt", sender.recipients[n % recipientsEach] ?? ""),
            type: "task_handoff",
            payload,
          })),
        }),
      );
    },
  });
  const elapsedSeconds = (performance.now() - startedAtMs) / 1_000;
  return { ...result, perSecond: ((await received()) - before) / elapsedSeconds };
}

const scriptOf = (url: string, population: BatchPopulation): Promise<string> =>
  batchScript({ url, batch: batchOf(population), templates: population.templates });

/** The first sender's batch, ready to be committed. */
function batchOf({ tenantUuid, senders }: BatchPopulation): PreparedSend[] {
  const [sender] = senders;
  if (sender === undefined) throw new Error("There are no senders.");
  const senderId = toTypeId("agt", sender.uuid);
  return Array.from({ length: BATCH }, (_, n) =>
    prepareSend(
      {
        kind: "agent",
        id: senderId,
        tenantId: toTypeId("ten", tenantUuid),
        name: "Bench agent",
        scopes: new Set(["messages:send"]),
        credential: { kind: "key", id: newId("key") },
      },
      sendMessageSchema.parse({
        recipientId: toTypeId("agt", sender.recipients[n % recipientsEach] ?? ""),
        type: "task_handoff",
        payload,
      }),
      { request: { requestId: toUuid(newId("evt")), ipHash: null } },
    ),
  );
}

/** pgbench repeats each statement in full; its first line says which it is. */
const shorten = (report: string): string =>
  report
    .split("\n")
    .filter((line) => /^(tps|latency)|^\s+\d+\.\d+\s/.test(line))
    .map((line) => line.slice(0, 100))
    .join("\n");
