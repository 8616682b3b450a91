import { afterAll, beforeAll, expect, it } from "vitest";
import {
  freePort,
  makeDataDir,
  removeDataDir,
  type ServerProcess,
  startServerProcess,
} from "#tests/setup/server-process.ts";
import { type Kill, sendThroughKills } from "./killed-sends.ts";

const dataDir = makeDataDir();
let port = 0;
let server: ServerProcess;

beforeAll(async () => {
  port = await freePort();
  server = await startServerProcess({ dataDir, port });
});

afterAll(async () => {
  await server.stop();
  removeDataDir(dataDir);
});

it("keeps each of 20 senders' 500 sends once while the server is killed 20 times", async () => {
  const kills = Array.from({ length: 20 }, (_, n): Kill => (n % 2 === 0 ? "everything" : "server"));
  const { restartMs } = await sendThroughKills({
    ...{ server, dataDir, port, kills },
    senders: 20,
    recipients: 5,
    sendsEach: 500,
    onRestarted(restarted) {
      server = restarted;
    },
  });
  expect(restartMs).toHaveLength(20);
  console.log(`Restarts took ${restartMs.map((ms) => (ms / 1_000).toFixed(1)).join(", ")} s.`);
});
