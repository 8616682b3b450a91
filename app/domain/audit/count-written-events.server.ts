import type { Database } from "#db/database.ts";

/**
 * How many audit events were written since the database began to count, by every process and with
 * those of transactions that were undone. From its own statistics, so that no send pays for it.
 */
export async function countWrittenEvents(db: Database): Promise<number> {
  const [row] = await db.withSql(
    (sql) => sql<{ written: string }[]>`
      select coalesce(sum(s.n_tup_ins), 0)::text as written
      from pg_inherits i join pg_stat_user_tables s on s.relid = i.inhrelid
      where i.inhparent = 'audit_events'::regclass`,
    { readOnly: true },
  );
  return Number(row?.written ?? 0);
}
