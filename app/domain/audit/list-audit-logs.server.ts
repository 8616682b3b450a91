import { type Database, DatabaseUnavailableError, type Sql } from "#db/database.ts";
import type { Actor } from "../auth/actor.ts";
import { AppError } from "../errors.ts";
import { type AuditPlace, encodePlace } from "./audit-log-cursor.ts";
import type { AuditFilters, AuditLogPage } from "./audit-log-schema.ts";
import { type AuditReach, readWithin, requireAuditReach } from "./audit-reach.server.ts";
import { type AuditCount, countAuditEvents, maxCounted } from "./count-audit-events.server.ts";
import { tookTooLong } from "./took-too-long.ts";
import { walkAuditEvents } from "./walk-audit-events.server.ts";

export interface ListAuditLogsOptions {
  filters: AuditFilters;
  /** Whose; the actor's own tenant when nobody is named. */
  reach?: AuditReach | undefined;
  limit: number;
  /** From 1; not with a cursor. */
  page?: number | undefined;
  /** What follows this place: older events. */
  cursor?: AuditPlace | undefined;
}

/** No statement of a page takes this long, unless the database is in trouble. */
const maxReadMs = 5_000;

/**
 * How many there are, beside a page that is being read; null where that cannot be said at once. Both are
 * waited for, the page first, so that its own failure is not this one's.
 */
export function countForPage(
  db: Database,
  reach: AuditReach,
  filters: AuditFilters,
): Promise<AuditCount | null> {
  const counting = countAuditEvents(db, reach, filters).catch((error: unknown) => {
    if (error instanceof DatabaseUnavailableError) return null;
    throw error;
  });
  counting.catch(() => undefined);
  return counting;
}

/** A page that is read waits for its total no longer than this. */
const maxWaitMs = 25;

/** The total if it is there by then, else null: the page is not held up by it. */
export const inTime = (counting: Promise<AuditCount | null>): Promise<AuditCount | null> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    // What has arrived meanwhile, while the process was busy, is not late.
    timer = setTimeout(() => setImmediate(() => resolve(null)), maxWaitMs);
  });
  return Promise.race([counting, late]).finally(() => clearTimeout(timer));
};

/** @throws AppError overloaded: the database took too long */
export async function readForPage<T>(
  db: Database,
  reach: AuditReach,
  read: (sql: Sql) => Promise<T>,
): Promise<T> {
  try {
    return await readWithin(db, reach, async (sql) => {
      await sql.unsafe(`set local statement_timeout = ${maxReadMs}`);
      return read(sql);
    });
  } catch (cause) {
    if (!tookTooLong(cause)) throw cause;
    throw new AppError("overloaded", "This took too long to find. Try again, or narrow it by time.", {
      cause,
    });
  }
}

/**
 * A page of the audit trail, newest first, with how many there are as far as that can be said without
 * holding the page up.
 * @throws AppError forbidden; overloaded: the database took too long
 */
export async function listAuditLogs(
  db: Database,
  actor: Actor,
  { filters, reach: asked, limit, page = 1, cursor }: ListAuditLogsOptions,
): Promise<AuditLogPage> {
  const reach = requireAuditReach(actor, asked);
  const offset = cursor === undefined ? (page - 1) * limit : 0;
  // So far in there are more than would be counted.
  const counting = offset < maxCounted ? countForPage(db, reach, filters) : undefined;
  const walk = await readForPage(db, reach, (sql) =>
    walkAuditEvents(sql, reach, filters, { direction: "desc", from: cursor, limit, offset }),
  );
  const { logs, next, searchedTo } = walk;
  const isBeyondEnd = logs.length === 0 && searchedTo === null;
  const counted = await inTime(
    counting ?? (isBeyondEnd ? countForPage(db, reach, filters) : Promise.resolve(null)),
  );
  const seen = logs.length === 0 ? 0 : offset + logs.length;
  const isWhole = cursor === undefined && next === null && (logs.length > 0 || offset === 0);
  const total = isWhole ? seen : Math.max(counted?.count ?? 0, seen);
  return {
    logs,
    pagination: {
      total,
      totalIsExact: isWhole || (counted?.isExact ?? false),
      page: cursor === undefined ? page : null,
      limit,
      nextCursor: next && encodePlace(next),
      searchedTo,
    },
  };
}
