import { afterAll, beforeAll, expect, it } from "vitest";
import {
  freePort,
  makeDataDir,
  removeDataDir,
  type ServerProcess,
  startServerProcess,
} from "#tests/setup/server-process.ts";
import { sendThroughKills } from "#tests/soak/killed-sends.ts";

const dataDir = makeDataDir();
let port = 0;
let server: ServerProcess;

beforeAll(async () => {
  port = await freePort();
  server = await startServerProcess({ dataDir, port });
}, 90_000);

afterAll(async () => {
  await server.stop();
  removeDataDir(dataDir);
}, 30_000);

it("keeps each of 8 senders' 125 sends once while the server and PostgreSQL are killed", async () => {
  const { restartMs } = await sendThroughKills({
    ...{ server, dataDir, port },
    senders: 8,
    recipients: 2,
    sendsEach: 125,
    kills: ["everything", "server"],
    onRestarted(restarted) {
      server = restarted;
    },
  });
  for (const ms of restartMs) expect(ms).toBeLessThan(20_000);
}, 120_000);
