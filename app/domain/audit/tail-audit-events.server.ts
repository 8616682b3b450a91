import type { Database } from "#db/database.ts";
import type { ActivityPlace } from "./activity-place.ts";
import { readHorizon, readTail, type TailedEvent, type TailHorizon } from "./read-tail.server.ts";

/** Events that became readable, of all tenants, each once and in order. */
export interface TailBatch {
  events: readonly TailedEvent[];
  /** Nothing up to here is missing. */
  through: ActivityPlace;
  cluster: string;
}

export interface AuditTailOptions {
  db: Database;
  log: { warn(fields: object, message: string): void };
  /** How soon is looked although no wake-up came. */
  pollMs?: number;
  /** The least time from one look to the next. */
  minIntervalMs?: number;
  pageSize?: number;
}

/**
 * The one reader of all that is recorded, for whoever must miss none of it: streams, alert rules. It
 * runs while somebody listens, whatever their number.
 */
export interface AuditTail {
  /** Hears what becomes readable after `ready`. Returns how to stop. */
  subscribe(listener: (batch: TailBatch) => void): () => void;
  /** Resolves when the tail stands: from then on `head` is known and nothing after it is missed. */
  ready(): Promise<void>;
  /** Up to where its listeners have heard everything; undefined while nobody listens. */
  readonly head: ActivityPlace | undefined;
  /** Something may have been committed. */
  wake(): void;
  stats(): { looks: number; listeners: number; heldSinceMs: number | null };
  close(): Promise<void>;
}

const firstRetryMs = 100;
const maxRetryMs = 2_000;
const maxHeldPauseMs = 250;

export function createAuditTail(options: AuditTailOptions): AuditTail {
  const { db, log, pollMs = 2_000, minIntervalMs = 25, pageSize = 500 } = options;
  const listeners = new Set<(batch: TailBatch) => void>();
  let horizon: TailHorizon | undefined;
  let head: ActivityPlace | undefined;
  let isDue = false;
  let isClosed = false;
  let running: Promise<void> | undefined;
  let endRest: (() => void) | undefined;
  let heldSince: number | undefined;
  const waiting: (() => void)[] = [];
  let looks = 0;
  let poll: NodeJS.Timeout | undefined;

  const isWanted = (): boolean => !isClosed && listeners.size > 0;

  async function run(): Promise<void> {
    // What is asked for in the same turn goes with the first look.
    await Promise.resolve();
    let retryMs = firstRetryMs;
    while (isWanted() && (isDue || head === undefined)) {
      isDue = false;
      try {
        await look();
        retryMs = firstRetryMs;
        await rest(pauseMs());
      } catch (error) {
        isDue = true;
        log.warn({ err: error }, "the audit trail could not be tailed; trying again");
        await rest(retryMs);
        retryMs = Math.min(maxRetryMs, retryMs * 2);
      }
    }
    running = undefined;
    // Nobody listens: whoever comes next begins at the end that there is then.
    if (listeners.size === 0) {
      head = undefined;
      heldSince = undefined;
    } else if (isDue) start();
  }

  async function look(): Promise<void> {
    looks += 1;
    if (head === undefined) {
      horizon = await db.withSql(readHorizon, { readOnly: true });
      head = horizon.place;
      isDue = true;
      for (const resolve of waiting.splice(0)) resolve();
      return;
    }
    const after = head;
    const since = horizon?.at;
    const page = await db.withSql((sql) => readTail(sql, { after, limit: pageSize, since }), {
      readOnly: true,
    });
    // Only a look that came to the end vouches for its time: what follows happened later than an hour before it.
    if (!page.hasMore) horizon = page.horizon;
    head = page.through;
    isDue ||= page.hasMore || page.isHeld;
    heldSince = page.isHeld ? (heldSince ?? performance.now()) : undefined;
    if (page.events.length === 0) return;
    const batch = { events: page.events, through: page.through, cluster: page.horizon.cluster };
    for (const listener of listeners) tell(listener, batch);
  }

  /** What a long transaction holds back is looked for less and less often. */
  const pauseMs = (): number =>
    heldSince === undefined
      ? minIntervalMs
      : Math.min(maxHeldPauseMs, minIntervalMs + (performance.now() - heldSince) / 4);

  function tell(listener: (batch: TailBatch) => void, batch: TailBatch): void {
    try {
      listener(batch);
    } catch (error) {
      log.warn({ err: error }, "a listener of the audit trail failed");
    }
  }

  /** A pause that a closing tail does not wait for. */
  function rest(ms: number): Promise<void> {
    if (!isWanted()) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => endRest?.(), ms);
      endRest = () => {
        clearTimeout(timer);
        endRest = undefined;
        resolve();
      };
    });
  }

  function start(): void {
    if (isWanted()) running ??= run();
  }

  function wake(): void {
    isDue = true;
    start();
  }

  return {
    subscribe(listener) {
      listeners.add(listener);
      poll ??= setInterval(wake, pollMs).unref();
      start();
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearInterval(poll);
        poll = undefined;
        endRest?.();
        if (running === undefined) head = undefined;
      };
    },
    ready: () =>
      head !== undefined || isClosed
        ? Promise.resolve()
        : new Promise((resolve) => {
            waiting.push(resolve);
            start();
          }),
    get head() {
      return head;
    },
    wake,
    stats: () => ({
      looks,
      listeners: listeners.size,
      heldSinceMs: heldSince === undefined ? null : performance.now() - heldSince,
    }),
    async close() {
      isClosed = true;
      clearInterval(poll);
      endRest?.();
      await running;
      for (const resolve of waiting.splice(0)) resolve();
    },
  };
}
