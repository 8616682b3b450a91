import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createRandom } from "#app/demo/fleet-random.ts";
import {
  freePort,
  makeDataDir,
  removeDataDir,
  type ServerProcess,
  startServerProcess,
} from "#tests/setup/server-process.ts";
import { readNumbered, sendNumbered } from "./numbered-sends.ts";

const MINUTES = Number(process.env.SIGNALBOX_SOAK_MINUTES || 10);
const ROUND_SENDS = 2_000;
const random = createRandom(Number(process.env.SIGNALBOX_SOAK_SEED || Date.now() % 2 ** 31));

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

it(`loses and doubles nothing through ${MINUTES} minutes of kills at random moments`, async () => {
  const { agents } = server.demo();
  const planner = agents.find(({ role }) => role === "planner");
  const engineer = agents.find(({ role }) => role === "engineer");
  if (planner === undefined || engineer === undefined) throw new Error("The demo tenant lacks its agents.");

  const acknowledged = new Map<number, string>();
  const endAtMs = performance.now() + MINUTES * 60_000;
  for (let round = 0; performance.now() < endAtMs; round += 1) {
    let isSending = true;
    const sending = sendNumbered({
      origin: () => server.origin,
      key: planner.key,
      recipientId: engineer.id,
      from: round * ROUND_SENDS + 1,
      count: ROUND_SENDS,
      concurrency: 16,
      onAcknowledged: (number, messageId) => void acknowledged.set(number, messageId),
    }).finally(() => {
      isSending = false;
    });
    while (isSending && performance.now() < endAtMs) {
      await delay(random.between(50, 3_000));
      if (!isSending) break;
      if (random.chance(0.5)) await server.killEverything();
      else await server.killServer();
      server = await startServerProcess({ dataDir, port });
    }
    await sending;

    const inbox = await readNumbered(server.origin, engineer.key, engineer.id);
    expect(inbox.numbered).toHaveLength(acknowledged.size);
    expect(new Map(inbox.numbered.map(({ number, id }) => [number, id]))).toEqual(acknowledged);
    expect(inbox.sequences).toEqual(inbox.sequences.map((_, index) => index + 1));
    console.log(`Round ${round + 1}: ${acknowledged.size} messages, each there once.`);
  }
});
