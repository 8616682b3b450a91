import { createCommitLanes } from "#app/domain/commit-lanes.server.ts";
import { AppError, isAppError } from "#app/domain/errors.ts";
import type { Database } from "#db/database.ts";
import type { Log } from "#db/log.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import { commitUsage } from "./commit-usage.server.ts";
import type { MeteredEvent } from "./metered-event.ts";
import { prepareUsage, usageCall } from "./prepare-usage.ts";
import type { PreparedUsage, SettledUsage } from "./prepared-usage.ts";
import type { UsageEvent } from "./schema.ts";

/** What became of events that were committed together. */
export interface CommittedUsage {
  lane: number;
  events: number;
  durationMs: number;
  /** Tried for it: more than one when the database had refused some of it. */
  transactions: number;
  outcomes: Record<SettledUsage["kind"], number>;
  metered: readonly MeteredEvent[];
}

/** Told of what the lanes do, for the process's metrics. */
export interface UsageMetrics {
  committed(committed: CommittedUsage): void;
  /** What one call had for its lane waited so long until its commit began. */
  waited(waitedMs: number): void;
}

export interface UsageRecorderOptions {
  db: Database;
  log: Pick<Log, "warn" | "error">;
  metrics?: UsageMetrics;
  /** Each has its own commits; a tenant keeps to one, since its roll-ups' rows are what commits wait for. */
  lanes?: number;
  maxBatch?: number;
  /** Events that may wait; more are refused as `overloaded`. */
  maxQueued?: number;
}

export interface UsageRecorder {
  /**
   * Counts events, with whatever else waits at this moment; gives what became of each, in their order.
   * One of another agent than an agent's key, or of a time out of bounds, is rejected for itself.
   * Throws for the call as a whole: `forbidden`, `overloaded`, `shutting_down`.
   */
  record(actor: Actor, events: readonly UsageEvent[], request: RequestInfo | null): Promise<SettledUsage[]>;
  /** Events that wait or are in flight. */
  queued(): number;
  lanes(): { queued: number; isBusy: boolean }[];
  /** Refuses what comes from now on and waits for what was accepted before. */
  close(): Promise<void>;
}

const maxBatchBytes = 16 * 1024 * 1024;
/** Of an event without its query, roughly: what a batch weighs matters for its order of magnitude. */
const eventBytes = 600;

/** The process's way to count usage: calls that arrive while a commit is in flight go together. */
export function createUsageRecorder(options: UsageRecorderOptions): UsageRecorder {
  const { db, log, metrics, lanes: laneCount = 2, maxBatch = 4_000, maxQueued = 50_000 } = options;
  const waiting = new Map<PreparedUsage, (outcome: SettledUsage) => void>();
  let isClosing = false;

  const lanes = createCommitLanes<PreparedUsage>({
    commit,
    lanes: laneCount,
    maxBatch,
    maxBatchBytes,
    bytesOf: ({ event }) => eventBytes + (event.query?.length ?? 0),
    onWaited: (waitedMs) => metrics?.waited(waitedMs),
  });

  async function commit(lane: number, batch: PreparedUsage[]): Promise<void> {
    const startedAt = performance.now();
    const { settled, metered, transactions } = await commitUsage({ db, log }, batch);
    const durationMs = performance.now() - startedAt;
    const outcomes = { recorded: 0, duplicate: 0, rejected: 0, failed: 0 };
    for (const [one, outcome] of settled) {
      outcomes[outcome.kind]++;
      waiting.get(one)?.(outcome);
      waiting.delete(one);
    }
    metrics?.committed({ lane, events: batch.length, durationMs, transactions, outcomes, metered });
  }

  function refuse(events: number): void {
    if (isClosing) throw new AppError("shutting_down", "The server is stopping.", { retryAfterSeconds: 1 });
    if (waiting.size + events > maxQueued)
      throw new AppError("overloaded", "Too many events are waiting.", { retryAfterSeconds: 1 });
  }

  return {
    async record(actor, events, request) {
      const call = usageCall(actor, request);
      const nowMs = Date.now();
      const prepared = events.map((event) => prepareUsage(call, event, nowMs));
      const unit = prepared.flatMap((one) => (isAppError(one) ? [] : [one]));
      refuse(unit.length);
      const settling = unit.map((one) => new Promise<SettledUsage>((resolve) => waiting.set(one, resolve)));
      if (unit.length > 0) lanes.push(laneOf(call.tenantUuid, laneCount), unit);
      const settled = (await Promise.all(settling)).values();
      return prepared.map((one): SettledUsage => {
        if (isAppError(one)) return { kind: "rejected", error: one };
        return settled.next().value ?? { kind: "failed", error: new Error("an event was not settled") };
      });
    },
    queued: () => waiting.size,
    lanes: lanes.state,
    async close() {
      isClosing = true;
      await lanes.idle();
    },
  };
}

const laneOf = (tenantUuid: string, lanes: number): number =>
  Number.parseInt(tenantUuid.slice(-8), 16) % lanes;
