import type { Database } from "#db/database.ts";
import type { AnyAuditEvent } from "./audit-event.ts";
import { insertAuditEvents } from "./insert-audit-events.server.ts";

/**
 * Tells the audit log of what somebody may do as often as they like: of a kind one event at once, then one
 * for each minute that has more, with their number.
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
  /** How long the next of the same kind waits. */
  quietMs?: number;
  /** Beyond so many at once, nothing is told of more. */
  maxKinds?: number;
}

interface Entry<T> {
  what: T;
  times: number;
  dueAtMs: number;
}

export function createRepeatedEvents<T>(options: RepeatedEventsOptions<T>): RepeatedEvents<T> {
  const { db, log, onFailure, kindOf, keep, toEvent, failure } = options;
  const { gatherMs = 1_000, quietMs = 60_000, maxKinds = 5_000 } = options;
  const entries = new Map<string, Entry<T>>();
  let isFailing = false;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  function schedule(): void {
    if (entries.size === 0) return;
    timer ??= setTimeout(() => {
      timer = undefined;
      void write(performance.now()).then(schedule);
    }, gatherMs).unref();
  }

  function write(dueBeforeMs: number): Promise<void> {
    writing = writing.then(() => writeDue(dueBeforeMs));
    return writing;
  }

  async function writeDue(dueBeforeMs: number): Promise<void> {
    const due: { entry: Entry<T>; times: number }[] = [];
    for (const [kind, entry] of entries) {
      if (entry.dueAtMs > dueBeforeMs) continue;
      if (entry.times === 0) entries.delete(kind);
      else due.push({ entry, times: entry.times });
      entry.times = 0;
      entry.dueAtMs = performance.now() + quietMs;
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
      // Kept, and told with the next. The log hears of it once.
      for (const { entry, times } of due) entry.times += times;
      onFailure?.();
      if (!isFailing) log.error({ err: error, kinds: due.length }, failure);
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
      entries.set(kind, { what: keep(what), times: 1, dueAtMs: performance.now() });
      schedule();
    },
    flush: () => write(Number.POSITIVE_INFINITY),
    async close() {
      clearTimeout(timer);
      await write(Number.POSITIVE_INFINITY);
    },
  };
}
