import type { Sql } from "#db/database.ts";
import type { ActivityPlace } from "../audit/activity-place.ts";

/** Up to where the trail was looked at, and when the rest was. */
export interface AlertCursor {
  place: ActivityPlace;
  pulsedAt: Date | null;
  sweptAt: Date | null;
  /** The database's time. */
  now: Date;
}

interface CursorRow {
  generation: number;
  xid: string;
  event_id: string;
  pulsed_at: Date | null;
  swept_at: Date | null;
  now: Date;
}

const columns = "generation, xid::text as xid, event_id, pulsed_at, swept_at, now() as now";

const toCursor = (row: CursorRow): AlertCursor => ({
  place: { generation: row.generation, xid: BigInt(row.xid), uuid: row.event_id },
  pulsedAt: row.pulsed_at,
  sweptAt: row.swept_at,
  now: row.now,
});

/** Holds the cursor for the rest of the transaction; undefined where another process does. */
export async function takeCursor(sql: Sql): Promise<AlertCursor | undefined> {
  const [row] = await sql<CursorRow[]>`
    select ${sql.unsafe(columns)} from alert_cursor for update skip locked`;
  return row && toCursor(row);
}

/** The same, but waits for it: at most for a step of another process. */
export async function waitForCursor(sql: Sql): Promise<AlertCursor> {
  const [row] = await sql<CursorRow[]>`select ${sql.unsafe(columns)} from alert_cursor for update`;
  if (row === undefined) throw new Error("The alerts have no cursor: the database is not migrated");
  return toCursor(row);
}

/** Nothing up to this place will be looked at again. */
export const moveCursor = (sql: Sql, { generation, xid, uuid }: ActivityPlace) => sql`
  update alert_cursor
  set generation = ${generation}, xid = ${String(xid)}::text::xid8, event_id = ${uuid}, moved_at = now()`;
