import type { Database } from "#db/database.ts";

/** Removes counters whose window is long over, in batches; gives how many. A later request begins them anew. */
export async function purgeRateLimits(
  db: Database,
  { batchSize = 5_000 }: { batchSize?: number } = {},
): Promise<number> {
  for (let total = 0; ; ) {
    const purged = await db.withSql(async (sql) => {
      const { count } = await sql`
        with over as (
          select key from rate_limits
          where expire < (extract(epoch from now() - interval '10 minutes') * 1000)::bigint
          order by key
          limit ${batchSize}
          for update skip locked
        )
        delete from rate_limits counter using over where counter.key = over.key
      `;
      return count;
    });
    total += purged;
    if (purged < batchSize) return total;
  }
}
