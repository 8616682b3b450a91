import type { Database } from "#db/database.ts";

/**
 * Removes keys of events that can no longer be reported again, in batches; gives how many. They are kept a
 * day longer than an event may be late, since it may have been counted before its time.
 */
export async function purgeUsageKeys(
  db: Database,
  { batchSize = 10_000, signal }: { batchSize?: number; signal?: AbortSignal } = {},
): Promise<number> {
  for (let total = 0; ; ) {
    const purged = await db.withSql(async (sql) => {
      const { count } = await sql`
        with old as (
          select tenant_id, agent_id, key
          from usage_keys
          where created_at <= now() - interval '36 days'
          order by created_at
          limit ${batchSize}
        )
        delete from usage_keys used
        using old
        where used.tenant_id = old.tenant_id and used.agent_id = old.agent_id and used.key = old.key
      `;
      return count;
    });
    total += purged;
    if (purged < batchSize || signal?.aborted) return total;
  }
}
