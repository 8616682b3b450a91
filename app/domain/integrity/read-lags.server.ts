import type { Database, Sql } from "#db/database.ts";

/** How far what keeps the audit trail is behind. */
export interface TrailLags {
  /** Age of the oldest event that is not sealed yet; 0 when all are. */
  sealLagSeconds: number;
  /** Chains whose newest seal the archive store could not be told of. */
  unanchoredChains: number;
  /** Since retention last ran to its end; null before the first time. */
  retentionAgeSeconds: number | null;
  /** By how much the oldest event that should be in an archive is overdue; 0 when none is. */
  retentionLagSeconds: number;
  /** What the runs of the last 30 days did. */
  archivedEvents: number;
  archivedBytes: number;
  deletedEvents: number;
  retentionErrors: number;
}

/** For all tenants together: `/metrics` and the service's own page. */
export const readTrailLags = (db: Database): Promise<TrailLags> =>
  db.withSql(readTrailLagsIn, { readOnly: true });

/** The same in a transaction of the system login. */
export async function readTrailLagsIn(sql: Sql): Promise<TrailLags> {
  const [row] = await sql<
    {
      seal_lag: number | null;
      unanchored: number;
      retention_age: number | null;
      retention_lag: number | null;
      archived_events: string;
      archived_bytes: string;
      deleted_events: string;
      errors: number;
    }[]
  >`
      with unsealed as (
        select event.occurred_at
        from audit_events event, audit_sealer sealer
        where (event.generation, event.xid, event.id) > (sealer.generation, sealer.xid, sealer.event_id)
        order by event.generation, event.xid, event.id limit 1
      ), overdue as (
        select max(extract(epoch from now() - oldest.to_at) - 86400 * coalesce(own.hot_days, 90)) as seconds
        from audit_chains chain
        left join audit_retention own on own.tenant_id = chain.tenant_id
        cross join lateral (
          select seal.to_at from audit_seals seal
          where seal.tenant_id = chain.tenant_id and seal.sequence > (
            select coalesce(max(last_sequence), 0) from audit_archives archive
            where archive.tenant_id = chain.tenant_id and archive.state <> 'planned'
          )
          order by seal.sequence limit 1
        ) oldest
      ), recent as (
        select
          coalesce(sum(archived_events), 0) as events, coalesce(sum(bytes), 0) as bytes,
          coalesce(sum(deleted_events), 0) as deleted, coalesce(sum(errors), 0)::int as errors
        from audit_sweeps where started_at > now() - interval '30 days'
      )
      select
        (select extract(epoch from now() - occurred_at)::float8 from unsealed) as seal_lag,
        (select count(*)::int from audit_chains where anchored_sequence < sequence and anchor_error is not null)
          as unanchored,
        (select extract(epoch from now() - max(finished_at))::float8 from audit_sweeps) as retention_age,
        (select seconds::float8 from overdue) as retention_lag,
        recent.events as archived_events, recent.bytes as archived_bytes, recent.deleted as deleted_events,
        recent.errors
      from recent
    `;
  return {
    sealLagSeconds: Math.max(0, row?.seal_lag ?? 0),
    unanchoredChains: row?.unanchored ?? 0,
    retentionAgeSeconds: row?.retention_age ?? null,
    retentionLagSeconds: Math.max(0, row?.retention_lag ?? 0),
    archivedEvents: Number(row?.archived_events ?? 0),
    archivedBytes: Number(row?.archived_bytes ?? 0),
    deletedEvents: Number(row?.deleted_events ?? 0),
    retentionErrors: row?.errors ?? 0,
  };
}
