import type { Database } from "#db/database.ts";
import { newUuid } from "#db/ids.ts";
import { ensureSealKey, type SealKey } from "../seal-keys.server.ts";
import type { TrailServices } from "../trail-services.ts";
import { expireNextArchive } from "./expire-archives.server.ts";
import { planArchive } from "./plan-archive.server.ts";
import { type Sweep, takeTurn } from "./retention-turn.server.ts";
import { writeArchive } from "./write-archive.server.ts";

export interface RetentionOptions {
  /** About how many events an archive holds. */
  archiveEvents?: number;
  /** A run that is killed keeps others away for so long. */
  leaseMs?: number;
  signal?: AbortSignal;
}

export interface RetentionResult {
  tenants: number;
  archivedEvents: number;
  archives: number;
  bytes: number;
  deletedArchives: number;
  deletedEvents: number;
  droppedPartitions: number;
  errors: { tenantUuid: string; error: Error }[];
}

interface DueTenant {
  id: string;
  hot_days: number;
  cold_days: number;
}

/**
 * Moves what has been in the table for long enough to archives, deletes archives that have been kept for
 * long enough, and drops months that are empty: all that is due, however long nobody did it. One at a
 * time over any number of workers; undefined when another is at it. A tenant whose trail cannot be
 * archived does not keep the others from it.
 */
export async function runRetention(
  db: Database,
  trail: TrailServices,
  { archiveEvents = 50_000, leaseMs = 120_000, signal }: RetentionOptions = {},
): Promise<RetentionResult | undefined> {
  const sweep = await takeTurn(db, { id: newUuid(), leaseMs });
  if (sweep === undefined) return undefined;
  const result: RetentionResult = {
    ...{ tenants: 0, archivedEvents: 0, archives: 0, bytes: 0, deletedArchives: 0, deletedEvents: 0 },
    ...{ droppedPartitions: 0, errors: [] },
  };
  const key = await ensureSealKey(db, trail.secrets);
  for (const tenant of await listDueTenants(db)) {
    if (signal?.aborted) break;
    const startedMs = performance.now();
    const run = newRun();
    try {
      await archiveTenant(db, trail, { key, tenant, archiveEvents, sweep, run, signal });
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      run.error = error.message;
      result.errors.push({ tenantUuid: tenant.id, error });
    }
    await recordRun(db, sweep, tenant, run, performance.now() - startedMs);
    result.tenants++;
    result.archivedEvents += run.archivedEvents;
    result.archives += run.archives;
    result.bytes += run.bytes;
    result.deletedArchives += run.deletedArchives;
    result.deletedEvents += run.deletedEvents;
  }
  if (!signal?.aborted) {
    result.droppedPartitions = await dropEmptyPartitions(db);
    await sweep.finish(result);
  }
  return result;
}

interface TenantRun {
  archivedEvents: number;
  archives: number;
  bytes: number;
  deletedArchives: number;
  deletedEvents: number;
  error: string | null;
}

const newRun = (): TenantRun => ({
  ...{ archivedEvents: 0, archives: 0, bytes: 0, deletedArchives: 0, deletedEvents: 0 },
  error: null,
});

async function archiveTenant(
  db: Database,
  { store }: TrailServices,
  {
    key,
    tenant: { id: tenantUuid, hot_days: hotDays, cold_days: coldDays },
    archiveEvents,
    sweep,
    run,
    signal,
  }: {
    key: SealKey;
    tenant: DueTenant;
    archiveEvents: number;
    sweep: Sweep;
    run: TenantRun;
    signal: AbortSignal | undefined;
  },
): Promise<void> {
  while (!signal?.aborted) {
    await sweep.stay();
    const plan = await planArchive(db, { tenantUuid, hotDays, archiveEvents });
    if (plan === undefined) break;
    const { events, bytes } = await writeArchive(db, store, key, plan);
    run.archives++;
    run.archivedEvents += events;
    run.bytes += bytes;
  }
  while (!signal?.aborted) {
    await sweep.stay();
    const events = await expireNextArchive(db, store, key, { tenantUuid, coldDays });
    if (events === undefined) break;
    run.deletedArchives++;
    run.deletedEvents += events;
  }
}

/** Those with something to archive or to delete, found by each one's oldest seal and archive. */
function listDueTenants(db: Database): Promise<DueTenant[]> {
  return db.withSql(
    (sql) => sql<DueTenant[]>`
      select chain.tenant_id as id, kept.hot_days, kept.cold_days
      from audit_chains chain
      left join audit_retention own on own.tenant_id = chain.tenant_id
      cross join lateral (
        select coalesce(own.hot_days, 90) as hot_days, coalesce(own.cold_days, 365) as cold_days
      ) kept
      cross join lateral (
        select
          (select coalesce(max(last_sequence), 0) from audit_archives archive
           where archive.tenant_id = chain.tenant_id) as archived_to,
          (select min(archive.to_at) from audit_archives archive
           where archive.tenant_id = chain.tenant_id and archive.state = 'written') as oldest_archive_at,
          exists (
            select from audit_archives archive
            where archive.tenant_id = chain.tenant_id and archive.state in ('planned', 'expiring')
          ) as is_begun
      ) cold
      left join lateral (
        select seal.to_at from audit_seals seal
        where seal.tenant_id = chain.tenant_id and seal.sequence > cold.archived_to
        order by seal.sequence limit 1
      ) oldest on true
      where cold.is_begun
        or oldest.to_at < now() - make_interval(days => kept.hot_days)
        or cold.oldest_archive_at < now() - make_interval(days => kept.cold_days)
      order by chain.tenant_id
    `,
    { readOnly: true },
  );
}

async function recordRun(
  db: Database,
  sweep: Sweep,
  { id }: DueTenant,
  run: TenantRun,
  durationMs: number,
): Promise<void> {
  const isIdle = run.archives === 0 && run.deletedArchives === 0 && run.error === null;
  if (isIdle) return;
  await db.withSql(
    (sql) => sql`
      insert into audit_retention_runs (
        tenant_id, sweep_id, duration_ms, archived_events, archives, bytes, deleted_archives, deleted_events, error
      ) values (
        ${id}, ${sweep.id}, ${Math.round(durationMs)}, ${run.archivedEvents}, ${run.archives}, ${run.bytes},
        ${run.deletedArchives}, ${run.deletedEvents}, ${run.error?.slice(0, 500) ?? null}
      )
    `,
  );
}

async function dropEmptyPartitions(db: Database): Promise<number> {
  const [row] = await db.withSql(
    (sql) => sql<{ dropped: number }[]>`select drop_empty_audit_partitions() as dropped`,
  );
  return row?.dropped ?? 0;
}
