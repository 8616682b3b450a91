import { setTimeout as delay } from "node:timers/promises";
import { startChild } from "./child-process.ts";
import { createEnvironment } from "./environment.ts";
import { createPopulation } from "./population.ts";
const environment = await createEnvironment();
const N = Number(process.env.N ?? 2000);
const { agents } = await createPopulation(environment.owner, N);
const child = startChild({ module: "/tmp/livebench/server.mjs", nodeOptions: ["--expose-gc"], env: {
  NODE_ENV: "production", PORT: "0", HOST: "127.0.0.1", SIGNALBOX_ORIGIN: "", SIGNALBOX_DATA_DIR: environment.dataDir,
  SIGNALBOX_SECRET_KEY: environment.secretKey, SIGNALBOX_ROLE: "all", DATABASE_URL: environment.ownerUrl, DATABASE_TENANT_URL: "", DATABASE_SYSTEM_URL: "", LOG_LEVEL: "warn" } });
const { origin } = await child.next<{ origin: string }>();
const client = startChild({ module: new URL("./streams-client.ts", import.meta.url).pathname });
const warm = Math.min(500, N / 2);
await client.ask({ command: "open", origin, agents: agents.slice(0, warm) });
await client.ask({ command: "close" });
await delay(1500);
const before = await child.ask<any>({ snap: process.env.SNAP ? "/tmp/livebench/a.heapsnapshot" : undefined });
await client.ask({ command: "open", origin, agents });
await delay(2000);
const after = await child.ask<any>({ snap: process.env.SNAP ? "/tmp/livebench/b.heapsnapshot" : undefined });
for (const k of ["rss", "heapUsed", "external", "arrayBuffers"]) console.log(k, ((after[k] - before[k]) / N / 1024).toFixed(2), "KiB each");
if (process.env.SEND) {
  await child.ask({ profile: "start" });
  const r = await client.ask<any>({ command: "send", perSecond: Number(process.env.SEND), seconds: 15 });
  console.log(JSON.stringify(r));
  console.log(JSON.stringify(await child.ask({ profile: "stop" })));
}
await client.stop(); await child.stop(); await environment.stop();
process.exit(0);
