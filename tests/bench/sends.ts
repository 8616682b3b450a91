import { startChild } from "./child-process.ts";
import type { BenchEnvironment } from "./environment.ts";
import { inTurns, load } from "./http-load.ts";
import { createPopulation, type Population } from "./population.ts";
import { type Figure, milliseconds, perSecond, ratio } from "./report.ts";
import { startSignalbox } from "./signalbox-process.ts";

const CONNECTIONS = 64;

/** Single sends over 64 connections: Signalbox beside the Express baseline, on one database. */
export async function benchSends(environment: BenchEnvironment): Promise<Figure[]> {
  const population = await createPopulation(environment.owner, CONNECTIONS);
  const signalbox = await startSignalbox(environment);
  const express = startChild({
    module: new URL("./baseline/express-server.ts", import.meta.url).pathname,
    env: { DATABASE_SYSTEM_URL: environment.systemUrl, NODE_ENV: "production" },
  });
  try {
    const { origin } = await express.next<{ origin: string }>();
    const results = await inTurns(
      {
        signalbox: (seconds) => loadSends(signalbox.origin, population, seconds),
        express: (seconds) => loadSends(origin, population, seconds),
      },
      { rounds: 3, seconds: 5, warmupSeconds: 3 },
    );
    const figures = (["signalbox", "express"] as const).map((name) => {
      const { perSecond: rate, p50Ms, p99Ms, failures } = results[name];
      const failed = failures > 0 ? `, ${failures} FAILED` : "";
      return {
        what: `sends, ${CONNECTIONS} connections, ${name}`,
        measured: `${perSecond(rate)}, p50 ${milliseconds(p50Ms)}, p99 ${milliseconds(p99Ms)}${failed}`,
      };
    });
    const gain = results.signalbox.perSecond / results.express.perSecond;
    return [
      ...figures,
      {
        what: "Signalbox to Express 4 + pg",
        measured: ratio(results.signalbox.perSecond, results.express.perSecond),
        target: "≥ 2.5 ×",
        met: gain >= 2.5 && results.signalbox.failures === 0,
      },
    ];
  } finally {
    await express.stop();
    await signalbox.stop();
  }
}

/** Each connection is an agent of its own that writes to its neighbour. */
function loadSends(origin: string, { agents }: Population, seconds: number) {
  let next = 0;
  return load({
    url: `${origin}/api/messaging/send`,
    method: "POST",
    connections: CONNECTIONS,
    duration: seconds,
    setupClient(client) {
      const agent = agents[next++ % agents.length];
      if (agent === undefined) throw new Error("There are no agents.");
      client.setHeadersAndBody(
        { authorization: `Bearer ${agent.key}`, "content-type": "application/json" },
        JSON.stringify({
          recipientId: agent.recipientId,
          type: "task_handoff",
          payload: {
            taskId: "NW-1042",
            description: "Stop the GR-4 gripper from re-homing after every pick",
            priority: "medium",
            context: { component: "gripper-firmware", branch: "fix/gr4-rehome" },
          },
        }),
      );
    },
  });
}
