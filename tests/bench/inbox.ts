import { startChild } from "./child-process.ts";
import type { BenchEnvironment } from "./environment.ts";
import { createFullMailboxes, type FullMailboxes } from "./full-mailboxes.ts";
import { inTurns, load } from "./http-load.ts";
import { type Figure, milliseconds, perSecond, ratio } from "./report.ts";
import { startSignalbox } from "./signalbox-process.ts";

const CONNECTIONS = 64;
const MAILBOXES = 20;
const LIMIT = 10;
/** The deepest page there is: its messages follow 9,990 others. */
const PAGES = [1, 1_000];
const messages = Number(process.env.SIGNALBOX_BENCH_MESSAGES || 2_000_000);
const seconds = Number(process.env.SIGNALBOX_BENCH_SECONDS || 5);
const rounds = Number(process.env.SIGNALBOX_BENCH_ROUNDS || 3);

/** Pages of full inboxes over 64 connections: Signalbox beside the Express baseline with COUNT and OFFSET. */
export async function benchInbox(environment: BenchEnvironment): Promise<Figure[]> {
  const startedAtMs = performance.now();
  const full = await createFullMailboxes(environment.owner, { mailboxes: MAILBOXES, messages });
  const loadedMs = performance.now() - startedAtMs;
  const signalbox = await startSignalbox(environment);
  const express = startChild({
    module: new URL("./baseline/express-server.ts", import.meta.url).pathname,
    env: { DATABASE_SYSTEM_URL: environment.systemUrl, NODE_ENV: "production" },
  });
  const figures: Figure[] = [
    {
      what: `${full.messagesEach.toLocaleString("en-US")} messages in each of ${MAILBOXES} mailboxes`,
      measured: `loaded in ${(loadedMs / 1_000).toFixed(0)} s`,
    },
  ];
  try {
    const { origin } = await express.next<{ origin: string }>();
    for (const page of PAGES) {
      await requireSamePage(signalbox.origin, origin, full, page);
      const results = await inTurns(
        {
          signalbox: (forSeconds) => loadPages(signalbox.origin, full, page, forSeconds),
          express: (forSeconds) => loadPages(origin, full, page, forSeconds),
        },
        { rounds, seconds, warmupSeconds: 3 },
      );
      for (const name of ["signalbox", "express"] as const) {
        const { perSecond: rate, p50Ms, p99Ms, failures } = results[name];
        const failed = failures > 0 ? `, ${failures} FAILED` : "";
        figures.push({
          what: `inbox page ${page}, ${CONNECTIONS} connections, ${name}`,
          measured: `${perSecond(rate)}, p50 ${milliseconds(p50Ms)}, p99 ${milliseconds(p99Ms)}${failed}`,
        });
      }
      const { signalbox: ours, express: theirs } = results;
      figures.push({
        what: `page ${page}, Signalbox to Express 4 + pg`,
        measured: ratio(ours.perSecond, theirs.perSecond),
        target: "≥ 5 ×",
        met: ours.perSecond >= 5 * theirs.perSecond && ours.failures + theirs.failures === 0,
      });
    }
    return figures;
  } finally {
    await express.stop();
    await signalbox.stop();
  }
}

const pathOf = (id: string, page: number) => `/api/messaging/inbox/${id}?page=${page}&limit=${LIMIT}`;

interface Page {
  messages: { id: string; sequence: number }[];
  pagination: { total: number };
}

/** Two servers that answer differently cannot be compared. */
async function requireSamePage(
  ours: string,
  theirs: string,
  { agents }: FullMailboxes,
  page: number,
): Promise<void> {
  const [agent] = agents;
  if (agent === undefined) throw new Error("There are no agents.");
  const read = async (origin: string): Promise<string> => {
    const response = await fetch(origin + pathOf(agent.id, page), {
      headers: { authorization: `Bearer ${agent.key}` },
    });
    const { messages: found, pagination } = (await response.json()) as Page;
    return JSON.stringify([pagination.total, found.map(({ id, sequence }) => [id, sequence])]);
  };
  const [here, there] = [await read(ours), await read(theirs)];
  if (here !== there) throw new Error(`The servers disagree about page ${page}:\n${here}\n${there}`);
}

/** Each connection reads one mailbox, its agent's own. */
function loadPages(origin: string, { agents }: FullMailboxes, page: number, forSeconds: number) {
  let next = 0;
  return load({
    url: origin,
    connections: CONNECTIONS,
    duration: forSeconds,
    setupClient(client) {
      const agent = agents[next++ % agents.length];
      if (agent === undefined) throw new Error("There are no agents.");
      client.setRequests([
        { method: "GET", path: pathOf(agent.id, page), headers: { authorization: `Bearer ${agent.key}` } },
      ]);
    },
  });
}
