import type { Sql } from "#db/database.ts";
import { fits } from "./audit-conditions.server.ts";
import type { AuditPlace } from "./audit-log-cursor.ts";
import { type AuditLogRow, auditLogColumns, toAuditLog } from "./audit-log-row.ts";
import type { AuditFilters, AuditLog } from "./audit-log-schema.ts";
import type { AuditReach } from "./audit-reach.server.ts";
import {
  type AuditRange,
  type AuditStream,
  literal,
  streamMaker,
  streamsFor,
} from "./audit-streams.server.ts";
import { matchingActions } from "./matching-actions.ts";

/**
 * A page looks at this many rows and then says how far it came, so that a filter that fits hardly
 * anything costs the same among ten million events as among few (docs/decisions/0029).
 */
const maxLookUps = 3_000;

export interface AuditWalkOptions extends AuditRange {
  limit: number;
  /** Fitting events to leave out before the first. */
  offset?: number;
}

export interface AuditWalk {
  /** In the direction of the walk. */
  logs: AuditLog[];
  /** Where to go on from: the last event of a full page, or where the walk was cut off; null at the end. */
  next: AuditPlace | null;
  /** When the walk was cut off before the page was full: how far it came. */
  searchedTo: string | null;
}

const nothing: AuditWalk = { logs: [], next: null, searchedTo: null };

/**
 * What the filters let through of the events within reach, in order of time. It goes along the narrowest
 * index and looks at what lies there; both in one statement, so that what is recorded meanwhile is
 * neither skipped nor told twice.
 */
export async function walkAuditEvents(
  sql: Sql,
  reach: AuditReach,
  filters: AuditFilters,
  { limit, offset = 0, ...range }: AuditWalkOptions,
): Promise<AuditWalk> {
  if (contradicts(filters)) return nothing;
  if (offset > 0) return walkFromOffset(sql, reach, filters, range, { limit, offset });
  let walk = nothing;
  for (const stream of await streamsFor(sql, reach, filters, range)) {
    walk = await walkStream(sql, reach, filters, range, stream, limit);
    if (walk.searchedTo === null) return walk;
  }
  return walk;
}

/** Whether nothing can fit. */
const contradicts = (filters: AuditFilters): boolean =>
  matchingActions(filters)?.length === 0 ||
  (filters.from !== undefined &&
    filters.to !== undefined &&
    Date.parse(filters.from) >= Date.parse(filters.to));

async function walkStream(
  sql: Sql,
  reach: AuditReach,
  filters: AuditFilters,
  range: AuditRange,
  stream: AuditStream,
  limit: number,
): Promise<AuditWalk> {
  const maxWalked = stream.isExact ? limit + 1 : (stream.lookUps ?? maxLookUps);
  const { inOrder } = streamMaker(sql, reach, filters, range);
  const last = literal(sql, maxWalked);
  const fitting = fits(sql, filters);
  // The last one walked is given whether or not it fits: it says where to go on.
  const rows = await sql<(AuditLogRow & { n: string; fits: boolean })[]>`
    select ${sql.unsafe(auditLogColumns)}, event.n, (event.n < ${last} or ${fitting}) as fits
    from (
      select event.*, row_number() over (${inOrder}) as n from (${stream.rows(maxWalked)}) event
    ) event
    where event.n = ${last} or ${fitting}
    ${inOrder}
    limit ${literal(sql, limit + 1)}
  `;
  const found = rows.filter((row) => row.fits);
  const logs = found.slice(0, limit).map(toAuditLog);
  const shown = found[logs.length - 1];
  if (found.length > limit && shown !== undefined)
    return { logs, next: { at: shown.at, uuid: shown.id }, searchedTo: null };
  const end = rows.at(-1);
  if (end === undefined || Number(end.n) < maxWalked) return { logs, next: null, searchedTo: null };
  return { logs, next: { at: end.at, uuid: end.id }, searchedTo: end.at };
}

interface PlaceRow {
  at: string;
  id: string;
  /** Which of the fitting ones it is, or how many there were before the cut. */
  place: string;
  n: string;
  fits: boolean;
}

/** A page so many events in: first the place is found, by what the index holds, then read from there. */
async function walkFromOffset(
  sql: Sql,
  reach: AuditReach,
  filters: AuditFilters,
  range: AuditRange,
  { limit, offset }: { limit: number; offset: number },
): Promise<AuditWalk> {
  let cutOff = nothing;
  for (const stream of await streamsFor(sql, reach, filters, range)) {
    const maxWalked = stream.isExact ? offset : offset + Math.max(maxLookUps, stream.lookUps ?? 0);
    const { inOrder } = streamMaker(sql, reach, filters, range);
    const last = literal(sql, maxWalked);
    const fitting = fits(sql, filters);
    const [at] = await sql<PlaceRow[]>`
      select
        to_char(occurred_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, id, place, n, fits
      from (
        select
          event.occurred_at, event.id, event.n, (event.n < ${last} or ${fitting}) as fits,
          row_number() over (order by event.n) as place
        from (
          select event.*, row_number() over (${inOrder}) as n from (${stream.rows(maxWalked)}) event
        ) event
        where event.n = ${last} or ${fitting}
        order by event.n
        limit ${literal(sql, offset)}
      ) passed
      order by n desc limit 1
    `;
    if (at === undefined) return nothing;
    const place = { at: at.at, uuid: at.id };
    if (at.fits && Number(at.place) === offset)
      return walkAuditEvents(sql, reach, filters, { ...range, from: place, limit });
    if (Number(at.n) < maxWalked) return nothing;
    cutOff = { logs: [], next: place, searchedTo: at.at };
  }
  return cutOff;
}
