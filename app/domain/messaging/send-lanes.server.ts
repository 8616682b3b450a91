import type { PreparedSend } from "./prepared-send.ts";

/** Commits a batch of one lane and answers each of its sends; never rejects. */
export type CommitLaneBatch = (lane: number, batch: PreparedSend[]) => Promise<void>;

export interface SendLanes {
  /** Queues sends as a unit: they are committed in this order and in the same transaction. */
  push(lane: number, unit: readonly PreparedSend[]): void;
  /** What each lane does at this moment; sends in flight do not count as queued. */
  state(): { queued: number; isBusy: boolean }[];
  /** Resolves when nothing is queued or in flight. */
  idle(): Promise<void>;
}

export interface SendLanesOptions {
  commit: CommitLaneBatch;
  lanes: number;
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

interface Lane {
  queue: Unit[];
  queued: number;
  inFlight: number;
}

/** Of one lane at once, where that much waits: the next is made and sent while the disk writes the first. */
const mostInFlight = 2;

/** No send waits longer than this for company while its lane could go: another lane may be held up for long. */
const patienceMs = 4;

/**
 * Several lanes, each with its own order. What is sent while a lane's commit is in flight waits for it
 * and then goes together; a commit costs as much for one send as for ten, so under load few and large
 * ones carry more:
 * - an idle server commits what the event loop's turn has brought, so nothing waits for company that
 *   is not there;
 * - beside another lane's commit a lane begins when as much waits in it, or after a moment;
 * - beside a commit of its own it begins when half a batch waits.
 */
export function createSendLanes(options: SendLanesOptions): SendLanes {
  const { commit, maxBatch, maxBatchBytes, onWaited } = options;
  const lanes: Lane[] = Array.from({ length: options.lanes }, () => ({ queue: [], queued: 0, inFlight: 0 }));
  const running = new Set<Promise<void>>();
  let sendsInFlight = 0;
  let turnEnd: Promise<void> | undefined;
  let isPatient = false;

  function nextBatch(lane: Lane): PreparedSend[] {
    const batch: PreparedSend[] = [];
    const nowMs = performance.now();
    let taken = 0;
    let bytes = 0;
    for (const unit of lane.queue) {
      bytes += unit.bytes;
      if (taken > 0 && (batch.length + unit.sends.length > maxBatch || bytes > maxBatchBytes)) break;
      for (const send of unit.sends) batch.push(send);
      onWaited?.(nowMs - unit.queuedAtMs);
      taken++;
    }
    lane.queue = lane.queue.slice(taken);
    lane.queued -= batch.length;
    return batch;
  }

  function mayBegin({ queue, queued, inFlight }: Lane): boolean {
    const [first] = queue;
    if (first === undefined) return false;
    if (inFlight > 0) return inFlight < mostInFlight && queued >= maxBatch / 2;
    return queued >= sendsInFlight || performance.now() - first.queuedAtMs >= patienceMs;
  }

  /** Not at once: under load the same turn reads more requests, which would each be too late for this commit. */
  function beginAtTurnEnd(): void {
    turnEnd ??= new Promise((resolve) => {
      setImmediate(() => {
        turnEnd = undefined;
        for (const [n, lane] of lanes.entries()) while (mayBegin(lane)) begin(n, lane);
        if (lanes.some(({ queue, inFlight }) => queue.length > 0 && inFlight === 0)) beginAfterPatience();
        resolve();
      });
    });
  }

  function beginAfterPatience(): void {
    if (isPatient) return;
    isPatient = true;
    setTimeout(() => {
      isPatient = false;
      beginAtTurnEnd();
    }, patienceMs);
  }

  function begin(n: number, lane: Lane): void {
    const batch = nextBatch(lane);
    lane.inFlight++;
    sendsInFlight += batch.length;
    const done = commit(n, batch).finally(() => {
      lane.inFlight--;
      sendsInFlight -= batch.length;
      running.delete(done);
      if (lanes.some(({ queue }) => queue.length > 0)) beginAtTurnEnd();
    });
    running.add(done);
  }

  return {
    push(n, sends) {
      const lane = lanes[n];
      if (lane === undefined) throw new RangeError(`There is no lane ${n}`);
      const bytes = sends.reduce((sum, send) => sum + send.payloadBytes, 0);
      lane.queue.push({ sends, bytes, queuedAtMs: performance.now() });
      lane.queued += sends.length;
      beginAtTurnEnd();
    },
    state: () => lanes.map(({ queued, inFlight }) => ({ queued, isBusy: inFlight > 0 })),
    async idle() {
      while (turnEnd !== undefined || running.size > 0) await Promise.all([turnEnd, ...running]);
    },
  };
}
