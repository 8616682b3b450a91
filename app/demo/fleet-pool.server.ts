import { randomInt, randomUUID } from "node:crypto";
import type { Logger } from "pino";
import { type ClaimedWork, createClaims } from "./fleet-claims.server.ts";
import { pause, sendMessage } from "./fleet-client.server.ts";
import type { FleetMember, Intent } from "./fleet-members.ts";
import { createMemory } from "./fleet-memory.ts";
import { monthSoFar } from "./fleet-month.ts";
import { createRandom, type Random } from "./fleet-random.ts";
import { reportUsage } from "./fleet-reporting.server.ts";
import { type WorkItem, workItems } from "./fleet-script.ts";

export interface DemoPoolOptions {
  origin: string;
  /** The agent that runs as several replicas. */
  pool: { id: string; name: string; key: string };
  /** The demo agents; its engineers have work for the pool. */
  agents: readonly (FleetMember & { key: string })[];
  log: Logger;
  seed?: number;
  /** How long everything takes, 1 being as scripted. */
  pace?: number;
}

export interface DemoPool {
  /** Resolves when no request of the pool is open any more. */
  stop(): Promise<void>;
}

const REPLICAS = 2;
const LEASE_SECONDS = 60;
/** The lab's own limit on how often a run is handed out, as the service has it. */
const LEASES_MAX = 5;
const NACK_CHANCE = 0.15;
const REMEMBERED_MAX = 200;
const IDLE_MS = 2_000;
const TROUBLE_MS = 15_000;
/** More than half again of what its tier has a month: its sends stop, and what is sent to it goes on. */
const MONTHS_TOKENS = 30_800_000;
/** How long it leaves off reporting once it was not let. */
const SILENT_MS = 15 * 60_000;

/**
 * Runs an agent as two replicas that share one mailbox by claims, and the engineers who give it work.
 * Now and then a run is given back; the first one that is ordered cannot be run on any rig and ends
 * as a dead letter, but runs when somebody replays it.
 */
export function startDemoPool(options: DemoPoolOptions): DemoPool {
  const log = options.log.child({ part: "demo-pool" });
  const random = createRandom(options.seed ?? randomInt(2 ** 31));
  const ended = new AbortController();
  const { signal } = ended;
  const pace = options.pace ?? 1;
  const wait = (minMs: number, maxMs: number) => pause(random.between(minMs, maxMs) * pace, signal);
  /** Runs that no rig can do, until they have been given up once. */
  const hopeless = createMemory<true>(REMEMBERED_MAX);
  let silentUntilMs = 0;

  /** The rigs have used up their tokens, which is how a paused agent is there to be seen. */
  async function tellMonth(): Promise<void> {
    const { id, key } = options.pool;
    const events = monthSoFar({ id, role: "support" }, MONTHS_TOKENS, random, Date.now());
    while (!signal.aborted && (await reportUsage(options.origin, key, events)) === false)
      await wait(TROUBLE_MS, TROUBLE_MS);
  }

  async function order(engineers: DemoPoolOptions["agents"]): Promise<void> {
    for (let runs = 0; !signal.aborted && engineers.length > 0; runs++) {
      await wait(runs === 0 ? 2_000 : 7_000, runs === 0 ? 4_000 : 13_000);
      if (signal.aborted) return;
      const engineer = random.pick(engineers);
      const run = testRun(engineer, options.pool.id, random, runs === 0);
      const outcome = await sendMessage(options.origin, engineer.key, run, randomUUID());
      if (outcome.kind === "unauthorized") return;
      if (outcome.kind === "later") await wait(TROUBLE_MS, TROUBLE_MS);
    }
  }

  async function replica(rig: string): Promise<void> {
    const claims = createClaims({ ...options, key: options.pool.key, mailboxId: options.pool.id });
    while (!signal.aborted) {
      try {
        const works = await claims.claim(1, LEASE_SECONDS);
        for (const work of works) await run(rig, work, claims);
        if (works.length === 0) await wait(IDLE_MS, IDLE_MS * 1.5);
      } catch (error) {
        if (signal.aborted) return;
        // Not an alarm: a person may have changed the mailbox's mode or revoked the key.
        log.info(
          { rig, reason: error instanceof Error ? error.message : String(error) },
          "A demo rig waits.",
        );
        await wait(TROUBLE_MS, TROUBLE_MS * 2);
      }
    }
  }

  async function run(rig: string, work: ClaimedWork, claims: ReturnType<typeof createClaims>): Promise<void> {
    await wait(2_000, 6_000);
    // Told to stop, it hands its run to the other rig rather than to let the lease run out.
    if (signal.aborted) return void (await claims.nack(work, 0));
    const isHopeless = isBroken(work) && hopeless.get(work.id) === undefined;
    if (isHopeless || random.chance(NACK_CHANCE)) {
      if (work.lease.count >= LEASES_MAX) hopeless.set(work.id, true);
      await claims.nack(work, isHopeless ? 4 : 8);
      return;
    }
    await claims.ack(work);
    if (Date.now() < silentUntilMs) return;
    const told = report(options.pool, rig, work);
    const outcome = await sendMessage(options.origin, options.pool.key, told, work.lease.id);
    if (outcome.kind === "blocked") silentUntilMs = Date.now() + SILENT_MS;
  }

  const engineers = options.agents.filter(({ role }) => role === "engineer");
  const rigs = Array.from({ length: REPLICAS }, (_, index) => replica(`Rig ${index + 1}`));
  const running = Promise.allSettled([order(engineers), tellMonth(), ...rigs]).then((results) => {
    for (const result of results)
      if (result.status === "rejected") log.error({ err: result.reason }, "The demo pool has a fault.");
  });
  return {
    async stop() {
      ended.abort();
      await running;
    },
  };
}

const brokenRig = "R-9";

const isBroken = ({ payload }: ClaimedWork): boolean =>
  typeof payload.context === "object" &&
  payload.context !== null &&
  "rig" in payload.context &&
  payload.context.rig === brokenRig;

function testRun(from: FleetMember, to: string, random: Random, isBrokenRun: boolean): Intent {
  const item: WorkItem = random.pick(workItems);
  const context = { branch: item.branch, ...(isBrokenRun && { rig: brokenRig }) };
  const taskId = `RIG-${Math.floor(random.between(100, 1_000))}`;
  const description = isBrokenRun
    ? `Run the endurance test of ${item.branch} on rig ${brokenRig}`
    : `Run the tests of ${item.branch}: ${item.component}`;
  // Before all others, so that it is given up early on.
  const priority = isBrokenRun ? "urgent" : random.pick(["normal", "normal", "high", "low"] as const);
  return {
    from,
    to,
    type: "task_handoff",
    payload: { taskId, description, priority: "medium", context },
    priority,
    isAside: true,
    thinkMs: 0,
  };
}

/** The pool is nobody of the story, so that what it reports leads to nothing further. */
function report(pool: { id: string; name: string }, rig: string, work: ClaimedWork): Intent {
  return {
    from: { id: pool.id, name: pool.name, role: "engineer" },
    to: work.senderId,
    type: "status_update",
    payload: { taskId: work.payload.taskId, status: "passed", progress: 100, detail: `Ran on ${rig}.` },
    correlationId: work.correlationId,
    replyTo: work.id,
    isAside: true,
    thinkMs: 0,
  };
}
