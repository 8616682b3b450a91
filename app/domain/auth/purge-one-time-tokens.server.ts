import type { Database } from "#db/database.ts";

/**
 * Removes mailed links a week after they have expired (the limits on how many are sent look a day back), in
 * batches; gives how many.
 */
export async function purgeOneTimeTokens(
  db: Database,
  { batchSize = 5_000 }: { batchSize?: number } = {},
): Promise<number> {
  for (let total = 0; ; ) {
    const purged = await db.withSql(async (sql) => {
      const { count } = await sql`
        delete from one_time_tokens
        where id in (
          select id from one_time_tokens where expires_at < now() - interval '7 days' limit ${batchSize}
        )`;
      return count;
    });
    total += purged;
    if (purged < batchSize) return total;
  }
}
