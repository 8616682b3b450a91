interface Waiter<V> {
  resolve(value: V | undefined): void;
  reject(error: unknown): void;
}

interface Entry<V> {
  value: V;
  staleAtMs: number;
}

export interface BatchedLookupOptions<V> {
  /** One query for many keys. What it leaves out does not exist. */
  load(keys: string[]): Promise<Map<string, V>>;
  /** How long a found value is used again, counted from before it was read. 0: never. */
  ttlMs: number;
  maxEntries: number;
  maxBatch: number;
  /** A monotonic clock. */
  nowMs(): number;
}

export interface BatchedLookup<V> {
  get(key: string): Promise<V | undefined>;
  /** Drops remembered values that match, and those whose reading is under way. */
  forget(matches: (value: V) => boolean): void;
  size(): number;
}

/**
 * Looks values up by key. What is asked for while a query is under way goes together in the next
 * one, so that any number of callers keep one connection busy; an idle one waits for nothing.
 * What is not found is never remembered.
 */
export function createBatchedLookup<V>(options: BatchedLookupOptions<V>): BatchedLookup<V> {
  const remembered = new Map<string, Entry<V>>();
  let waiting = new Map<string, Waiter<V>[]>();
  let loading = false;
  let generation = 0;

  function remember(key: string, value: V, staleAtMs: number): void {
    remembered.delete(key);
    remembered.set(key, { value, staleAtMs });
    if (remembered.size <= options.maxEntries) return;
    // A Map keeps insertion order, so the first is the one read longest ago.
    const oldest = remembered.keys().next();
    if (!oldest.done) remembered.delete(oldest.value);
  }

  function take(): Map<string, Waiter<V>[]> {
    if (waiting.size <= options.maxBatch) {
      const all = waiting;
      waiting = new Map();
      return all;
    }
    const some = new Map([...waiting].slice(0, options.maxBatch));
    for (const key of some.keys()) waiting.delete(key);
    return some;
  }

  async function drain(): Promise<void> {
    loading = true;
    while (waiting.size > 0) {
      const batch = take();
      const startedAtMs = options.nowMs();
      const startedIn = generation;
      try {
        const found = await options.load([...batch.keys()]);
        for (const [key, waiters] of batch) {
          const value = found.get(key);
          if (value !== undefined && options.ttlMs > 0 && startedIn === generation)
            remember(key, value, startedAtMs + options.ttlMs);
          for (const waiter of waiters) waiter.resolve(value);
        }
      } catch (error) {
        for (const waiters of batch.values()) for (const waiter of waiters) waiter.reject(error);
      }
    }
    loading = false;
  }

  return {
    get(key) {
      const entry = remembered.get(key);
      if (entry !== undefined) {
        if (entry.staleAtMs > options.nowMs()) return Promise.resolve(entry.value);
        remembered.delete(key);
      }
      return new Promise((resolve, reject) => {
        const waiters = waiting.get(key);
        if (waiters === undefined) waiting.set(key, [{ resolve, reject }]);
        else waiters.push({ resolve, reject });
        if (!loading) void drain();
      });
    },
    forget(matches) {
      generation += 1;
      for (const [key, entry] of remembered) if (matches(entry.value)) remembered.delete(key);
    },
    size: () => remembered.size,
  };
}
