import type { Database } from "#db/database.ts";

/** A conversation of a tenant; null: all that is sent in the tenant. */
export interface MessageSource {
  tenantUuid: string;
  correlationId: string | null;
}

/**
 * The newest message of each source, blocked ones included, in the order asked; null where there is
 * none. The safety net under hints: one query, one index probe a source.
 */
export async function findNewestMessages(
  db: Database,
  sources: readonly MessageSource[],
): Promise<(string | null)[]> {
  if (sources.length === 0) return [];
  const rows = await db.withSql(
    (sql) => sql<{ newest: string | null }[]>`
      select case
        when asked.correlation_id is null then (
          select message.id from messages message
          where message.tenant_id = asked.tenant_id
          order by message.id desc limit 1
        )
        else (
          select message.id from messages message
          where message.tenant_id = asked.tenant_id and message.correlation_id = asked.correlation_id
          order by message.id desc limit 1
        )
      end as newest
      from unnest(
        ${sources.map(({ tenantUuid }) => tenantUuid)}::uuid[],
        ${sources.map(({ correlationId }) => correlationId)}::text[]
      ) with ordinality as asked (tenant_id, correlation_id, position)
      order by asked.position
    `,
    { readOnly: true },
  );
  return rows.map(({ newest }) => newest);
}
