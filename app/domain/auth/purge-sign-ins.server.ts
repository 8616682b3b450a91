import type { Database, Sql } from "#db/database.ts";

/** Removes failed sign-ins that count no more, and places that a person has not been at for over a year; gives how many. */
export async function purgeSignIns(
  db: Database,
  { batchSize = 5_000 }: { batchSize?: number } = {},
): Promise<number> {
  return (await inBatches(db, batchSize, purgeFailures)) + (await inBatches(db, batchSize, purgePlaces));
}

async function inBatches(
  db: Database,
  batchSize: number,
  purge: (sql: Sql, batchSize: number) => Promise<number>,
): Promise<number> {
  for (let total = 0; ; ) {
    const purged = await db.withSql((sql) => purge(sql, batchSize));
    total += purged;
    if (purged < batchSize) return total;
  }
}

async function purgeFailures(sql: Sql, batchSize: number): Promise<number> {
  const { count } = await sql`
    with old as (
      select kind, hash from sign_in_failures
      where last_failed_at < now() - interval '2 days'
      order by kind, hash
      limit ${batchSize}
      for update skip locked
    )
    delete from sign_in_failures failed using old where failed.kind = old.kind and failed.hash = old.hash
  `;
  return count;
}

async function purgePlaces(sql: Sql, batchSize: number): Promise<number> {
  const { count } = await sql`
    with old as (
      select user_id, kind, hash from sign_in_places
      where last_seen_at < now() - interval '400 days'
      order by user_id, kind, hash
      limit ${batchSize}
      for update skip locked
    )
    delete from sign_in_places place using old
    where place.user_id = old.user_id and place.kind = old.kind and place.hash = old.hash
  `;
  return count;
}
