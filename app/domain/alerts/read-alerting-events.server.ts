import type { Sql } from "#db/database.ts";
import { toTypeId } from "#db/ids.ts";
import { type ActivityPlace, noEvent } from "../audit/activity-place.ts";
import { type AuditLogRow, auditLogColumns } from "../audit/audit-log-row.ts";
import { readHorizon } from "../audit/read-tail.server.ts";
import type { AlertingEvent } from "./signal.ts";

export interface AlertingPage {
  /** Those that rules hear of, in order. */
  events: AlertingEvent[];
  /** How many were looked at. */
  looked: number;
  /** When the last of them happened; null when there was none. */
  lastAt: Date | null;
  /** Nothing up to here is missing from this page and those before it. */
  through: ActivityPlace;
  hasMore: boolean;
}

interface PageRow extends AuditLogRow {
  xid: string;
  occurred_at: Date;
  ip_hash: string | null;
  heard: boolean;
  position: string;
}

/** What is older opens nothing, so that it need not be looked at. */
const sinceCondition = "event.occurred_at >= now() - interval '25 hours'";

/**
 * Looks at the next so many events behind a place, below the oldest transaction in progress, so that none can
 * come before them later; gives those of these actions. What nobody hears of is looked at once, too, and
 * never again. A generation at a time, along the index of the order of commits.
 */
export async function readAlertingEvents(
  sql: Sql,
  after: ActivityPlace,
  { actions, limit }: { actions: readonly string[]; limit: number },
): Promise<AlertingPage> {
  const { place: end } = await readHorizon(sql);
  const generation = Math.max(1, after.generation);
  const from = generation === after.generation ? after : { generation, xid: 0n, uuid: noEvent };
  const isNewest = generation >= end.generation;
  // As in `readTail`: of what has come since the last statistics the planner knows nothing, and would sort it all.
  await sql`set local enable_sort = off`;
  const rows = await sql<PageRow[]>`
    select * from (
      select event.xid::text as xid, event.occurred_at, ${sql.unsafe(auditLogColumns)},
        encode(event.ip_hash, 'hex') as ip_hash, event.action = any(${[...actions]}::text[]) as heard,
        row_number() over (order by event.generation, event.xid, event.id) as position
      from audit_events event
      where event.generation = ${generation}::smallint
        and (event.xid, event.id) > (${String(from.xid)}::text::xid8, ${from.uuid}::uuid)
        ${isNewest ? sql`and event.xid < ${String(end.xid)}::text::xid8` : sql``}
        and ${sql.unsafe(sinceCondition)}
      order by event.generation, event.xid, event.id
      limit ${limit}
    ) page
    where heard or position = ${limit}`;
  const last = rows.at(-1);
  const isFull = last !== undefined && Number(last.position) === limit;
  const events = rows.filter(({ heard }) => heard).map(toAlertingEvent);
  const page = { events, looked: Number(last?.position ?? 0), lastAt: last?.occurred_at ?? null };
  if (isFull)
    return { ...page, through: { generation, xid: BigInt(last.xid), uuid: last.id }, hasMore: true };
  if (isNewest) return { ...page, through: end, hasMore: false };
  return { ...page, through: { generation: generation + 1, xid: 0n, uuid: noEvent }, hasMore: true };
}

const toAlertingEvent = (row: PageRow): AlertingEvent => ({
  id: toTypeId("evt", row.id),
  tenantId: toTypeId("ten", row.tenant_id),
  occurredAt: row.at,
  actor: { kind: row.actor_kind, id: row.actor_id, name: row.actor_name },
  action: row.action,
  resource: { type: row.resource_type, id: row.resource_id, name: row.resource_name },
  status: row.status,
  requestId: row.request_id,
  correlationId: row.correlation_id,
  ipHash: row.ip_hash,
  details: row.details,
});

/** What there is behind the cursor, seen without holding it. */
export type Waiting = "events" | "held" | "nothing";

/** Whether there is anything to look at: most of the time there is not, and then nothing is written. */
export async function peekBehindCursor(sql: Sql): Promise<Waiting> {
  await sql`set local enable_sort = off`;
  const [row] = await sql<{ is_readable: boolean | null; is_past: boolean }[]>`
    select cursor.generation < (select max(generation) from audit_generations) as is_past, (
      select event.xid < pg_snapshot_xmin(pg_current_snapshot()) from audit_events event
      where event.generation = cursor.generation and (event.xid, event.id) > (cursor.xid, cursor.event_id)
        and ${sql.unsafe(sinceCondition)}
      order by event.generation, event.xid, event.id limit 1
    ) as is_readable
    from alert_cursor cursor`;
  if (row?.is_past || row?.is_readable) return "events";
  // What a transaction in progress still holds back, since it may commit before it.
  return row?.is_readable === false ? "held" : "nothing";
}
