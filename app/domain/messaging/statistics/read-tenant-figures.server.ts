import type postgres from "postgres";
import type { Sql } from "#db/database.ts";
import { latencyBoundsMs } from "../latency-buckets.ts";
import type { MessageType } from "../schema.ts";
import { addCounts, type CountsRow, comparedFrom, noCounts, sumsOf, toCounts } from "./counts.ts";
import type { Latencies } from "./delivery-time.ts";
import type { Figures } from "./figures.ts";
import { type PartyRow, rankedParties, toRankedParty } from "./ranked-parties.ts";
import type { Counts } from "./schema.ts";
import { comparedOf, partySpansOf, type Span, spansOf, type Window } from "./statistics-window.ts";

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
    readParties(sql, tenantUuid, window, nowMs),
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

const readTraffic = (sql: Sql, tenantUuid: string, window: Window) => sql<TrafficRow[]>`
  select
    (extract(epoch from rollup.at) * 1000)::bigint as at_ms, rollup.type,
    rollup.sent, rollup.delivered, rollup.blocked, rollup.failed, rollup.expired,
    rollup.latency_count, rollup.latency_total_ms, rollup.latency_buckets
  from traffic_rollups rollup
  where ${within(sql, tenantUuid, window)}
`;

async function readCompared(
  sql: Sql,
  tenantUuid: string,
  window: Window,
  nowMs: number,
): Promise<{ current: Counts; before: Counts }> {
  const { current, before } = comparedOf(window, nowMs);
  const parts = [
    ...spansOf(...current).map((span) => ({ part: "current", span })),
    ...spansOf(...before).map((span) => ({ part: "before", span })),
  ];
  if (parts.length === 0) return comparedFrom([]);
  const stretches = parts.map(
    ({ part, span }) => sql`
      select ${part}::text as part, rollup.sent, rollup.delivered, rollup.blocked, rollup.failed, rollup.expired
      from traffic_rollups rollup
      where ${within(sql, tenantUuid, span)}
    `,
  );
  const rows = await sql<(CountsRow & { part: string })[]>`
    select rollup.part, ${sql.unsafe(sumsOf("rollup"))}
    from (${allOf(sql, stretches)}) rollup
    group by rollup.part
  `;
  return comparedFrom(rows);
}

function readParties(sql: Sql, tenantUuid: string, window: Window, nowMs: number): Promise<PartyRow[]> {
  const stretches = partySpansOf(window, nowMs).map(
    (span) => sql`
      select
        rollup.direction, rollup.party_kind, rollup.party_id,
        rollup.sent, rollup.delivered, rollup.blocked, rollup.failed, rollup.expired
      from party_rollups rollup
      where ${within(sql, tenantUuid, span)}
    `,
  );
  return rankedParties(
    sql,
    tenantUuid,
    sql`
      select rollup.direction, rollup.party_kind, rollup.party_id, ${sql.unsafe(sumsOf("rollup"))}
      from (${allOf(sql, stretches)}) rollup
      group by rollup.direction, rollup.party_kind, rollup.party_id
    `,
  );
}

type Fragment = postgres.PendingQuery<postgres.Row[]>;

/**
 * A stretch of the tenant's roll-ups, said so that its rows can be estimated: with the stretches as
 * rows of a join, PostgreSQL read the whole table.
 */
const within = (sql: Sql, tenantUuid: string, { grain, fromMs, toMs }: Span): Fragment => sql`
  rollup.tenant_id = ${tenantUuid} and rollup.grain = ${grain}
    and rollup.at >= ${new Date(fromMs).toISOString()}::timestamptz
    and rollup.at < ${new Date(toMs).toISOString()}::timestamptz
`;

const allOf = (sql: Sql, stretches: readonly Fragment[]): Fragment =>
  stretches.reduce((all, one) => sql`${all} union all ${one}`);
