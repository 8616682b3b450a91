import type { Sql } from "#db/database.ts";
import { type Fragment, fits } from "./audit-conditions.server.ts";
import type { AuditPlace } from "./audit-log-cursor.ts";
import { type AuditLogRow, auditLogColumns, exactTime, toAuditLog } from "./audit-log-row.ts";
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
/** No fewer, however many tenants share them. */
const minLookUps = 200;

const lookUpsOf = ({ lookUps = maxLookUps, sharedBy = 1 }: AuditStream, beyond = 0): number =>
  Math.max(minLookUps, Math.ceil((beyond + lookUps) / sharedBy));

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
  const maxWalked = stream.isExact ? limit + 1 : lookUpsOf(stream);
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

/** A page so many events in: first the place is found, by what the index holds, then read from there. */
async function walkFromOffset(
  sql: Sql,
  reach: AuditReach,
  filters: AuditFilters,
  range: AuditRange,
  { limit, offset }: { limit: number; offset: number },
): Promise<AuditWalk> {
  const streams = await streamsFor(sql, reach, filters, range);
  const exact = streams.find(({ isExact }) => isExact);
  const [first] = streams;
  if (first === undefined) throw new Error("There is no stream to walk");
  const { inOrder } = streamMaker(sql, reach, filters, range);
  const isWalked = exact === undefined || (exact !== first && (await fitsOften(sql, filters, first, offset)));
  let passed = isWalked ? await passWalked(sql, filters, first, inOrder, offset) : undefined;
  if (exact !== undefined && !passed?.isThere) passed = await passCounted(sql, exact, inOrder, offset);
  if (passed === undefined) return nothing;
  if (passed.isThere) return walkAuditEvents(sql, reach, filters, { ...range, from: passed.place, limit });
  return { logs: [], next: passed.place, searchedTo: passed.place.at };
}

/** So far ahead one looks to see how many fit. */
const probedEvents = 400;

/** Whether so many fit of the next events of a stream that walking it by them leads that far. */
async function fitsOften(
  sql: Sql,
  filters: AuditFilters,
  stream: AuditStream,
  offset: number,
): Promise<boolean> {
  const [row] = await sql<{ share: number | null }[]>`
    select avg((${fits(sql, filters)})::int)::float8 as share
    from (${stream.rows(probedEvents)}) event`;
  return (row?.share ?? 0) * lookUpsOf(stream, offset) > offset;
}

interface Passed {
  /** The event that the page begins behind; or where the walk to it was cut off. */
  place: AuditPlace;
  isThere: boolean;
}

/** Of a stream that has only what fits, its order is all that is read: the table is not. */
async function passCounted(
  sql: Sql,
  stream: AuditStream,
  inOrder: Fragment,
  offset: number,
): Promise<Passed | undefined> {
  const [at] = await sql<PlaceRow[]>`
    select ${placeColumns(sql)} from (${stream.places(offset)}) event
    ${inOrder} limit 1 offset ${literal(sql, offset - 1)}`;
  return at && { place: { at: at.at, uuid: at.id }, isThere: true };
}

/** Where some has to be looked at to know whether it fits, no further than a page looks beyond the offset. */
async function passWalked(
  sql: Sql,
  filters: AuditFilters,
  stream: AuditStream,
  inOrder: Fragment,
  offset: number,
): Promise<Passed | undefined> {
  const maxWalked = lookUpsOf(stream, offset);
  const [at] = await sql<PlaceRow[]>`
    select ${placeColumns(sql)} from (${stream.rows(maxWalked)}) event
    where ${fits(sql, filters)}
    ${inOrder} limit 1 offset ${literal(sql, offset - 1)}`;
  if (at !== undefined) return { place: { at: at.at, uuid: at.id }, isThere: true };
  const cut = await passCounted(sql, stream, inOrder, maxWalked);
  return cut && { ...cut, isThere: false };
}

interface PlaceRow {
  at: string;
  id: string;
}

const placeColumns = (sql: Sql): Fragment =>
  sql`${sql.unsafe(exactTime("event.occurred_at"))} as at, event.id`;
