/** Commits a batch of one lane and answers each of its items; never rejects. */
export type CommitLaneBatch<Item> = (lane: number, batch: Item[]) => Promise<void>;

export interface CommitLanes<Item> {
  /** Queues items as a unit: they are committed in this order and in the same transaction. */
  push(lane: number, unit: readonly Item[]): void;
  /** What each lane does at this moment; items in flight do not count as queued. */
  state(): { queued: number; isBusy: boolean }[];
  /** Resolves when nothing is queued or in flight. */
  idle(): Promise<void>;
}

export interface CommitLanesOptions<Item> {
  commit: CommitLaneBatch<Item>;
  lanes: number;
  /** Items in one commit. A unit is never divided, so a larger one goes by itself. */
  maxBatch: number;
  maxBatchBytes: number;
  bytesOf(item: Item): number;
  /** Told how long a unit has waited when its commit begins. */
  onWaited?(waitedMs: number): void;
}

interface Unit<Item> {
  items: readonly Item[];
  bytes: number;
  queuedAtMs: number;
}

interface Lane<Item> {
  queue: Unit<Item>[];
  queued: number;
  inFlight: number;
}

/** Of one lane at once, where that much waits: the next is made and sent while the disk writes the first. */
const mostInFlight = 2;

/** Nothing waits longer than this for company while its lane could go: another lane may be held up for long. */
const patienceMs = 4;

/**
 * Several lanes, each with its own order: group commit. What comes while a lane's commit is in flight waits
 * for it and then goes together; a commit costs as much for one item as for ten, so under load few and large
 * ones carry more:
 * - an idle server commits what the event loop's turn has brought, so nothing waits for company that
 *   is not there;
 * - beside another lane's commit a lane begins when as much waits in it, or after a moment;
 * - beside a commit of its own it begins when half a batch waits.
 */
export function createCommitLanes<Item>(options: CommitLanesOptions<Item>): CommitLanes<Item> {
  const { commit, maxBatch, maxBatchBytes, bytesOf, onWaited } = options;
  const lanes: Lane<Item>[] = Array.from({ length: options.lanes }, () => ({
    queue: [],
    queued: 0,
    inFlight: 0,
  }));
  const running = new Set<Promise<void>>();
  let itemsInFlight = 0;
  let turnEnd: Promise<void> | undefined;
  let isPatient = false;

  function nextBatch(lane: Lane<Item>): Item[] {
    const batch: Item[] = [];
    const nowMs = performance.now();
    let taken = 0;
    let bytes = 0;
    for (const unit of lane.queue) {
      bytes += unit.bytes;
      if (taken > 0 && (batch.length + unit.items.length > maxBatch || bytes > maxBatchBytes)) break;
      for (const item of unit.items) batch.push(item);
      onWaited?.(nowMs - unit.queuedAtMs);
      taken++;
    }
    lane.queue = lane.queue.slice(taken);
    lane.queued -= batch.length;
    return batch;
  }

  function mayBegin({ queue, queued, inFlight }: Lane<Item>): boolean {
    const [first] = queue;
    if (first === undefined) return false;
    if (inFlight > 0) return inFlight < mostInFlight && queued >= maxBatch / 2;
    return queued >= itemsInFlight || performance.now() - first.queuedAtMs >= patienceMs;
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

  function begin(n: number, lane: Lane<Item>): void {
    const batch = nextBatch(lane);
    lane.inFlight++;
    itemsInFlight += batch.length;
    const done = commit(n, batch).finally(() => {
      lane.inFlight--;
      itemsInFlight -= batch.length;
      running.delete(done);
      if (lanes.some(({ queue }) => queue.length > 0)) beginAtTurnEnd();
    });
    running.add(done);
  }

  return {
    push(n, items) {
      const lane = lanes[n];
      if (lane === undefined) throw new RangeError(`There is no lane ${n}`);
      const bytes = items.reduce((sum, item) => sum + bytesOf(item), 0);
      lane.queue.push({ items, bytes, queuedAtMs: performance.now() });
      lane.queued += items.length;
      beginAtTurnEnd();
    },
    state: () => lanes.map(({ queued, inFlight }) => ({ queued, isBusy: inFlight > 0 })),
    async idle() {
      while (turnEnd !== undefined || running.size > 0) await Promise.all([turnEnd, ...running]);
    },
  };
}
