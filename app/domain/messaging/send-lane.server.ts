import type { PreparedSend } from "./prepared-send.ts";

/** Commits a batch and answers each of its sends; never rejects. */
export type CommitLaneBatch = (batch: PreparedSend[]) => Promise<void>;

export interface SendLane {
  /** Queues sends as a unit: they are committed in this order and in the same transaction. */
  push(unit: readonly PreparedSend[]): void;
  /** Sends that wait; those in flight do not count. */
  queued(): number;
  /** Whether a commit is in flight. */
  isBusy(): boolean;
  /** Resolves when nothing is queued or in flight. */
  idle(): Promise<void>;
}

export interface SendLaneOptions {
  commit: CommitLaneBatch;
  /** Sends in one commit. A unit is never divided, so a larger one goes by itself. */
  maxBatch: number;
  maxBatchBytes: number;
  /** Told how long a unit has waited when its commit begins. */
  onWaited?(waitedMs: number): void;
}

interface Unit {
  sends: readonly PreparedSend[];
  bytes: number;
  queuedAtMs: number;
}

/**
 * One commit at a time. What is sent while it is in flight waits for it and then goes together;
 * an idle lane commits at once, so nothing waits for company.
 */
export function createSendLane({ commit, maxBatch, maxBatchBytes, onWaited }: SendLaneOptions): SendLane {
  let queue: Unit[] = [];
  let queued = 0;
  let running: Promise<void> | undefined;

  function nextBatch(): PreparedSend[] {
    const batch: PreparedSend[] = [];
    const nowMs = performance.now();
    let taken = 0;
    let bytes = 0;
    for (const unit of queue) {
      bytes += unit.bytes;
      if (taken > 0 && (batch.length + unit.sends.length > maxBatch || bytes > maxBatchBytes)) break;
      for (const send of unit.sends) batch.push(send);
      onWaited?.(nowMs - unit.queuedAtMs);
      taken++;
    }
    queue = queue.slice(taken);
    queued -= batch.length;
    return batch;
  }

  async function run(): Promise<void> {
    while (queue.length > 0) await commit(nextBatch());
    running = undefined;
  }

  return {
    push(sends) {
      const bytes = sends.reduce((sum, send) => sum + send.payloadBytes, 0);
      queue.push({ sends, bytes, queuedAtMs: performance.now() });
      queued += sends.length;
      running ??= run();
    },
    queued: () => queued,
    isBusy: () => running !== undefined,
    idle: async () => running,
  };
}
