import { execFileSync } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { type Child, startChild } from "./child-process.ts";
import type { BenchEnvironment } from "./environment.ts";
import { type BenchAgent, createPopulation } from "./population.ts";
import { type Figure, kibibytes, milliseconds, perSecond } from "./report.ts";
import { startSignalbox } from "./signalbox-process.ts";
import type { Command, OpenAnswer, SendAnswer } from "./streams-client.ts";

const STREAMS = 10_000;
const WARM_UP_STREAMS = 500;
const MESSAGES_PER_SECOND = 500;
const SECONDS = 20;
/** Beside the streams: database, listening socket, modules. */
const OTHER_FILES = 500;

/** Thousands of inbox streams in one server process: memory per stream, and how late messages are. */
export async function benchStreams(environment: BenchEnvironment): Promise<Figure[]> {
  const openFiles = Number(execFileSync("sh", ["-c", "ulimit -Hn"], { encoding: "utf8" })) || STREAMS * 2;
  const count = Math.min(STREAMS, openFiles - OTHER_FILES);
  const { agents } = await createPopulation(environment.owner, count);
  const signalbox = await startSignalbox(environment);
  const client = startChild({ module: new URL("./streams-client.ts", import.meta.url).pathname });
  try {
    // The first streams compile code and grow pools that the rest then share.
    await openStreams(client, signalbox.origin, agents.slice(0, WARM_UP_STREAMS));
    await tell(client, { command: "send", perSecond: 100, seconds: 2 });
    await tell(client, { command: "close" });
    await delay(2_000);
    const before = await signalbox.memory();
    const { open } = await openStreams(client, signalbox.origin, agents);
    await delay(3_000);
    const after = await signalbox.memory();
    const result = await tell<SendAnswer>(client, {
      command: "send",
      perSecond: MESSAGES_PER_SECOND,
      seconds: SECONDS,
    });
    const loaded = await signalbox.memory();

    const perStream = (after.rss - before.rss) / open;
    const { acceptedToClient, requestToClient } = result;
    const complete = result.received === result.sent && result.failed === 0;
    const short = count < STREAMS ? ` (the limit of open files, ${openFiles}, allows no more)` : "";
    return [
      { what: "open streams in one process", measured: `${open.toLocaleString("en-US")}${short}` },
      {
        what: "resident memory per stream",
        measured: `${kibibytes(perStream)} (heap ${kibibytes((after.heapUsed - before.heapUsed) / open)}; after the sends ${kibibytes((loaded.rss - before.rss) / open)})`,
        target: "< 20 KB each, 10,000 open",
        met: perStream < 20_000 && open >= STREAMS,
      },
      {
        what: "messages",
        measured: `${result.sent} sent at ${perSecond(result.perSecond)}, ${result.received} received, ${result.failed} failed`,
        target: "each arrives once",
        met: complete,
      },
      {
        what: "accepted send to client",
        measured: `p50 ${milliseconds(acceptedToClient.p50)}, p99 ${milliseconds(acceptedToClient.p99)}, max ${milliseconds(acceptedToClient.max)}`,
        target: `p99 < 15 ms at ${MESSAGES_PER_SECOND}/s`,
        met: complete && acceptedToClient.p99 < 15,
      },
      {
        what: "request to client, the commit included",
        measured: `p50 ${milliseconds(requestToClient.p50)}, p99 ${milliseconds(requestToClient.p99)}, max ${milliseconds(requestToClient.max)}`,
      },
    ];
  } finally {
    await client.stop();
    await signalbox.stop();
  }
}

const openStreams = (client: Child, origin: string, agents: BenchAgent[]): Promise<OpenAnswer> =>
  tell(client, { command: "open", origin, agents });

async function tell<Answer extends object>(client: Child, command: Command): Promise<Answer> {
  const answer = await client.ask<Answer | { error: string }>(command);
  if ("error" in answer) throw new Error(answer.error);
  return answer;
}
