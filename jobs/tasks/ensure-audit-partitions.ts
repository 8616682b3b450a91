import type { TaskContext } from "./context.ts";

/**
 * Makes this and the next two months' partitions of the audit events where they are missing. Two
 * ahead, so that a month of failures is survived; the sends of a month without one would fail.
 */
export async function ensureAuditPartitions({ db, log }: TaskContext): Promise<void> {
  const partitions = await db.withSql(
    (sql) => sql<{ name: string }[]>`
      select ensure_audit_partition((date_trunc('month', now()) + months * interval '1 month')::date) as name
      from generate_series(0, 2) as months`,
  );
  log.debug({ partitions: partitions.map(({ name }) => name) }, "Audit partitions are in place");
}
