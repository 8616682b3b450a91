import type { Database, Sql } from "#db/database.ts";

/** A counter after something was added to it. */
export interface Count {
  points: number;
  /** Until its window ends, by the database's clock. */
  msLeft: number;
}

/** Counters that all processes share, each over a window that begins with what is added first. */
export interface CounterStore {
  /** @throws what the database throws. */
  add(key: string, points: number, windowMs: number): Promise<Count>;
}

interface Waiter {
  points: number;
  windowMs: number;
  resolve(count: Count): void;
  reject(error: unknown): void;
}

const maxKeysAtOnce = 1_000;

/**
 * Counters in `rate_limits`. What is added while a statement is under way goes together in the next
 * one, also to the same counter: one commit for all, and a counter's row is locked once for all of
 * this process's.
 */
export function createCounterStore(db: Database): CounterStore {
  const waiting = new Map<string, Waiter[]>();
  let isWriting = false;

  function take(): Map<string, Waiter[]> {
    const batch = new Map<string, Waiter[]>();
    for (const [key, waiters] of waiting) {
      if (batch.size === maxKeysAtOnce) break;
      batch.set(key, waiters);
      waiting.delete(key);
    }
    return batch;
  }

  async function drain(): Promise<void> {
    isWriting = true;
    // Whoever asks in the same turn is to be in the first statement.
    await Promise.resolve();
    while (waiting.size > 0) {
      const batch = take();
      try {
        for (const row of await db.withSql((sql) => addToCounters(sql, batch))) {
          const waiters = batch.get(row.key) ?? [];
          let points = row.points - sumOf(waiters);
          for (const waiter of waiters) {
            points += waiter.points;
            waiter.resolve({ points, msLeft: row.ms_left });
          }
        }
      } catch (error) {
        for (const waiters of batch.values()) for (const waiter of waiters) waiter.reject(error);
      }
    }
    isWriting = false;
  }

  return {
    add: (key, points, windowMs) =>
      new Promise((resolve, reject) => {
        const waiter: Waiter = { points, windowMs, resolve, reject };
        const waiters = waiting.get(key);
        if (waiters === undefined) waiting.set(key, [waiter]);
        else waiters.push(waiter);
        if (!isWriting) void drain();
      }),
  };
}

const sumOf = (waiters: readonly Waiter[]): number => waiters.reduce((sum, { points }) => sum + points, 0);

interface CounterRow {
  key: string;
  points: number;
  ms_left: number;
}

/**
 * Rows are locked in the order of their keys. The clock is read anew after a lock was waited for: a
 * window may have ended meanwhile.
 */
async function addToCounters(sql: Sql, batch: ReadonlyMap<string, readonly Waiter[]>): Promise<CounterRow[]> {
  const keys = [...batch.keys()];
  const points = [...batch.values()].map(sumOf);
  const windows = [...batch.values()].map(([first]) => first?.windowMs ?? 0);
  // What a crash may take of the last half second is not worth a wait for the disk.
  await sql`set local synchronous_commit to off`;
  return sql<CounterRow[]>`
    insert into rate_limits as counter (key, points, expire)
    select added.key, added.points, (extract(epoch from clock_timestamp()) * 1000)::bigint + added.window_ms
    from unnest(${keys}::text[], ${points}::int[], ${windows}::int[]) as added (key, points, window_ms)
    order by added.key
    on conflict (key) do update set (points, expire) = (
      select
        case when past.is_over then excluded.points else counter.points + excluded.points end,
        case when past.is_over then excluded.expire else counter.expire end
      from (
        select counter.expire <= (extract(epoch from clock_timestamp()) * 1000)::bigint as is_over
      ) as past
    )
    returning
      counter.key, counter.points,
      greatest(0, counter.expire - (extract(epoch from clock_timestamp()) * 1000)::bigint)::int as ms_left
  `;
}
