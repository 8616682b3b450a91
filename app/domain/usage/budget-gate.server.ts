import type { Sql } from "#db/database.ts";

/** One lock a tenant, first of all that metering or a change of its budgets takes. */
const name = "signalbox.budgets ";

/** For metering: many at once, but none beside `excludeMetering`. */
export async function shareBudgets(sql: Sql, tenantUuids: readonly string[]): Promise<void> {
  await sql`
    select pg_advisory_xact_lock_shared(hashtextextended(${name} || tenant, 0))
    from unnest(${[...new Set(tenantUuids)].sort()}::text[]) with ordinality as tenant (tenant, n)
    order by n
  `;
}

/**
 * For who makes a budget: waits for the events that are being counted without knowing of it, and keeps
 * others out until the commit. What a later statement sums up of the month is then all that was spent.
 */
export async function excludeMetering(sql: Sql, tenantUuid: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${name} || ${tenantUuid}::text, 0))`;
}
