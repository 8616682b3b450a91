import type { Database, Sql } from "#db/database.ts";
import { latencyBoundsMs } from "../latency-buckets.ts";

export interface RollUpOptions {
  /** A transaction's worth of `traffic_deltas`. */
  batchSize?: number;
  /** Ends between two batches. */
  signal?: AbortSignal;
}

/** The row after which the next batch begins. */
interface Place {
  tenantUuid: string;
  id: string;
}

const beforeAll: Place = { tenantUuid: "00000000-0000-0000-0000-000000000000", id: "0" };

/**
 * Folds what transactions have noted of their traffic into the roll-ups, each change exactly once: a
 * batch is taken from the queue and added to the figures in one transaction. Any number of these run
 * at once: they take different rows, and add in one order. Gives how many rows were folded.
 */
export async function rollUpTraffic(db: Database, options: RollUpOptions = {}): Promise<number> {
  const { batchSize = 1_000, signal } = options;
  // Onwards by key rather than from the start each time, so that no tenant waits for a busier one.
  let after: Place | undefined = beforeAll;
  let total = 0;
  while (after !== undefined && signal?.aborted !== true) {
    const place: Place = after;
    const batch = await db.withSql((sql) => foldBatch(sql, place, batchSize));
    total += batch.taken;
    after = batch.taken < batchSize ? undefined : batch.last;
  }
  return total;
}

interface Batch {
  taken: number;
  last: Place | undefined;
}

interface TakenRow {
  taken: string;
  last_tenant: string | null;
  last_id: string | null;
  /** JSON, and handed on as it is. */
  traffic: string | null;
  edges: string | null;
}

async function foldBatch(sql: Sql, after: Place, batchSize: number): Promise<Batch> {
  const [row] = await sql<TakenRow[]>`
    with due as (
      select delta.tenant_id, delta.id
      from traffic_deltas delta
      where (delta.tenant_id, delta.id) > (${after.tenantUuid}::uuid, ${after.id}::bigint)
      order by delta.tenant_id, delta.id
      limit ${batchSize}
      for update skip locked
    ), taken as (
      delete from traffic_deltas delta using due
      where delta.tenant_id = due.tenant_id and delta.id = due.id
      returning delta.tenant_id, delta.id, delta.deltas
    ), change as (
      select taken.tenant_id, change.*
      from taken
      cross join lateral jsonb_to_recordset(taken.deltas) as change (
        h bigint, sk text, s uuid, rk text, r uuid, t text,
        sent bigint, delivered bigint, blocked bigint, failed bigint, expired bigint, ms bigint, b jsonb
      )
    ), edges as (
      select tenant_id, h, sk, s, rk, r, ${sql.unsafe(sumsOf("change"))}
      from change
      group by tenant_id, h, sk, s, rk, r
    ), bucketed as (
      select tenant_id, h, t, json_object_agg(bucket, count) as b, sum(count)::bigint as latency_count
      from (
        select change.tenant_id, change.h, change.t, bucket.key as bucket, sum(bucket.value::bigint)::bigint as count
        from change cross join lateral jsonb_each_text(change.b) as bucket
        group by change.tenant_id, change.h, change.t, bucket.key
      ) counted
      group by tenant_id, h, t
    ), traffic as (
      select
        change.tenant_id, change.h, change.t, ${sql.unsafe(sumsOf("change"))}, sum(change.ms)::bigint as ms,
        max(bucketed.latency_count) as latency_count, (array_agg(bucketed.b))[1] as b
      from change
      left join bucketed using (tenant_id, h, t)
      group by change.tenant_id, change.h, change.t
    ), last as (
      select tenant_id, id from taken order by tenant_id desc, id desc limit 1
    )
    select
      (select count(*) from taken) as taken,
      (select tenant_id from last) as last_tenant,
      (select id from last) as last_id,
      (select json_agg(traffic)::text from traffic) as traffic,
      (select json_agg(edges)::text from edges) as edges
  `;
  if (row === undefined || row.last_tenant === null || row.last_id === null)
    return { taken: 0, last: undefined };
  // In this order and each sorted by its key: two roll-ups never wait for one another in a circle.
  if (row.traffic !== null) await addToTraffic(sql, row.traffic);
  if (row.edges !== null) {
    await addToEdges(sql, row.edges);
    await addToParties(sql, row.edges);
  }
  return { taken: Number(row.taken), last: { tenantUuid: row.last_tenant, id: row.last_id } };
}

const countNames = ["sent", "delivered", "blocked", "failed", "expired"] as const;

const sumsOf = (table: string): string =>
  countNames.map((name) => `sum(${table}.${name})::bigint as ${name}`).join(", ");
const additions = countNames.map((name) => `${name} = rollup.${name} + excluded.${name}`).join(", ");
const counts = countNames.join(", ");
const countColumns = countNames.map((name) => `${name} bigint`).join(", ");

/** Each figure counts in its hour and in its day. */
const grains = "(values ('hour'), ('day')) as grain (name)";
/** A party counts in its week too: who is first is asked of long windows. */
const partyGrains = "(values ('hour'), ('day'), ('week')) as grain (name)";
const at = "date_trunc(grain.name, to_timestamp(change.h * 3600), 'UTC')";

async function addToTraffic(sql: Sql, traffic: string): Promise<void> {
  await sql`
    with change as (
      select * from json_to_recordset(${traffic}::text::json) as change (
        tenant_id uuid, h bigint, t text, ${sql.unsafe(countColumns)}, ms bigint, latency_count bigint, b json
      )
    ), bucketed as (
      select change.tenant_id, grain.name as grain, ${sql.unsafe(at)} as at, change.t, place,
        sum(coalesce((change.b ->> place::text)::int, 0))::int as count
      from change
      cross join ${sql.unsafe(grains)}
      cross join generate_series(0, ${latencyBoundsMs.length}::int) as place
      group by 1, 2, 3, 4, 5
    ), buckets as (
      select tenant_id, grain, at, t, array_agg(count order by place) as counts
      from bucketed
      group by tenant_id, grain, at, t
    ), added as (
      select change.tenant_id, grain.name as grain, ${sql.unsafe(at)} as at, change.t, ${sql.unsafe(sumsOf("change"))},
        coalesce(sum(change.latency_count), 0)::bigint as latency_count, sum(change.ms)::bigint as ms
      from change
      cross join ${sql.unsafe(grains)}
      group by 1, 2, 3, 4
    )
    insert into traffic_rollups as rollup (
      tenant_id, grain, at, type, ${sql.unsafe(counts)}, latency_count, latency_total_ms, latency_buckets
    )
    select added.tenant_id, added.grain, added.at, added.t, ${sql.unsafe(counts)},
      added.latency_count, added.ms, buckets.counts
    from added
    join buckets using (tenant_id, grain, at, t)
    order by 1, 2, 3, 4
    on conflict on constraint traffic_rollups_pkey do update set
      ${sql.unsafe(additions)},
      latency_count = rollup.latency_count + excluded.latency_count,
      latency_total_ms = rollup.latency_total_ms + excluded.latency_total_ms,
      latency_buckets = array(
        select coalesce(bucket.known, 0) + coalesce(bucket.more, 0)
        from unnest(rollup.latency_buckets, excluded.latency_buckets) with ordinality as bucket (known, more, place)
        order by bucket.place
      )
  `;
}

const edgeColumns = `tenant_id uuid, h bigint, sk text, s uuid, rk text, r uuid, ${countColumns}`;

async function addToEdges(sql: Sql, edges: string): Promise<void> {
  await sql`
    insert into edge_rollups as rollup (
      tenant_id, grain, at, sender_kind, sender_id, recipient_kind, recipient_id, ${sql.unsafe(counts)}
    )
    select change.tenant_id, grain.name, ${sql.unsafe(at)}, min(change.sk), change.s, min(change.rk), change.r,
      ${sql.unsafe(sumsOf("change"))}
    from json_to_recordset(${edges}::text::json) as change (${sql.unsafe(edgeColumns)})
    cross join ${sql.unsafe(grains)}
    group by 1, 2, 3, change.s, change.r
    order by 1, 2, 3, change.s, change.r
    on conflict on constraint edge_rollups_pkey do update set ${sql.unsafe(additions)}
  `;
}

async function addToParties(sql: Sql, edges: string): Promise<void> {
  await sql`
    insert into party_rollups as rollup (
      tenant_id, grain, at, direction, party_kind, party_id, ${sql.unsafe(counts)}
    )
    select change.tenant_id, grain.name, ${sql.unsafe(at)}, side.direction, min(side.kind), side.id,
      ${sql.unsafe(sumsOf("change"))}
    from json_to_recordset(${edges}::text::json) as change (${sql.unsafe(edgeColumns)})
    cross join lateral (
      values ('sent', change.sk, change.s), ('received', change.rk, change.r)
    ) as side (direction, kind, id)
    cross join ${sql.unsafe(partyGrains)}
    group by 1, 2, 3, side.direction, side.id
    order by 1, 2, 3, side.direction, side.id
    on conflict on constraint party_rollups_pkey do update set ${sql.unsafe(additions)}
  `;
}
