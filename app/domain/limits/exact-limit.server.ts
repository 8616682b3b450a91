import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { CounterStore } from "./counter-store.server.ts";
import type { LimitName, RateLimit } from "./limit-settings.ts";
import { StoredLimiter } from "./stored-limiter.server.ts";
import type { Verdict } from "./verdict.ts";

/** A limit that holds exactly over all processes: each request is counted in the database. */
export interface ExactLimit {
  take(key: string): Promise<Verdict>;
}

interface ExactLimitOptions {
  name: LimitName;
  store: CounterStore;
  limit: RateLimit;
}

/** While the database is away each process counts on its own, in memory. */
export function createExactLimit({ name, store, limit }: ExactLimitOptions): ExactLimit {
  const { requests, windowMs } = limit;
  const insurance = new RateLimiterMemory({ keyPrefix: name, points: requests, duration: windowMs / 1000 });
  const limiter = new StoredLimiter({ name, store, limit, insurance });
  const verdict = (isWithin: boolean, { remainingPoints, msBeforeNext }: RateLimiterRes): Verdict => ({
    ...{ limit: name, isWithin, requests, windowMs },
    remaining: isWithin ? remainingPoints : 0,
    resetMs: msBeforeNext,
  });
  return {
    async take(key) {
      try {
        return verdict(true, await limiter.consume(key));
      } catch (refused) {
        if (refused instanceof RateLimiterRes) return verdict(false, refused);
        throw refused;
      }
    },
  };
}
