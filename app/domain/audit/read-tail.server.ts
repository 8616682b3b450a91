import type { Sql } from "#db/database.ts";
import { type TenantId, toUuid } from "#db/ids.ts";
import { type ActivityPlace, clusterOf, noEvent } from "./activity-place.ts";
import { type AuditLogRow, auditLogColumns, toAuditLog } from "./audit-log-row.ts";
import type { AuditLog } from "./audit-log-schema.ts";

/** Up to where everything that will ever be there can be read at this moment. */
export interface TailHorizon {
  /** Every transaction before this place has ended. */
  place: ActivityPlace;
  cluster: string;
  /** No transaction has begun that has this id or a higher one. */
  nextXid: bigint;
  /** The database's clock, ISO 8601. */
  at: string;
}

/** An event, and its place in the order in which readers get them. */
export interface TailedEvent {
  place: ActivityPlace;
  log: AuditLog;
}

export interface TailPage {
  /** In order of their places. */
  events: TailedEvent[];
  /** Nothing up to here is missing from this page and those before it. */
  through: ActivityPlace;
  /** There is more to be read at once. */
  hasMore: boolean;
  /** Events are committed that a transaction in progress, older than theirs, still holds back. */
  isHeld: boolean;
  horizon: TailHorizon;
}

export interface ReadTailOptions {
  after: ActivityPlace;
  limit: number;
  /** Events of this tenant only. */
  tenantId?: TenantId | undefined;
  /** What lies after the place happened since then (ISO 8601): keeps old partitions out of it. */
  since?: string | undefined;
}

interface HorizonRow {
  generation: number;
  system_identifier: string;
  xmin: string;
  xmax: string;
  at: string;
}

/** Where the tail ends now. */
export async function readHorizon(sql: Sql): Promise<TailHorizon> {
  const [row] = await sql<HorizonRow[]>`
    select generation, system_identifier, pg_snapshot_xmin(pg_current_snapshot())::text as xmin,
      pg_snapshot_xmax(pg_current_snapshot())::text as xmax, now()::text as at
    from audit_generations order by generation desc limit 1`;
  if (row === undefined) throw new Error("The audit trail has no generation: the database is not migrated");
  return {
    place: { generation: row.generation, xid: BigInt(row.xmin), uuid: noEvent },
    cluster: clusterOf(row.system_identifier),
    nextXid: BigInt(row.xmax),
    at: row.at,
  };
}

interface TailRow extends AuditLogRow {
  generation: number;
  xid: string;
}

/**
 * The events that follow a place, below the oldest transaction in progress, so that none can come
 * before them later. In a transaction that sees one moment (`readOnly`), as the role whose events
 * are wanted.
 */
export async function readTail(sql: Sql, options: ReadTailOptions): Promise<TailPage> {
  const { after, limit } = options;
  // Only along an index, in its order: of what has come since the last statistics the planner knows nothing,
  // takes it for a row or two, and would sort all of it for each page.
  await sql`set local enable_sort = off`;
  const horizon = await readHorizon(sql);
  const { place: end } = horizon;
  const rows: TailRow[] = [];
  // A generation at a time: of a row of columns that begins with it the planner would take all for none.
  for (let generation = Math.max(1, after.generation); generation <= end.generation; generation += 1) {
    const from = generation === after.generation ? after : { generation, xid: 0n, uuid: noEvent };
    rows.push(...(await readGeneration(sql, options, from, limit - rows.length)));
    if (rows.length === limit) break;
  }
  const settled = rows.filter(({ generation, xid }) => generation < end.generation || BigInt(xid) < end.xid);
  const events = settled.map((row) => ({
    place: { generation: row.generation, xid: BigInt(row.xid), uuid: row.id },
    log: toAuditLog(row),
  }));
  const last = events.at(-1);
  if (events.length === limit && last !== undefined)
    return { events, through: last.place, hasMore: true, isHeld: false, horizon };
  // What is held back comes last in the order, so that a page that is not full has met it.
  return { events, through: end, hasMore: false, isHeld: rows.length > settled.length, horizon };
}

const readGeneration = (
  sql: Sql,
  { tenantId, since }: ReadTailOptions,
  { generation, xid, uuid }: ActivityPlace,
  limit: number,
) => sql<TailRow[]>`
  select event.generation, event.xid::text as xid, ${sql.unsafe(auditLogColumns)}
  from audit_events event
  where event.generation = ${generation}::smallint
    and (event.xid, event.id) > (${String(xid)}::text::xid8, ${uuid}::uuid)
    ${tenantId === undefined ? sql`` : sql`and event.tenant_id = ${toUuid(tenantId)}`}
    ${since === undefined ? sql`` : sql`and event.occurred_at >= ${since}::text::timestamptz - interval '1 hour'`}
  order by event.generation, event.xid, event.id
  limit ${limit}`;
