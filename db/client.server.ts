import { createBreaker } from "./client/breaker.server.ts";
import type { ConnectionSettings } from "./client/connection.server.ts";
import { createListener } from "./client/listener.server.ts";
import { createPool, type PoolStats } from "./client/pool.server.ts";
import { probeDatabase } from "./client/probe-database.server.ts";
import { createSilenceWatch } from "./client/silence-watch.server.ts";
import { type Database, DatabaseUnavailableError, type TransactionOptions } from "./database.ts";
import { type TenantId, toUuid } from "./ids.ts";
import { type Log, silentLog } from "./log.ts";

export interface CreateDatabaseOptions {
  tenantUrl: string;
  systemUrl: string;
  /** Connections for `asTenant`, and as many for `asTenantSql`; `asSystem` gets half. */
  poolSize?: number;
  /** Connections for `withSql`: what commits sends and reads for streams never waits behind pages. */
  sqlPoolSize?: number;
  /** How long a request waits for a connection. */
  acquireTimeoutMs?: number;
  statementTimeoutMs?: number;
  lockTimeoutMs?: number;
  /** The longest a transaction may take, everything in it included. */
  transactionTimeoutMs?: number;
  /** Told for each use that had to wait for a connection. */
  onWait?: (lane: string, waitedMs: number) => void;
  /** Told after each commit of a transaction that may have written. */
  onCommit?: () => void;
  /** Shown in pg_stat_activity. */
  applicationName?: string;
  log?: Log;
}

export interface DatabaseStats {
  /** Refusing at once because the database is away. */
  away: boolean;
  lanes: Record<"tenant" | "tenantSql" | "system" | "sql" | "notify", PoolStats>;
}

/** The store, with what metrics show of it. */
export interface PooledDatabase extends Database {
  stats(): DatabaseStats;
}

const CLOSE_GRACE_MS = 5_000;
const HOUR_MS = 3_600_000;
const ANSWER_GRACE_MS = 1_000;

// A read-only transaction sees one moment in all its statements: a page's data and its cursor agree.
const beginStatement = (options: TransactionOptions | undefined): string =>
  (options?.readOnly ? "begin isolation level repeatable read read only" : "begin") +
  (options?.onePlan ? "; set local plan_cache_mode = force_generic_plan" : "");

const isOneQuery = (options: TransactionOptions | undefined): boolean =>
  options?.readOnly === true && options.oneQuery === true;

// An id of ours, read by its parser, so it is safe inside the statement. One message to the server
// with `begin`; it travels with the work's first query, and ends with the transaction.
const beginAs = (tenantId: TenantId, options: TransactionOptions | undefined): string =>
  `${beginStatement(options)}; set local app.tenant_id = '${toUuid(tenantId)}'`;

// A notification is nothing to keep, so its commit need not wait for the disk.
const beginNotify = "begin; set local synchronous_commit to off";

/**
 * Connects to the store, lazily. Lanes of connections, so that none starves another, and because
 * Drizzle changes how its client reads dates and JSON: requests as the tenant login (Drizzle, and
 * SQL), requests and jobs as the system login, set-based SQL of sends and streams, notifications.
 */
export function createDatabase(options: CreateDatabaseOptions): PooledDatabase {
  const {
    poolSize = 8,
    sqlPoolSize = 8,
    acquireTimeoutMs = 2_000,
    statementTimeoutMs = 15_000,
    lockTimeoutMs = 5_000,
    transactionTimeoutMs = 30_000,
    applicationName = "signalbox",
    log = silentLog,
    onWait,
    onCommit,
  } = options;

  const settings = (url: string, lane: string): ConnectionSettings => ({
    url,
    applicationName: `${applicationName} ${lane}`,
    connectTimeoutMs: acquireTimeoutMs,
    statementTimeoutMs,
    lockTimeoutMs,
    idleInTransactionTimeoutMs: transactionTimeoutMs,
  });
  const probe = () => probeDatabase(settings(options.systemUrl, "probe"));
  const breaker = createBreaker({ log, probe });
  const silence = createSilenceWatch({
    probe,
    // The server gives up first, and says so.
    answerTimeoutMs: statementTimeoutMs + ANSWER_GRACE_MS,
    onSilence() {
      const error = new DatabaseUnavailableError("The database does not answer.");
      breaker.trip(error);
      return breaker.refusal() ?? error;
    },
  });
  const pool = (name: string, url: string, size: number) =>
    createPool({
      ...{ name, size, acquireTimeoutMs, transactionTimeoutMs, breaker, silence, onWait },
      connection: settings(url, name),
      maxLifetimeMs: HOUR_MS * (0.75 + Math.random() / 2),
    });
  const lanes = {
    tenant: pool("tenant", options.tenantUrl, poolSize),
    tenantSql: pool("tenantSql", options.tenantUrl, poolSize),
    system: pool("system", options.systemUrl, Math.max(2, Math.ceil(poolSize / 2))),
    sql: pool("sql", options.systemUrl, sqlPoolSize),
    notify: pool("notify", options.systemUrl, 1),
  };

  const listener = createListener({
    url: options.systemUrl,
    applicationName: `${applicationName} listen`,
    connectTimeoutMs: acquireTimeoutMs,
  });

  const told = async <T>(
    done: Promise<T>,
    transactionOptions: TransactionOptions | undefined,
  ): Promise<T> => {
    const result = await done;
    if (transactionOptions?.readOnly !== true) onCommit?.();
    return result;
  };

  return {
    asTenant: (tenantId, work, transactionOptions) =>
      told(
        lanes.tenant.use((connection) =>
          connection.drizzleTransaction(beginAs(tenantId, transactionOptions), work),
        ),
        transactionOptions,
      ),
    asTenantSql: (tenantId, work, transactionOptions) =>
      told(
        lanes.tenantSql.use((connection) => {
          const begin = beginAs(tenantId, transactionOptions);
          return isOneQuery(transactionOptions)
            ? connection.read(begin, work)
            : connection.transaction(begin, work);
        }),
        transactionOptions,
      ),
    asSystem: (work, transactionOptions) =>
      told(
        lanes.system.use((connection) =>
          connection.drizzleTransaction(beginStatement(transactionOptions), work),
        ),
        transactionOptions,
      ),
    withSql: (work, transactionOptions) =>
      told(
        lanes.sql.use((connection) => {
          const begin = beginStatement(transactionOptions);
          // What is one query has its COMMIT behind it anyway.
          return isOneQuery(transactionOptions)
            ? connection.read(begin, (sql) => work(sql, () => {}))
            : connection.transaction(begin, work);
        }),
        transactionOptions,
      ),
    async notify(channel, payload) {
      await lanes.notify.use((connection) =>
        connection.transaction(beginNotify, (sql) => sql`select pg_notify(${channel}, ${payload})`),
      );
    },
    listen: listener.listen,
    stats: () => ({
      away: breaker.refusal() !== undefined,
      lanes: {
        tenant: lanes.tenant.stats(),
        tenantSql: lanes.tenantSql.stats(),
        system: lanes.system.stats(),
        sql: lanes.sql.stats(),
        notify: lanes.notify.stats(),
      },
    }),
    async close() {
      breaker.close();
      await Promise.all([
        ...Object.values(lanes).map((lane) => lane.close(CLOSE_GRACE_MS)),
        listener.close(),
      ]);
      silence.close();
    },
  };
}
