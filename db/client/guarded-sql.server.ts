import type postgres from "postgres";

/**
 * The inside of a postgres.js (3.4.9) query: it runs when it is first awaited, by calling its
 * handler. Taking the handler's place is the one way to see every query of a transaction, Drizzle's
 * included.
 */
interface QueryInside extends Promise<unknown> {
  handler: ((query: QueryInside) => unknown) & { debug?: unknown };
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

const isQuery = (value: unknown): value is QueryInside =>
  value instanceof Promise && "handler" in value && typeof value.handler === "function";

/** One transaction's queries, from its begin to its end. */
export interface QueryScope {
  /** Set when the transaction is over or its connection lost: no query runs any more. Made when asked for. */
  over: (() => Error) | undefined;
  /** What went wrong first; PostgreSQL turns the COMMIT after it into a ROLLBACK. */
  firstError: unknown;
  /** Told of each query when it has been handed to the driver. */
  onSent: (() => void) | undefined;
  /** Told of each query when it is answered, or has failed. */
  onAnswer: (() => void) | undefined;
  readonly pending: Set<QueryInside>;
}

export const newScope = (): QueryScope => ({
  over: undefined,
  firstError: undefined,
  onSent: undefined,
  onAnswer: undefined,
  pending: new Set(),
});

/** Ends the scope: whatever is still waiting fails with `reason`, and so does what comes later. */
export function endScope(scope: QueryScope, reason: () => Error): void {
  scope.over ??= reason;
  if (scope.pending.size === 0) return;
  const waiting = [...scope.pending];
  scope.pending.clear();
  for (const query of waiting) query.reject(reason());
}

/** @param isLast it ends the transaction, so it goes out although the scope takes no other any more */
function watch(query: QueryInside, scope: QueryScope, isLast = false): void {
  const original = query.handler;
  const handler = (running: QueryInside): unknown => {
    if (scope.over !== undefined && !isLast) return running.reject(scope.over());
    const { resolve, reject } = running;
    scope.pending.add(running);
    running.resolve = (value) => {
      scope.pending.delete(running);
      scope.onAnswer?.();
      resolve(value);
    };
    running.reject = (error) => {
      scope.pending.delete(running);
      scope.firstError ??= error;
      scope.onAnswer?.();
      reject(error);
    };
    const handled = original(running);
    scope.onSent?.();
    return handled;
  };
  query.handler = Object.assign(handler, { debug: original.debug });
}

/** Begins the COMMIT that follows a transaction's last queries; nobody has to wait for it yet. */
export function sendCommit(reserved: postgres.ReservedSql, scope: QueryScope) {
  const commit = reserved.unsafe("commit");
  if (isQuery(commit)) watch(commit, scope, true);
  const sent = commit.execute();
  sent.catch(quiet);
  return sent;
}

const quiet = (): void => {};

/** Decides whether a statement of this text is to be prepared by name. */
export type PreparePolicy = (text: string) => boolean;

/**
 * A transaction's handle over a reserved connection. postgres.js itself writes to a socket that is
 * gone (an uncaught exception), leaves queued queries pending for ever, and lets a forgotten query
 * run in the connection's next transaction; here they are refused.
 */
export function guardedSql(
  reserved: postgres.ReservedSql,
  scope: QueryScope,
  shouldPrepare: PreparePolicy,
): postgres.TransactionSql {
  let savepoints = 0;

  const guard = <T>(value: T): T => {
    if (isQuery(value)) watch(value, scope);
    return value;
  };

  const unsafe: postgres.TransactionSql["unsafe"] = (text, parameters, options) =>
    guard(
      reserved.unsafe(text, parameters, {
        ...options,
        // Drizzle leaves its statements unnamed, which costs a round trip each.
        prepare:
          options?.prepare || (parameters !== undefined && parameters.length > 0 && shouldPrepare(text)),
      }),
    );

  const savepoint = async (first: unknown, second?: unknown): Promise<unknown> => {
    const work = typeof first === "function" ? first : second;
    if (typeof work !== "function") throw new TypeError("A savepoint needs the work to do in it.");
    const name = `savepoint_${savepoints++}`;
    await unsafe(`savepoint ${name}`);
    const before = scope.firstError;
    try {
      const value: unknown = await work(handle);
      const result = Array.isArray(value) ? await Promise.all(value) : value;
      await unsafe(`release savepoint ${name}`);
      return result;
    } catch (error) {
      await unsafe(`rollback to savepoint ${name}`);
      scope.firstError = before;
      throw error;
    }
  };

  const own = new Map<PropertyKey, unknown>([
    ["unsafe", unsafe],
    ["savepoint", savepoint],
    ["file", (...args: Parameters<typeof reserved.file>) => guard(reserved.file(...args))],
  ]);
  // What would leave the transaction, or end it behind our back.
  const absent = new Set<PropertyKey>([
    "begin",
    "reserve",
    "release",
    "end",
    "listen",
    "subscribe",
    "prepare",
    "notify",
  ]);

  // The proxy answers to TransactionSql (an ISql with savepoints), which the compiler cannot see.
  const handle = new Proxy(reserved, {
    apply: (target, self, args) => guard(Reflect.apply(target, self, args)),
    get: (target, key) => (absent.has(key) ? undefined : (own.get(key) ?? Reflect.get(target, key))),
  }) as unknown as postgres.TransactionSql;
  return handle;
}
