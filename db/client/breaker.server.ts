import { DatabaseUnavailableError } from "../database.ts";
import type { Log } from "../log.ts";

export interface Breaker {
  /** The error to refuse with while open. */
  refusal(): DatabaseUnavailableError | undefined;
  /** Opens: the database is away. */
  trip(cause: unknown): void;
  /** Runs each time it opens. */
  onTrip(listener: (error: DatabaseUnavailableError) => void): void;
  close(): void;
}

export interface BreakerOptions {
  /** Tries whether the database is back. */
  probe: () => Promise<void>;
  log: Log;
  firstDelayMs?: number;
  maxDelayMs?: number;
}

/**
 * While the database is away nobody waits for it: requests are refused at once, and one probe at a
 * time, on its own connection, finds out when it is back.
 */
export function createBreaker(options: BreakerOptions): Breaker {
  const { probe, log, firstDelayMs = 100, maxDelayMs = 1_000 } = options;
  const listeners: ((error: DatabaseUnavailableError) => void)[] = [];
  let refusal: DatabaseUnavailableError | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let openedAt = 0;

  const schedule = (delayMs: number): void => {
    if (closed) return;
    timer = setTimeout(async () => {
      try {
        await probe();
      } catch {
        // The cause was logged when it opened; it is still the same absence.
        schedule(Math.min(maxDelayMs, delayMs * 2));
        return;
      }
      if (closed) return;
      refusal = undefined;
      log.info({ awayMs: Math.round(performance.now() - openedAt) }, "The database is back");
    }, delayMs);
    timer.unref();
  };

  return {
    refusal: () => refusal,
    onTrip: (listener) => listeners.push(listener),
    trip(cause) {
      if (refusal !== undefined || closed) return;
      openedAt = performance.now();
      refusal = new DatabaseUnavailableError("The database is not available.", { cause, isTold: true });
      log.warn({ err: cause }, "The database is away");
      for (const listener of listeners) listener(refusal);
      schedule(firstDelayMs);
    },
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
