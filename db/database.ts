import type { PostgresJsDatabase } from "drizzle-orm/postgres-js";
import type postgres from "postgres";
import type { TenantId } from "./ids.ts";
import type * as schema from "./schema/index.ts";

/** A Drizzle handle inside a transaction. */
export type Tx = Parameters<Parameters<PostgresJsDatabase<typeof schema>["transaction"]>[0]>[0];

/** A postgres.js handle inside a transaction, for set-based SQL on hot paths. */
export type Sql = postgres.TransactionSql;

/**
 * Work of one transaction. It may call `commitBehind` once its last queries are begun: COMMIT then
 * follows them at once, instead of after their answers. Where one of them fails, everything is rolled
 * back as ever; what the work does with the answers comes too late to undo them.
 */
export type SqlWork<T> = (sql: Sql, commitBehind: () => void) => Promise<T>;

export interface TransactionOptions {
  readOnly?: boolean;
  /**
   * With `readOnly`, through postgres.js: the work is one query and no more. Its COMMIT is sent with it
   * and not after its answer; a second query is refused.
   */
  oneQuery?: boolean;
  /**
   * Plans its statements without their parameters' values, and so once a connection. By itself PostgreSQL
   * plans a statement with a parameter in LIMIT anew each time, which can cost more than running it. Only
   * for statements that have one good plan, whatever is asked for.
   */
  onePlan?: boolean;
}

/**
 * The store. Every call takes one pooled connection for one transaction; it waits at most
 * `acquireTimeoutMs` (2 s) for it and then throws `DatabaseUnavailableError`, at once while the
 * breaker is open.
 */
export interface Database {
  /**
   * As the tenant role with the tenant set: row-level security shows that tenant alone. `sql` is the same
   * transaction's, for set-based work that has to be part of it; it gives dates and JSON as text here.
   */
  asTenant<T>(
    tenantId: TenantId,
    work: (tx: Tx, sql: Sql) => Promise<T>,
    options?: TransactionOptions,
  ): Promise<T>;
  /** The same with postgres.js instead of Drizzle: its statements are prepared once per connection. */
  asTenantSql<T>(
    tenantId: TenantId,
    work: (sql: Sql) => Promise<T>,
    options?: TransactionOptions,
  ): Promise<T>;
  /** As the system role: sees every tenant, so each query names the tenant itself. */
  asSystem<T>(work: (tx: Tx) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** As the system role, with postgres.js instead of Drizzle. */
  withSql<T>(work: SqlWork<T>, options?: TransactionOptions): Promise<T>;
  /** Publishes on a channel, on a connection of its own (never inside a write's transaction). */
  notify(channel: string, payload: string): Promise<void>;
  /** Listens on a connection of its own; `onReconnect` runs each time the LISTEN is (re-)established. */
  listen(
    channel: string,
    onPayload: (payload: string) => void,
    onReconnect: () => void,
  ): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** The database did not answer in time, or refused. Becomes a 503. */
export class DatabaseUnavailableError extends Error {
  override readonly name = "DatabaseUnavailableError";
  /** Whether the log has it already: one absence refuses many requests, and is told of once. */
  readonly isTold: boolean;

  constructor(message: string, { isTold = false, ...options }: ErrorOptions & { isTold?: boolean } = {}) {
    super(message, options);
    this.isTold = isTold;
  }
}
