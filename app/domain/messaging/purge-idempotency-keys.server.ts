import type { Database } from "#db/database.ts";

/**
 * Removes keys that were used over 24 hours ago, in batches; gives how many. Sends do not depend on
 * it: they take such a key for a free one.
 */
export async function purgeIdempotencyKeys(
  db: Database,
  { batchSize = 5_000 }: { batchSize?: number } = {},
): Promise<number> {
  for (let total = 0; ; ) {
    const purged = await db.withSql(async (sql) => {
      const { count } = await sql`
        with old as (
          select tenant_id, sender_id, key
          from idempotency_keys
          where created_at <= now() - interval '24 hours'
          order by created_at
          limit ${batchSize}
          for update skip locked
        )
        delete from idempotency_keys used
        using old
        where used.tenant_id = old.tenant_id and used.sender_id = old.sender_id and used.key = old.key
      `;
      return count;
    });
    total += purged;
    if (purged < batchSize) return total;
  }
}
