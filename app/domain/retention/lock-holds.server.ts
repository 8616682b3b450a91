import type { Sql } from "#db/database.ts";

/**
 * Waits until no batch of retention or erasure is under way in this tenant, and keeps the next one
 * waiting: a batch decides by the holds that it sees, so none may come between its look and its commit.
 * The tenant's row stands for all its holds; it is the first in the order of locks.
 */
export async function lockHolds(sql: Sql, tenantUuid: string): Promise<void> {
  await sql`select from tenants where id = ${tenantUuid} for no key update`;
}

/** For a batch: no hold is placed until it commits. Batches do not exclude each other. */
export async function keepHolds(sql: Sql, tenantUuid: string): Promise<void> {
  await sql`select from tenants where id = ${tenantUuid} for share`;
}
