import type { Database, Sql } from "#db/database.ts";
import { toUuid } from "#db/ids.ts";
import { type Fragment, fits } from "./audit-conditions.server.ts";
import type { AuditFilters } from "./audit-log-schema.ts";
import { type AuditReach, readWithin } from "./audit-reach.server.ts";
import { literal, streamsFor } from "./audit-streams.server.ts";
import { matchingActions } from "./matching-actions.ts";
import { tookTooLong } from "./took-too-long.ts";

/** Rows that are looked at for a total; beyond it only "at least" is said. */
export const maxCounted = 10_000;
/** A page does not wait longer than this for its total. */
const maxCountMs = 25;

export interface AuditCount {
  count: number;
  isExact: boolean;
}

/** How many events the filters let through, as far as can be said at once; null when that took too long. */
export async function countAuditEvents(
  db: Database,
  reach: AuditReach,
  filters: AuditFilters,
  timeoutMs = maxCountMs,
): Promise<AuditCount | null> {
  try {
    return await readWithin(db, reach, async (sql) => {
      const startedMs = performance.now();
      await sql.unsafe(`set local statement_timeout = ${Math.ceil(timeoutMs)}`);
      const walked = await walkedFor(sql, reach, filters);
      // Where the choice of a way took long, the count itself has the half.
      if (performance.now() - startedMs > timeoutMs / 2)
        await sql.unsafe(`set local statement_timeout = ${Math.ceil(timeoutMs / 2)}`);
      return count(sql, filters, walked);
    });
  } catch (error) {
    if (tookTooLong(error)) return null;
    throw error;
  }
}

async function count(
  sql: Sql,
  filters: AuditFilters,
  { walked, areAllFitting }: Walked,
): Promise<AuditCount> {
  const limit = literal(sql, maxCounted + 1);
  const fitting = areAllFitting ? sql`true` : fits(sql, filters);
  const [row] = await sql<{ walked: string; fitting: string }[]>`
    select count(*) as walked, count(*) filter (where ${fitting}) as fitting
    from (${walked} limit ${limit}) event
  `;
  const isExact = Number(row?.walked ?? 0) <= maxCounted;
  return { count: Math.min(Number(row?.fitting ?? 0), maxCounted), isExact };
}

interface Walked {
  /** SQL: rows that have all of them. */
  walked: Fragment;
  /** They have nothing else: the index alone tells how many there are. */
  areAllFitting: boolean;
}

/** The rows to count. Actions in any order are one scan of their index. */
async function walkedFor(sql: Sql, reach: AuditReach, filters: AuditFilters): Promise<Walked> {
  const actions = matchingActions(filters);
  const range = { direction: "desc", from: undefined } as const;
  const streams = await streamsFor(sql, reach, filters, range);
  const stream = streams.at(-1);
  if (stream === undefined) throw new Error("There is no stream to count");
  const areAllFitting = stream.isExact;
  if (actions === undefined || streams.length < 2) {
    const read = areAllFitting ? stream.places : stream.rows;
    return { walked: sql`select event.* from (${read(maxCounted + 1)}) event`, areAllFitting };
  }
  const span = sql`
    ${filters.from === undefined ? sql`` : sql`and event.occurred_at >= ${filters.from}::text::timestamptz`}
    ${filters.to === undefined ? sql`` : sql`and event.occurred_at < ${filters.to}::text::timestamptz`}`;
  const seeds =
    reach === "all" ? sql`select tenant.id from tenants tenant` : sql`select ${toUuid(reach)}::uuid as id`;
  const walked = sql`
    select event.* from (${seeds}) seed
    cross join lateral (
      select event.* from audit_events event
      where event.tenant_id = seed.id and event.action = any(${actions}::text[]) ${span}
      limit ${literal(sql, maxCounted + 1)}
    ) event`;
  return { walked, areAllFitting };
}
