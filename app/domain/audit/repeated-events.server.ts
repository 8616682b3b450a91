import type { Database } from "#db/database.ts";
import type { AnyAuditEvent } from "./audit-event.ts";
import { insertAuditEvents } from "./insert-audit-events.server.ts";

/**
 * Tells the audit log of what somebody may do as often as they like: of a kind one event at once, then one
 * for each minute that has more, with their number. What grows is told sooner, so that whoever waits for so
 * many hears of it within seconds: at once when four times as many have come as were told last, else after
 * 4 s, then 8, 16 … up to the minute. A flood of hours is some five events more than its minutes.
 */
export interface RepeatedEvents<T> {
  note(what: T): void;
  /** Writes what is not written yet. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface RepeatedEventsOptions<T> {
  db: Database;
  log: { error(fields: object, message: string): void };
  onFailure?: (() => void) | undefined;
  /** The same for all that is told together. */
  kindOf(what: T): string;
  /** Only what will be written, of the first of a kind: they come with whole requests. */
  keep(what: T): T;
  toEvent(what: T, times: number): AnyAuditEvent;
  /** What the log says when they cannot be written. */
  failure: string;
  /** How long the first of a kind waits for others to be written with. */
  gatherMs?: number;
  /** How long the next of the same kind waits at most, and how long at first. */
  quietMs?: number;
  firstWaitMs?: number;
  /** Beyond so many at once, nothing is told of more. */
  maxKinds?: number;
}

interface Entry<T> {
  what: T;
  /** That are not told yet. */
  times: number;
  /** That were told last; zero before the first. */
  told: number;
  toldAtMs: number;
  waitMs: number;
}

/** So many times what was told last is much. */
const muchMore = 4;

export function createRepeatedEvents<T>(options: RepeatedEventsOptions<T>): RepeatedEvents<T> {
  const { db, log, onFailure, kindOf, keep, toEvent, failure } = options;
  const { gatherMs = 1_000, quietMs = 60_000, firstWaitMs = 4_000, maxKinds = 5_000 } = options;
  const entries = new Map<string, Entry<T>>();
  let isFailing = false;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  function schedule(): void {
    if (entries.size === 0) return;
    timer ??= setTimeout(() => {
      timer = undefined;
      void write().then(schedule);
    }, gatherMs).unref();
  }

  function write(everything = false): Promise<void> {
    writing = writing.then(() => writeDue(everything));
    return writing;
  }

  const isDue = ({ times, told, toldAtMs, waitMs }: Entry<T>, nowMs: number): boolean =>
    nowMs - toldAtMs >= waitMs || times >= muchMore * told;

  async function writeDue(everything: boolean): Promise<void> {
    const due: { entry: Entry<T>; times: number }[] = [];
    const nowMs = performance.now();
    for (const [kind, entry] of entries) {
      if (entry.times === 0) {
        if (everything || nowMs - entry.toldAtMs >= quietMs) entries.delete(kind);
        continue;
      }
      if (!everything && !isDue(entry, nowMs)) continue;
      due.push({ entry, times: entry.times });
      entry.waitMs = Math.min(quietMs, entry.told === 0 ? firstWaitMs : entry.waitMs * 2);
      entry.told = entry.times;
      entry.toldAtMs = nowMs;
      entry.times = 0;
    }
    if (due.length === 0) return;
    try {
      await db.withSql((sql) =>
        insertAuditEvents(
          sql,
          due.map(({ entry, times }) => toEvent(entry.what, times)),
        ),
      );
      isFailing = false;
    } catch (error) {
      // Kept, and tried again with what comes next. The log hears of it once.
      for (const { entry, times } of due) {
        entry.times += times;
        entry.told = 0;
      }
      if (!isFailing) {
        onFailure?.();
        log.error({ err: error, kinds: due.length }, failure);
      }
      isFailing = true;
    }
  }

  return {
    note(what) {
      const kind = kindOf(what);
      const known = entries.get(kind);
      if (known !== undefined) {
        known.times += 1;
        return;
      }
      if (entries.size >= maxKinds) return;
      const untold = { told: 0, toldAtMs: Number.NEGATIVE_INFINITY, waitMs: 0 };
      entries.set(kind, { what: keep(what), times: 1, ...untold });
      schedule();
    },
    flush: () => write(true),
    async close() {
      clearTimeout(timer);
      await write(true);
    },
  };
}
