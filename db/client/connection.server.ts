import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import type postgres from "postgres";
import { DatabaseUnavailableError, type Sql, type SqlWork, type Tx } from "../database.ts";
import * as schema from "../schema/index.ts";
import { translate } from "./failures.ts";
import { endScope, guardedSql, newScope, type QueryScope, sendCommit } from "./guarded-sql.server.ts";
import { singleUseClient } from "./single-use-client.server.ts";

export interface ConnectionSettings {
  url: string;
  applicationName: string;
  connectTimeoutMs: number;
  statementTimeoutMs: number;
  lockTimeoutMs: number;
  idleInTransactionTimeoutMs: number;
}

/** One connection, used for one transaction at a time. */
export interface Connection {
  readonly openedAt: number;
  /** How many queries it has answered; undefined while it is asked nothing. */
  answersWhileAsked(): number | undefined;
  /** `begin` is the statement that opens the transaction; it travels with the work's first query. */
  transaction<T>(begin: string, work: SqlWork<T>): Promise<T>;
  /** The same for work that is one query which changes nothing: `begin`, it and COMMIT travel together. */
  read<T>(begin: string, work: (sql: Sql) => Promise<T>): Promise<T>;
  /** The same with Drizzle. */
  drizzleTransaction<T>(begin: string, work: (tx: Tx, sql: Sql) => Promise<T>): Promise<T>;
  /** Ends it at once; a transaction in it fails. */
  destroy(reason: Error): void;
}

// Named statements are kept by the server until the connection ends; texts of varying length
// (`in ($1, $2, …)`) must not fill its memory.
const MAX_PREPARED_TEXTS = 300;

// A plan made while a table was small scans it, or walks the wrong one of two indexes that cost the
// same then, for as long as its connection lasts: sends to a fresh database were about 6 times slower
// after 10,000 messages. Statistics come within a minute; until then plans are made anew each time
// their age has doubled.
const FIRST_PLAN_AGE_MS = 250;
const MAX_PLAN_AGE_MS = 60_000;

const quiet = (): void => {};
const afterItsEnd = (): Error => new Error("A query was run after its transaction had ended.");
const secondQuery = (): Error => new Error("Work that was said to be one query has run another.");

/**
 * Connects and signs in.
 * @param onLost runs once when the connection has ended, whoever ended it
 * @throws what the driver says when there is no connection to be had
 */
export async function openConnection(settings: ConnectionSettings, onLost: () => void): Promise<Connection> {
  let lost: Error | undefined;
  let opened = false;
  let scope: QueryScope | undefined;
  let answers = 0;
  let rejectWork: ((error: Error) => void) | undefined;

  const markLost = (reason: Error): void => {
    if (lost !== undefined) return;
    lost = reason;
    if (scope !== undefined) endScope(scope, () => reason);
    rejectWork?.(reason);
    client.end({ timeout: 0 }).catch(quiet);
    if (opened) onLost();
  };

  const client = singleUseClient({
    url: settings.url,
    connectTimeoutMs: settings.connectTimeoutMs,
    keepAliveSeconds: 15,
    fetchArrayTypes: true,
    onClose: () => markLost(new DatabaseUnavailableError("The connection to the database was lost.")),
    session: {
      application_name: settings.applicationName,
      TimeZone: "UTC",
      statement_timeout: settings.statementTimeoutMs,
      lock_timeout: settings.lockTimeoutMs,
      idle_in_transaction_session_timeout: settings.idleInTransactionTimeoutMs,
    },
  });

  let reserved: postgres.ReservedSql;
  try {
    reserved = await client.reserve();
  } catch (error) {
    client.end({ timeout: 0 }).catch(quiet);
    throw error;
  }
  if (lost !== undefined) throw lost;
  opened = true;

  const prepared = new Set<string>();
  const shouldPrepare = (text: string): boolean => {
    if (prepared.has(text)) return true;
    if (prepared.size >= MAX_PREPARED_TEXTS) return false;
    prepared.add(text);
    return true;
  };

  let planAgeMs = FIRST_PLAN_AGE_MS;
  let replanAt = performance.now() + planAgeMs;
  const isReplanDue = (): boolean => {
    const now = performance.now();
    if (now < replanAt) return false;
    planAgeMs = Math.min(planAgeMs * 2, MAX_PLAN_AGE_MS);
    replanAt = now + planAgeMs;
    return true;
  };

  /** What a transaction begins with: its scope, its handle, and the promise that a lost connection rejects. */
  function open(begin: string) {
    if (lost !== undefined) throw lost;
    const mine = newScope();
    mine.onAnswer = () => {
      answers += 1;
    };
    scope = mine;
    const sql = guardedSql(reserved, mine, shouldPrepare);
    const broken = new Promise<never>((_, reject) => {
      rejectWork = reject;
    });
    broken.catch(quiet);
    // After the begin: in front of it, it would be the query that an isolation level has to precede.
    const began = sql.unsafe(isReplanDue() ? `${begin}; discard plans` : begin).execute();
    began.catch(quiet);
    return { mine, sql, broken, began };
  }

  function close(mine: QueryScope): void {
    endScope(mine, afterItsEnd);
    scope = undefined;
    rejectWork = undefined;
  }

  async function read<T>(begin: string, work: (sql: Sql) => Promise<T>): Promise<T> {
    const { mine, sql, broken, began } = open(begin);
    let committed: Promise<unknown> | undefined;
    let sent = 0;
    mine.onSent = () => {
      sent += 1;
      // The begin was the first, and this is the query: nothing of it can be undone, so nothing is waited for.
      if (sent !== 2) return;
      committed = sendCommit(reserved, mine);
      mine.over = secondQuery;
    };
    try {
      const result = await Promise.race([work(sql), broken]);
      await began;
      await Promise.race([committed ?? sql.unsafe("commit"), broken]);
      return result;
    } catch (error) {
      // The connection goes back only when all of it is answered.
      if (!hasEnded())
        await Promise.race([committed ?? sql.unsafe("rollback"), broken]).catch((cause: unknown) =>
          destroy(asError(cause)),
        );
      throw translate(error, hasEnded());
    } finally {
      close(mine);
    }
  }

  async function transaction<T>(begin: string, work: SqlWork<T>): Promise<T> {
    const { mine, sql, broken, began } = open(begin);
    let behind: NodeJS.Immediate | undefined;
    let commit: ReturnType<typeof sql.unsafe> | undefined;
    // At the end of the turn: a query that was begun is handed to the driver a few microtasks later.
    const commitBehind = (): void => {
      behind ??= setImmediate(() => {
        if (hasEnded()) return;
        commit = sendCommit(reserved, mine);
        mine.over = afterItsEnd;
      });
    };
    try {
      let result: T;
      try {
        result = await Promise.race([work(sql, commitBehind), broken]);
        await began;
      } catch (error) {
        clearImmediate(behind);
        // After a query that failed a COMMIT is a ROLLBACK; the connection goes back when it is answered.
        if (!hasEnded())
          await (commit ?? sql.unsafe("rollback")).catch((cause: unknown) => destroy(asError(cause)));
        throw error;
      }
      const committed = await Promise.race([commit ?? sql.unsafe("commit"), broken]);
      // COMMIT of a transaction in which a query failed is a ROLLBACK that reports no error.
      if (committed.command !== "COMMIT")
        throw mine.firstError ?? new Error("The transaction was rolled back by the database.");
      return result;
    } catch (error) {
      throw translate(error, hasEnded());
    } finally {
      close(mine);
    }
  }

  const hasEnded = (): boolean => lost !== undefined;

  const destroy = (reason: Error): void => markLost(reason);

  return {
    openedAt: performance.now(),
    answersWhileAsked: () => (scope !== undefined && scope.pending.size > 0 ? answers : undefined),
    transaction,
    read,
    drizzleTransaction: drizzleOn(client, transaction),
    destroy,
  };
}

const asError = (cause: unknown): Error => (cause instanceof Error ? cause : new Error(String(cause)));

/** Drizzle opens a transaction with its client's `begin`; ours takes that place, with the statement to open it. */
function drizzleOn(
  client: postgres.Sql,
  transaction: Connection["transaction"],
): Connection["drizzleTransaction"] {
  let begin = "begin";
  let handle: Sql | undefined;
  const adapter = new Proxy(client, {
    get: (target, key) =>
      key === "begin"
        ? (work: (sql: Sql) => Promise<unknown>) =>
            transaction(begin, (sql) => {
              handle = sql;
              return work(sql);
            })
        : Reflect.get(target, key),
  });
  let database: PostgresJsDatabase<typeof schema> | undefined;
  return (statement, work) => {
    // Made on first use: it switches the client's date and JSON parsers to what Drizzle expects.
    database ??= drizzle(adapter, { schema, casing: "snake_case" });
    begin = statement;
    // `begin` is read before this returns its promise, and a connection has one transaction at a time.
    return database.transaction((tx) => {
      if (handle === undefined) throw new Error("A transaction has begun without its handle");
      return work(tx, handle);
    });
  };
}
