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
/** Events that are looked at at once. */
const perLook = 50;
/** So many looks on end, which count exactly what is rare; each one after that skips twice as far as the one before. */
const wholeLooks = 4;
/** Enough to get through fifty million events of one place. */
const maxLooks = 24;
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

interface LookRow {
  bar: number;
  fitting: string;
  /** As many times more are taken to be in what was skipped after the look. */
  skipped: number;
}

/**
 * From each place's end to its beginning, by looks at a few events: all of them at first, then with gaps in
 * which events are taken to lie as close as in the look before. The gaps grow with the looks and no
 * faster, so that a burst counts by its own length, and a million events are told in twenty looks. One density for
 * all of a place made thousands of what ten seconds had seen.
 */
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
  const rows = await sql<LookRow[]>`
    with recursive look as (
      select slice.n, seed.action, slice.begins, 0 as number, slice.ends as at,
        '00000000-0000-0000-0000-000000000000'::uuid as id, 0::bigint as fitting, 0::float8 as skipped
      from (
        select n, ${begin} + n * ${step} as begins, ${begin} + (n + 1) * ${step} as ends
        from generate_series(0, ${literal(sql, bars * slicesPerBar - 1)}) as n
      ) slice
      cross join ${seeds}
      union all
      select seed.n, seed.action, seed.begins, seed.number + 1,
        case when seen.events < ${literal(sql, perLook)} then seed.begins
          else seen.reached - gap.skipped * (seed.at - seen.reached) end,
        case when gap.skipped = 0 then seen.reached_id else 'ffffffff-ffff-ffff-ffff-ffffffffffff' end,
        seen.fitting, gap.skipped
      from look seed
      cross join lateral (
        select count(*) as events, count(*) filter (where ${fits(sql, filters)}) as fitting,
          min(event.occurred_at) as reached, (array_agg(event.id order by event.occurred_at, event.id))[1] as reached_id
        from (
          select event.* from audit_events event
          where ${reach === "all" ? sql`true` : sql`event.tenant_id = ${toUuid(reach)}`} ${condition}
            and event.occurred_at >= seed.begins and event.occurred_at <= seed.at
            and (event.occurred_at, event.id) < (seed.at, seed.id)
          order by event.occurred_at desc, event.id desc
          limit ${literal(sql, perLook)}
        ) event
      ) seen
      cross join lateral (
        select case when seed.number < ${literal(sql, wholeLooks)} or seen.events < ${literal(sql, perLook)} then 0
          else least(
            power(2, seed.number - ${literal(sql, wholeLooks)}),
            -- No further than to the beginning; nowhere from events of one moment.
            coalesce(extract(epoch from seen.reached - seed.begins)
              / nullif(extract(epoch from seed.at - seen.reached), 0), 0)
          ) end::float8 as skipped
      ) gap
      where seed.at > seed.begins and seed.number < ${literal(sql, maxLooks)} and seen.events > 0
    )
    select (n / ${literal(sql, slicesPerBar)})::int as bar, sum(fitting) as fitting, skipped
    from look
    where fitting > 0 or skipped > 0
    group by 1, skipped`;
  const counts = Array.from({ length: bars }, () => 0);
  let isEstimate = false;
  for (const { bar, fitting, skipped } of rows) {
    counts[bar] = (counts[bar] ?? 0) + Number(fitting) * (1 + skipped);
    isEstimate ||= skipped > 0;
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
