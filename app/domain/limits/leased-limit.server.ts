import type { RateLimiterRes } from "rate-limiter-flexible";
import type { CounterStore } from "./counter-store.server.ts";
import type { LimitName, RateLimit } from "./limit-settings.ts";
import { StoredLimiter } from "./stored-limiter.server.ts";
import type { Verdict } from "./verdict.ts";

/**
 * A limit over all processes that costs no request a round trip: each process leases blocks of
 * requests from the database, ahead of need, and hands them out from memory.
 */
export interface LeasedLimit {
  /** Answers at once, but for when the database is slower than requests come. */
  take(key: string): Verdict | Promise<Verdict>;
}

interface LeasedLimitOptions {
  name: LimitName;
  store: CounterStore;
  limit: RateLimit;
  /** How a key is called in the database, where it must not stand as it is. */
  storedKey?: ((key: string) => string) | undefined;
  nowMs?: (() => number) | undefined;
  /** Told when the store fails a lease, and when it gives one again. */
  onStore?: ((isThere: boolean, cause?: unknown) => void) | undefined;
  maxCounters?: number;
}

/** A key's window as this process knows it. */
interface Counter {
  endsAtMs: number;
  /** Let through by this process; more than `granted` only while a lease is on its way. */
  used: number;
  /** Leased by this process. */
  granted: number;
  /** Leased by all processes, when last heard. */
  leased: number;
  /** Nothing more can be leased before the window ends. */
  isDry: boolean;
  lease: Promise<void> | undefined;
}

/** At most a twentieth of the limit, which is what a process may let through on credit; and what many a second can live on. */
const blockOf = ({ requests }: RateLimit): number => Math.min(1_000, Math.max(1, Math.floor(requests / 20)));

export function createLeasedLimit(options: LeasedLimitOptions): LeasedLimit {
  const { name, store, limit, storedKey = (key) => key, onStore, maxCounters = 50_000 } = options;
  const { requests, windowMs } = limit;
  const nowMs = options.nowMs ?? (() => performance.now());
  const block = blockOf(limit);
  const limiter = new StoredLimiter({ name, store, limit });
  // In the order in which their windows began.
  const counters = new Map<string, Counter>();

  function counterOf(key: string): Counter {
    const now = nowMs();
    const known = counters.get(key);
    if (known !== undefined && known.endsAtMs > now) return known;
    const counter: Counter = {
      // Until the first lease tells: another process may have begun the window earlier.
      endsAtMs: now + windowMs,
      ...{ used: 0, granted: 0, leased: 0, isDry: false, lease: undefined },
    };
    if (known !== undefined) counters.delete(key);
    else if (counters.size >= maxCounters) forgetOldest();
    counters.set(key, counter);
    return counter;
  }

  function forgetOldest(): void {
    const [oldest] = counters.keys();
    if (oldest !== undefined) counters.delete(oldest);
  }

  function lease(key: string, counter: Counter): void {
    counter.lease = limiter.penalty(storedKey(key), block).then(
      (answer) => {
        counter.lease = undefined;
        grant(counter, answer);
        onStore?.(true);
      },
      (error: unknown) => {
        counter.lease = undefined;
        grantFromMemory(counter);
        onStore?.(false, error);
      },
    );
  }

  function grant(counter: Counter, { consumedPoints, msBeforeNext }: RateLimiterRes): void {
    const endsAtMs = nowMs() + msBeforeNext;
    // The window had ended for the database and not yet here: what was leased before is gone with it.
    if (endsAtMs - counter.endsAtMs > windowMs / 2) {
      counter.used = Math.max(0, counter.used - counter.granted);
      counter.granted = 0;
    }
    counter.endsAtMs = endsAtMs;
    counter.granted += Math.max(0, block - Math.max(0, consumedPoints - requests));
    counter.leased = Math.min(consumedPoints, requests);
    counter.isDry = consumedPoints >= requests;
  }

  /** Goes on alone, within the whole limit, until the store answers again. */
  function grantFromMemory(counter: Counter): void {
    counter.granted = Math.min(requests, counter.granted + block);
    counter.leased = Math.max(counter.leased, counter.granted);
    counter.isDry = counter.granted === requests;
  }

  function admits(key: string, counter: Counter): boolean {
    const atHand = counter.granted - counter.used;
    if (!counter.isDry && counter.lease === undefined && atHand <= block / 2) lease(key, counter);
    // With a lease on its way, as much is let through on credit as it will bring at most.
    const credit = counter.lease === undefined ? 0 : block;
    if (atHand + credit <= 0 || counter.used >= requests) return false;
    counter.used += 1;
    return true;
  }

  function verdict(counter: Counter, isWithin: boolean): Verdict {
    const left = requests - counter.leased + counter.granted - counter.used;
    return {
      ...{ limit: name, isWithin, requests, windowMs },
      remaining: isWithin ? Math.max(0, Math.min(left, requests - counter.used)) : 0,
      resetMs: Math.max(0, counter.endsAtMs - nowMs()),
    };
  }

  function take(key: string): Verdict | Promise<Verdict> {
    const counter = counterOf(key);
    if (admits(key, counter)) return verdict(counter, true);
    if (counter.lease === undefined || counter.used >= requests) return verdict(counter, false);
    return counter.lease.then(() => take(key));
  }

  return { take };
}
