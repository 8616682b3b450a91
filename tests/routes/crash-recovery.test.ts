import { afterAll, beforeAll, expect, it } from "vitest";
import {
  freePort,
  makeDataDir,
  removeDataDir,
  type ServerProcess,
  startServerProcess,
} from "#tests/setup/server-process.ts";
import { readNumbered, sendNumbered } from "#tests/soak/numbered-sends.ts";

const SENDS = 1_000;
const KILL_AFTER = 400;

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

it("keeps every acknowledged message once when the server and PostgreSQL are killed during 1,000 sends", async () => {
  const { agents } = server.demo();
  const planner = agents.find(({ role }) => role === "planner");
  const engineer = agents.find(({ role }) => role === "engineer");
  if (planner === undefined || engineer === undefined) throw new Error("The demo tenant lacks its agents.");

  const acknowledged = new Map<number, string>();
  let restarted: Promise<number> | undefined;
  const restart = async (): Promise<number> => {
    await server.killEverything();
    const startedAtMs = performance.now();
    server = await startServerProcess({ dataDir, port });
    return performance.now() - startedAtMs;
  };
  const sending = sendNumbered({
    origin: () => server.origin,
    key: planner.key,
    recipientId: engineer.id,
    from: 1,
    count: SENDS,
    concurrency: 16,
    onAcknowledged(number, messageId) {
      acknowledged.set(number, messageId);
      if (acknowledged.size === KILL_AFTER) restarted = restart();
    },
  });
  // Whatever became of the sends, no server may be left behind.
  await Promise.allSettled([sending]);
  const restartMs = await restarted;
  await sending;
  // The rest was acknowledged by the server that came back by itself.
  expect(restartMs).toBeLessThan(20_000);
  expect(acknowledged.size).toBe(SENDS);

  const inbox = await readNumbered(server.origin, engineer.key, engineer.id);
  const found = new Map(inbox.numbered.map(({ number, id }) => [number, id]));
  expect(inbox.numbered).toHaveLength(SENDS);
  expect(found).toEqual(acknowledged);
  expect(inbox.sequences).toEqual(inbox.sequences.map((_, index) => index + 1));
}, 120_000);
