import type { Database } from "#db/database.ts";

/** Removes the keys of recorded activity that were used over 24 hours ago; gives how many. */
export async function purgeActivityKeys(db: Database): Promise<number> {
  return db.withSql(async (sql) => {
    const { count } = await sql`delete from activity_keys where created_at <= now() - interval '24 hours'`;
    return count;
  });
}
