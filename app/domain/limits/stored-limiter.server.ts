import { type RateLimiterLike, RateLimiterRes } from "rate-limiter-flexible";
import RateLimiterStoreAbstract from "rate-limiter-flexible/lib/RateLimiterStoreAbstract.js";
import type { Count, CounterStore } from "./counter-store.server.ts";
import type { LimitName, RateLimit } from "./limit-settings.ts";

interface StoredLimiterOptions {
  name: LimitName;
  store: CounterStore;
  limit: RateLimit;
  /** Counts while the store cannot. */
  insurance?: RateLimiterLike;
}

/**
 * rate-limiter-flexible over our own store; why not over its own for PostgreSQL is in
 * docs/decisions/0023-rate-limits.md. Only counting up is there (`consume`, `penalty`): nothing here
 * blocks, sets or deletes a counter.
 */
export class StoredLimiter extends RateLimiterStoreAbstract {
  readonly #store: CounterStore;

  constructor({ name, store, limit, insurance }: StoredLimiterOptions) {
    super({
      storeClient: store,
      keyPrefix: name,
      points: limit.requests,
      duration: limit.windowMs / 1000,
      // Who is over the limit is refused from memory until the window ends.
      inMemoryBlockOnConsumed: limit.requests,
      insuranceLimiter: insurance,
    });
    this.#store = store;
  }

  /** What the library calls to count. */
  _upsert(key: string, points: number, windowMs: number): Promise<Count> {
    return this.#store.add(key, points, Math.round(windowMs));
  }

  /** What the library makes its answer with. */
  _getRateLimiterRes(_key: string, added: number, { points, msLeft }: Count): RateLimiterRes {
    return new RateLimiterRes(Math.max(0, this.points - points), msLeft, points, points === added);
  }
}
