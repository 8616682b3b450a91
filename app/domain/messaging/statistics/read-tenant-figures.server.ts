import type { Sql } from "#db/database.ts";
import { latencyBoundsMs } from "../latency-buckets.ts";
import type { MessageType } from "../schema.ts";
import { addCounts, type CountsRow, comparedFrom, noCounts, sumsOf, toCounts } from "./counts.ts";
import type { Latencies } from "./delivery-time.ts";
import type { Figures } from "./figures.ts";
import { type PartyRow, rankedParties, toRankedParty } from "./ranked-parties.ts";
import type { Counts } from "./schema.ts";
import { spanColumns, spanJson } from "./span-rows.ts";
import { comparedOf, spansOf, type Window } from "./statistics-window.ts";

interface TrafficRow extends CountsRow {
  at_ms: string;
  type: MessageType;
  latency_count: string;
  latency_total_ms: string;
  latency_buckets: number[];
}

/** The figures of a whole tenant. */
export async function readTenantFigures(
  sql: Sql,
  { tenantUuid, window, nowMs }: { tenantUuid: string; window: Window; nowMs: number },
): Promise<Figures> {
  const [traffic, compared, parties] = await Promise.all([
    readTraffic(sql, tenantUuid, window),
    readCompared(sql, tenantUuid, window, nowMs),
    readParties(sql, tenantUuid, window),
  ]);
  const points = new Map<number, Counts>();
  const byType = new Map<MessageType, Counts>();
  const latencies = {
    count: 0,
    totalMs: 0,
    buckets: Array.from({ length: latencyBoundsMs.length + 1 }, () => 0),
  };
  for (const row of traffic) {
    const counts = toCounts(row);
    const atMs = Number(row.at_ms);
    points.set(atMs, addCounts(points.get(atMs) ?? noCounts, counts));
    byType.set(row.type, addCounts(byType.get(row.type) ?? noCounts, counts));
    addLatencies(latencies, row);
  }
  return { points, byType, latencies, ...compared, parties: parties.map(toRankedParty) };
}

function addLatencies(sum: Latencies & { buckets: number[] }, row: TrafficRow): void {
  sum.count += Number(row.latency_count);
  sum.totalMs += Number(row.latency_total_ms);
  for (const [n, count] of row.latency_buckets.entries()) sum.buckets[n] = (sum.buckets[n] ?? 0) + count;
}

const readTraffic = (sql: Sql, tenantUuid: string, { grain, fromMs, toMs }: Window) => sql<TrafficRow[]>`
  select
    (extract(epoch from rollup.at) * 1000)::bigint as at_ms, rollup.type,
    rollup.sent, rollup.delivered, rollup.blocked, rollup.failed, rollup.expired,
    rollup.latency_count, rollup.latency_total_ms, rollup.latency_buckets
  from traffic_rollups rollup
  where rollup.tenant_id = ${tenantUuid} and rollup.grain = ${grain}
    and rollup.at >= ${new Date(fromMs).toISOString()}::timestamptz
    and rollup.at < ${new Date(toMs).toISOString()}::timestamptz
`;

async function readCompared(
  sql: Sql,
  tenantUuid: string,
  window: Window,
  nowMs: number,
): Promise<{ current: Counts; before: Counts }> {
  const { current, before } = comparedOf(window, nowMs);
  const spans = spanJson({ current: spansOf(...current), before: spansOf(...before) });
  const rows = await sql<(CountsRow & { part: string })[]>`
    select span.part, ${sql.unsafe(sumsOf("rollup"))}
    from json_to_recordset(${spans}::text::json) as span ${sql.unsafe(spanColumns)}
    join traffic_rollups rollup
      on rollup.tenant_id = ${tenantUuid} and rollup.grain = span.grain
      and rollup.at >= span.from_at and rollup.at < span.to_at
    group by span.part
  `;
  return comparedFrom(rows);
}

function readParties(sql: Sql, tenantUuid: string, { fromMs, toMs }: Window): Promise<PartyRow[]> {
  const spans = spanJson({ window: spansOf(fromMs, toMs) });
  return rankedParties(
    sql,
    tenantUuid,
    sql`
      select rollup.direction, rollup.party_kind, rollup.party_id, ${sql.unsafe(sumsOf("rollup"))}
      from json_to_recordset(${spans}::text::json) as span ${sql.unsafe(spanColumns)}
      join party_rollups rollup
        on rollup.tenant_id = ${tenantUuid} and rollup.grain = span.grain
        and rollup.at >= span.from_at and rollup.at < span.to_at
      group by rollup.direction, rollup.party_kind, rollup.party_id
    `,
  );
}
