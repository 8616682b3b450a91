import { DatabaseUnavailableError } from "../database.ts";
import type { Breaker } from "./breaker.server.ts";
import { type Connection, type ConnectionSettings, openConnection } from "./connection.server.ts";
import { codeOf, isConnectionFailure, TOO_MANY_CONNECTIONS, translate } from "./failures.ts";
import type { SilenceWatch, Watched } from "./silence-watch.server.ts";

export interface PoolOptions {
  /** Names the lane in metrics and in pg_stat_activity. */
  name: string;
  size: number;
  connection: ConnectionSettings;
  acquireTimeoutMs: number;
  /** A transaction that lasts longer has lost its server, or its way: its connection is cut. */
  transactionTimeoutMs: number;
  maxLifetimeMs: number;
  breaker: Breaker;
  silence: SilenceWatch;
  /** Told for each use that had to wait. */
  onWait?: ((lane: string, waitedMs: number) => void) | undefined;
}

export interface PoolStats {
  open: number;
  inUse: number;
  waiting: number;
}

/** Connections of one login, handed out first come, first served. */
export interface Pool {
  use<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  stats(): PoolStats;
  /** Waits for transactions in progress, at most `graceMs`, then cuts them. */
  close(graceMs: number): Promise<void>;
}

interface Waiter {
  since: number;
  timer: NodeJS.Timeout;
  resolve: (connection: Connection) => void;
  reject: (error: Error) => void;
}

const WATCH_INTERVAL_MS = 500;

export function createPool(options: PoolOptions): Pool {
  const { size, acquireTimeoutMs, transactionTimeoutMs, maxLifetimeMs, breaker, silence, onWait, name } =
    options;
  const all = new Set<Connection>();
  const idle: Connection[] = [];
  const busy = new Map<Connection, number>();
  const waiters: Waiter[] = [];
  let opening = 0;
  let closed: DatabaseUnavailableError | undefined;
  let lastProgress = 0;
  let watchdog: NodeJS.Timeout | undefined;
  let onDrained: (() => void) | undefined;

  const rejectWaiters = (error: Error): void => {
    for (const waiter of waiters.splice(0)) {
      clearTimeout(waiter.timer);
      waiter.reject(error);
    }
  };
  breaker.onTrip((error) => {
    rejectWaiters(error);
    // Whether they still lead anywhere would be found out by whoever is lent one.
    for (const connection of idle.splice(0)) connection.destroy(error);
  });

  const forget = (connection: Connection): void => {
    all.delete(connection);
    const at = idle.indexOf(connection);
    if (at !== -1) idle.splice(at, 1);
  };

  const lend = (connection: Connection): Connection => {
    lastProgress = performance.now();
    busy.set(connection, lastProgress);
    silence.add(connection);
    watchdog ??= setInterval(cutOverdue, WATCH_INTERVAL_MS).unref();
    return connection;
  };

  const cutOverdue = (): void => {
    const limit = performance.now() - transactionTimeoutMs;
    for (const [connection, since] of busy)
      if (since < limit)
        connection.destroy(
          new DatabaseUnavailableError(
            `A transaction took longer than ${transactionTimeoutMs} ms and was cut.`,
          ),
        );
    if (busy.size > 0) return;
    clearInterval(watchdog);
    watchdog = undefined;
  };

  const serve = (connection: Connection): void => {
    const waiter = waiters.shift();
    if (waiter === undefined) {
      idle.push(connection);
      return;
    }
    clearTimeout(waiter.timer);
    onWait?.(name, performance.now() - waiter.since);
    waiter.resolve(lend(connection));
  };

  const giveBack = (connection: Connection): void => {
    lastProgress = performance.now();
    busy.delete(connection);
    silence.remove(connection);
    if (busy.size === 0) onDrained?.();
    if (!all.has(connection)) {
      grow();
      return;
    }
    if (closed !== undefined || performance.now() - connection.openedAt > maxLifetimeMs) {
      connection.destroy(closed ?? new DatabaseUnavailableError("The connection was retired."));
      return;
    }
    serve(connection);
  };

  /** Opens connections while more wait than are on their way. */
  const grow = (): void => {
    while (closed === undefined && waiters.length > opening && all.size + opening < size) {
      opening++;
      connect().catch((error: unknown) => {
        // Others of ours are connected, so it is not away: the waiting wait for those.
        if (codeOf(error) === TOO_MANY_CONNECTIONS && all.size > 0) return;
        if (isConnectionFailure(error) || error instanceof DatabaseUnavailableError) breaker.trip(error);
        else rejectWaiters(error instanceof Error ? error : new Error(String(error)));
      });
    }
  };

  const connect = async (): Promise<void> => {
    let connection: Connection | undefined;
    // Its handshake is a question as well.
    const handshake: Watched = { answersWhileAsked: () => 0, destroy: () => {} };
    silence.add(handshake);
    try {
      connection = await openConnection(options.connection, () => {
        if (connection !== undefined) forget(connection);
        // The one that waits for this place may open another.
        if (breaker.refusal() === undefined) grow();
      });
    } finally {
      opening--;
      silence.remove(handshake);
    }
    if (closed !== undefined) {
      connection.destroy(closed);
      return;
    }
    all.add(connection);
    serve(connection);
  };

  const acquire = (): Promise<Connection> => {
    const refusal = closed ?? breaker.refusal();
    if (refusal !== undefined) return Promise.reject(refusal);
    const ready = idle.pop();
    if (ready !== undefined) return Promise.resolve(lend(ready));
    return new Promise<Connection>((resolve, reject) => {
      const since = performance.now();
      const timer = setTimeout(() => {
        waiters.splice(waiters.indexOf(waiter), 1);
        const error = new DatabaseUnavailableError(
          `No database connection was free within ${acquireTimeoutMs} ms (${name}: ${busy.size} of ${size} in use).`,
        );
        // Nobody got or gave back a connection meanwhile: not a queue that moves, but a server that hangs.
        if (lastProgress < since) breaker.trip(error);
        reject(error);
      }, acquireTimeoutMs);
      const waiter: Waiter = { since, timer, resolve, reject };
      waiters.push(waiter);
      grow();
    });
  };

  return {
    async use(work) {
      const connection = await acquire();
      try {
        return await work(connection);
      } catch (error) {
        throw translate(error);
      } finally {
        giveBack(connection);
      }
    },
    stats: () => ({ open: all.size, inUse: busy.size, waiting: waiters.length }),
    async close(graceMs) {
      closed = new DatabaseUnavailableError("The server is closing its database connections.");
      rejectWaiters(closed);
      for (const connection of idle.splice(0)) connection.destroy(closed);
      if (busy.size > 0)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, graceMs);
          onDrained = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      for (const connection of all) connection.destroy(closed);
      clearInterval(watchdog);
    },
  };
}
