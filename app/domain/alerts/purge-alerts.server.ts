import type { Database } from "#db/database.ts";

/** So long after it was resolved an alert is kept, and a silence after its end. */
const keptDays = 90;

/**
 * Removes alerts that were resolved over 90 days ago with all that hangs on them (entries, events, reads,
 * deliveries and their attempts), and silences and tests of channels as old; in batches. The audit trail keeps
 * what matters of them.
 * @returns how many alerts
 */
export async function purgeAlerts(
  db: Database,
  { batchSize = 500 }: { batchSize?: number } = {},
): Promise<number> {
  await db.withSql(
    (sql) => sql`delete from alert_silences where ends_at < now() - make_interval(days => ${keptDays})`,
  );
  // Tests of channels, which are of no alert.
  await db.withSql(
    (sql) => sql`
      delete from alert_deliveries
      where alert_id is null and created_at < now() - make_interval(days => ${keptDays})`,
  );
  for (let total = 0; ; ) {
    const purged = await db.withSql(async (sql) => {
      const { count } = await sql`
        delete from alerts
        where (tenant_id, id) in (
          select tenant_id, id from alerts
          where status = 'resolved' and resolved_at < now() - make_interval(days => ${keptDays})
          order by resolved_at
          limit ${batchSize}
          for update skip locked
        )`;
      return count;
    });
    total += purged;
    if (purged < batchSize) return total;
  }
}
