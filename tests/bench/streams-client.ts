/**
 * The clients of the streams bench, in a process of their own: thousands of raw sockets that each
 * hold an inbox stream, and senders that post at a steady rate. One process, so that one clock times both.
 */
import { Agent, request } from "node:http";
import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { BenchAgent } from "./population.ts";
import { percentile } from "./report.ts";

export type Command =
  | { command: "open"; origin: string; agents: BenchAgent[] }
  | { command: "send"; perSecond: number; seconds: number }
  | { command: "close" };

export interface OpenAnswer {
  open: number;
}

/** Latencies in milliseconds. */
export interface SendAnswer {
  sent: number;
  failed: number;
  received: number;
  perSecond: number;
  acceptedToClient: { p50: number; p99: number; max: number };
  requestToClient: { p50: number; p99: number; max: number };
}

/** A loopback address has 28,000 ports for us at most, so the sockets come from several. */
const STREAMS_PER_ADDRESS = 5_000;
const OPENING_AT_ONCE = 200;
const SETTLE_TIMEOUT_MS = 10_000;

let origin = new URL("http://127.0.0.1");
let agents: BenchAgent[] = [];
let streams: Socket[] = [];
const sender = new Agent({ keepAlive: true, maxSockets: 64 });

interface Timing {
  requestedAtMs: number;
  acceptedAtMs?: number;
  receivedAtMs?: number;
}
const timings = new Map<number, Timing>();
let received = 0;
let nextNumber = 1;

function openStream(agent: BenchAgent, index: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const localAddress = `127.0.0.${2 + Math.floor(index / STREAMS_PER_ADDRESS)}`;
    const socket = connect({ host: origin.hostname, port: Number(origin.port), localAddress });
    socket.setNoDelay(true);
    let isOpen = false;
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("A stream was closed before it was ready.")));
    socket.on("data", (chunk: Buffer) => {
      const receivedAtMs = performance.now();
      const text = chunk.toString("latin1");
      if (!isOpen && text.includes("event: ready")) {
        isOpen = true;
        resolve(socket);
      } else if (!isOpen && !text.startsWith("HTTP/1.1 200") && text.startsWith("HTTP/1.1"))
        reject(new Error(`A stream was refused: ${text.slice(0, 300)}`));
      for (const [, number] of text.matchAll(/"detail":"n(\d+)"/g)) {
        received += 1;
        const timing = timings.get(Number(number));
        if (timing !== undefined) timing.receivedAtMs ??= receivedAtMs;
      }
    });
    socket.write(
      `GET /api/messaging/inbox/${agent.id}/stream HTTP/1.1\r\nHost: ${origin.host}\r\n` +
        `Authorization: Bearer ${agent.key}\r\nAccept: text/event-stream\r\n\r\n`,
    );
  });
}

async function open(): Promise<OpenAnswer> {
  streams = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < agents.length) {
      const index = next++;
      const agent = agents[index];
      if (agent !== undefined) streams.push(await openStream(agent, index));
    }
  };
  await Promise.all(Array.from({ length: OPENING_AT_ONCE }, work));
  return { open: streams.length };
}

/** Posts one message; resolves with whether it was accepted. */
function post(from: BenchAgent): Promise<boolean> {
  const number = nextNumber++;
  const payload = { status: "working", progress: 50, detail: `n${number}` };
  const body = JSON.stringify({ recipientId: from.recipientId, type: "status_update", payload });
  const timing: Timing = { requestedAtMs: performance.now() };
  timings.set(number, timing);
  return new Promise((resolve) => {
    const call = request(
      new URL("/api/messaging/send", origin),
      {
        method: "POST",
        agent: sender,
        headers: {
          authorization: `Bearer ${from.key}`,
          "content-type": "application/json",
          "content-length": Buffer.byteLength(body),
        },
      },
      (response) => {
        timing.acceptedAtMs = performance.now();
        if (response.statusCode !== 201) timings.delete(number);
        response.resume().on("close", () => resolve(response.statusCode === 201));
      },
    );
    call.on("error", () => {
      timings.delete(number);
      resolve(false);
    });
    call.end(body);
  });
}

const summary = (samples: readonly number[]) => ({
  p50: percentile(samples, 0.5),
  p99: percentile(samples, 0.99),
  max: samples.reduce((max, sample) => Math.max(max, sample), 0),
});

async function send(perSecond: number, seconds: number): Promise<SendAnswer> {
  timings.clear();
  received = 0;
  const total = perSecond * seconds;
  const startedAtMs = performance.now();
  const answers: Promise<boolean>[] = [];
  // By the clock and not by the answers: a slow server does not make its own load lighter.
  while (answers.length < total) {
    const due = Math.min(total, Math.floor(((performance.now() - startedAtMs) / 1_000) * perSecond));
    while (answers.length < due) {
      const from = agents[Math.floor(Math.random() * agents.length)];
      if (from !== undefined) answers.push(post(from));
    }
    await delay(1);
  }
  const accepted = (await Promise.all(answers)).filter(Boolean).length;
  const elapsedSeconds = (performance.now() - startedAtMs) / 1_000;
  for (const end = performance.now() + SETTLE_TIMEOUT_MS; received < accepted && performance.now() < end; )
    await delay(20);

  const arrived = [...timings.values()].flatMap(({ requestedAtMs, acceptedAtMs, receivedAtMs }) =>
    acceptedAtMs === undefined || receivedAtMs === undefined
      ? []
      : // The event may well overtake the answer to the sender, which then waited for nothing.
        [{ accepted: Math.max(0, receivedAtMs - acceptedAtMs), requested: receivedAtMs - requestedAtMs }],
  );
  return {
    sent: accepted,
    failed: total - accepted,
    received,
    perSecond: total / elapsedSeconds,
    acceptedToClient: summary(arrived.map((sample) => sample.accepted)),
    requestToClient: summary(arrived.map((sample) => sample.requested)),
  };
}

async function handle(command: Command): Promise<object> {
  switch (command.command) {
    case "open":
      origin = new URL(command.origin);
      agents = command.agents;
      return open();
    case "send":
      return send(command.perSecond, command.seconds);
    case "close":
      for (const socket of streams) socket.removeAllListeners("close").destroy();
      streams = [];
      return { open: 0 };
  }
}

process.on("message", (command: Command) => {
  handle(command).then(
    (answer) => process.send?.(answer),
    (error: unknown) => {
      process.send?.({ error: error instanceof Error ? error.message : String(error) });
    },
  );
});
