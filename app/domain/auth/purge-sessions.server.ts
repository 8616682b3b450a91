import type { Database } from "#db/database.ts";

/**
 * Removes sessions that expired or were revoked over 30 days ago (the audit trail keeps what
 * matters of them), in batches; gives how many.
 */
export async function purgeSessions(
  db: Database,
  { batchSize = 5_000 }: { batchSize?: number } = {},
): Promise<number> {
  for (let total = 0; ; ) {
    const purged = await db.withSql(async (sql) => {
      const { count } = await sql`
        delete from sessions
        where (tenant_id, id) in (
          select tenant_id, id from sessions
          where least(expires_at, revoked_at) < now() - interval '30 days'
          limit ${batchSize}
        )`;
      return count;
    });
    total += purged;
    if (purged < batchSize) return total;
  }
}
