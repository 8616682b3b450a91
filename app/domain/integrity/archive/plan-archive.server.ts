import type { Database, Sql } from "#db/database.ts";
import { newId, toTypeId, toUuid } from "#db/ids.ts";
import { sealedTime } from "../sealed-event.ts";
import { archiveFileName } from "../store-names.ts";

/** A stretch of a tenant's chain that has an archive, or shall have one. */
export interface PlannedArchive {
  archiveUuid: string;
  tenantUuid: string;
  firstSequence: number;
  lastSequence: number;
  events: number;
  fromAt: string;
  toAt: string;
  /** Hex. */
  previousDigest: string | null;
  lastDigest: string;
  file: string;
}

export interface PlanOptions {
  tenantUuid: string;
  /** Events up to here have been in the table for long enough. */
  hotDays: number;
  /** About how many events an archive shall hold. */
  archiveEvents: number;
}

interface ArchiveRow {
  id: string;
  tenant_id: string;
  first_sequence: string;
  last_sequence: string;
  events: string;
  from_at: string;
  to_at: string;
  previous_digest: string | null;
  last_digest: string;
  file: string;
}

const mostSeals = 5_000;

/**
 * The next stretch to archive: one that was planned and not finished, else the oldest seals in the table
 * all of whose events are old enough, which are planned by this. Committed before anything is written, so
 * that a run that is killed is followed by one that does the same. Undefined when nothing is old enough.
 */
export function planArchive(db: Database, options: PlanOptions): Promise<PlannedArchive | undefined> {
  const { tenantUuid, hotDays, archiveEvents } = options;
  return db.withSql(async (sql) => {
    const planned = await readPlanned(sql, tenantUuid);
    if (planned !== undefined) return planned;
    const seals = await sql<{ sequence: string; digest: string; previous: string | null; events: string }[]>`
      with reached as (
        select coalesce(max(last_sequence), 0) as sequence from audit_archives where tenant_id = ${tenantUuid}
      ), next as (
        select seal.sequence, seal.digest, seal.to_at, seal.events
        from audit_seals seal, reached
        where seal.tenant_id = ${tenantUuid} and seal.sequence > reached.sequence
        order by seal.sequence limit ${mostSeals}
      ), counted as (
        select
          next.*, sum(events) over (order by sequence) as sum,
          bool_and(to_at < now() - make_interval(days => ${hotDays})) over (order by sequence) as is_old
        from next
      )
      select sequence, encode(digest, 'hex') as digest, sum as events,
        (
          select encode(coalesce(
            (select before.digest from audit_seals before
             where before.tenant_id = ${tenantUuid} and before.sequence = reached.sequence),
            (select gone.last_digest from audit_archives gone
             where gone.tenant_id = ${tenantUuid} and gone.last_sequence = reached.sequence)), 'hex')
          from reached
        ) as previous
      from counted
      where is_old and (sum <= ${archiveEvents} or sum = events)
      order by sequence
    `;
    const [first, last] = [seals[0], seals.at(-1)];
    if (first === undefined || last === undefined) return undefined;
    const id = newId("arc");
    const file = archiveFileName(toTypeId("ten", tenantUuid), Number(first.sequence), Number(last.sequence));
    await sql`
      insert into audit_archives (
        tenant_id, id, first_sequence, last_sequence, events, from_at, to_at, previous_digest, last_digest, file
      )
      select
        ${tenantUuid}, ${toUuid(id)}, ${first.sequence}, ${last.sequence}, sum(events), min(from_at), max(to_at),
        decode(${first.previous}::text, 'hex'), decode(${last.digest}::text, 'hex'), ${file}
      from audit_seals
      where tenant_id = ${tenantUuid} and sequence between ${first.sequence} and ${last.sequence}
    `;
    return readPlanned(sql, tenantUuid);
  });
}

async function readPlanned(sql: Sql, tenantUuid: string): Promise<PlannedArchive | undefined> {
  const [row] = await sql<ArchiveRow[]>`
    select ${sql.unsafe(archiveColumns)} from audit_archives
    where tenant_id = ${tenantUuid} and state = 'planned' order by first_sequence limit 1`;
  return row && toPlannedArchive(row);
}

/** SQL: what `toPlannedArchive` reads. */
export const archiveColumns = `
  id, tenant_id, first_sequence, last_sequence, events, ${sealedTime("from_at")} as from_at,
  ${sealedTime("to_at")} as to_at, encode(previous_digest, 'hex') as previous_digest,
  encode(last_digest, 'hex') as last_digest, file
`;

export const toPlannedArchive = (row: ArchiveRow): PlannedArchive => ({
  archiveUuid: row.id,
  tenantUuid: row.tenant_id,
  firstSequence: Number(row.first_sequence),
  lastSequence: Number(row.last_sequence),
  events: Number(row.events),
  fromAt: row.from_at,
  toAt: row.to_at,
  previousDigest: row.previous_digest,
  lastDigest: row.last_digest,
  file: row.file,
});
export type { ArchiveRow };
