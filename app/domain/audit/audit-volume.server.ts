import type { Database, Sql } from "#db/database.ts";
import { toUuid } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import { type Fragment, fits } from "./audit-conditions.server.ts";
import type { AuditFilters } from "./audit-log-schema.ts";
import { type AuditReach, readWithin, requireAuditReach } from "./audit-reach.server.ts";
import { literal } from "./audit-streams.server.ts";
import type { AuditVolume } from "./audit-volume-schema.ts";
import { matchingActions } from "./matching-actions.ts";
import { tookTooLong } from "./took-too-long.ts";

const bars = 48;
/** Each bar is looked at in so many places, since a day is not like its first hour. */
const slicesPerBar = 3;
/** Events that are counted in each place; beyond it, their density is taken for the rest. */
const maxPerSlice = 200;
const maxCountMs = 1_500;
const defaultSpanMs = 30 * 24 * 3_600_000;

export interface AuditVolumeOptions {
  filters: AuditFilters;
  reach?: AuditReach | undefined;
  nowMs: number;
}

/**
 * How many events the filters let through over their span of time, or the last thirty days: counted
 * where there are few, else estimated, so that ten million cost what ten thousand do. Null when even that
 * took too long.
 * @throws AppError forbidden
 */
export async function readAuditVolume(
  db: Database,
  actor: Actor,
  { filters, reach: asked, nowMs }: AuditVolumeOptions,
): Promise<AuditVolume | null> {
  const reach = requireAuditReach(actor, asked);
  const toMs = Math.min(nowMs, filters.to === undefined ? nowMs : Date.parse(filters.to));
  const fromMs = filters.from === undefined ? toMs - defaultSpanMs : Date.parse(filters.from);
  if (fromMs >= toMs || matchingActions(filters)?.length === 0) return null;
  try {
    return await readWithin(db, reach, async (sql) => {
      await sql.unsafe(`set local statement_timeout = ${maxCountMs}`);
      return readBars(sql, reach, filters, fromMs, toMs);
    });
  } catch (error) {
    if (tookTooLong(error)) return null;
    throw error;
  }
}

interface SliceRow {
  bar: number;
  seen: string;
  fitting: string;
  /** Of the slice, how much was looked at: 1 where all of it. */
  share: number;
}

async function readBars(
  sql: Sql,
  reach: AuditReach,
  filters: AuditFilters,
  fromMs: number,
  toMs: number,
): Promise<AuditVolume> {
  const stepMs = (toMs - fromMs) / bars;
  const sliceSeconds = stepMs / slicesPerBar / 1_000;
  const { condition, actions } = narrowed(sql, reach, filters);
  const seeds =
    actions === undefined
      ? sql`(select null::text as action) seed`
      : sql`unnest(${actions}::text[]) as seed (action)`;
  const begin = sql`${new Date(fromMs).toISOString()}::text::timestamptz`;
  const step = sql`(${sliceSeconds}::float8 * interval '1 second')`;
  const rows = await sql<SliceRow[]>`
    select
      (slice.n / ${literal(sql, slicesPerBar)})::int as bar, counted.seen, counted.fitting,
      case when counted.seen < ${literal(sql, maxPerSlice)} then 1
        else greatest(extract(epoch from slice.ends - counted.reached) / ${sliceSeconds}::float8, 1e-9) end::float8 as share
    from (
      select n, ${begin} + n * ${step} as begins, ${begin} + (n + 1) * ${step} as ends
      from generate_series(0, ${literal(sql, bars * slicesPerBar - 1)}) as n
    ) slice
    cross join ${seeds}
    cross join lateral (
      select count(*) as seen, count(*) filter (where ${fits(sql, filters)}) as fitting,
        min(event.occurred_at) as reached
      from (
        select event.* from audit_events event
        where ${reach === "all" ? sql`true` : sql`event.tenant_id = ${toUuid(reach)}`} ${condition}
          and event.occurred_at >= slice.begins and event.occurred_at < slice.ends
        order by event.occurred_at desc, event.id desc
        limit ${literal(sql, maxPerSlice)}
      ) event
    ) counted
    where counted.seen > 0`;
  const counts = Array.from({ length: bars }, () => 0);
  let isEstimate = false;
  for (const { bar, fitting, share } of rows) {
    counts[bar] = (counts[bar] ?? 0) + Number(fitting) / share;
    isEstimate ||= share < 1;
  }
  return {
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    points: counts.map((count, bar) => ({
      at: new Date(fromMs + bar * stepMs).toISOString(),
      count: Math.round(count),
    })),
    isEstimate,
  };
}

/**
 * What an index narrows it by, of one tenant; actions are looked at one by one. Of all tenants that is
 * time alone, and the rest is judged by what is seen.
 */
function narrowed(
  sql: Sql,
  reach: AuditReach,
  filters: AuditFilters,
): { condition: Fragment; actions?: string[] } {
  const { actor, resourceId, requestId, correlationId, status } = filters;
  if (reach === "all") return { condition: sql`` };
  if (requestId !== undefined) return { condition: sql`and event.request_id = ${requestId}` };
  if (correlationId !== undefined) return { condition: sql`and event.correlation_id = ${correlationId}` };
  if (resourceId !== undefined) return { condition: sql`and event.resource_id = ${resourceId}` };
  if (actor !== undefined) return { condition: sql`and event.actor_id = ${actor}` };
  if (status === "failure" || status === "denied")
    return { condition: sql`and event.status = ${literal(sql, status)} and event.status <> 'success'` };
  const actions = matchingActions(filters);
  return actions === undefined
    ? { condition: sql`` }
    : { condition: sql`and event.action = seed.action`, actions };
}
