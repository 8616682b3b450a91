import type { Sql } from "#db/database.ts";

/** Locks the tenant's row, so that no hold is placed beside this transaction; gives whether there is one. */
export async function keepHold(sql: Sql, tenantUuid: string): Promise<boolean> {
  await sql`select from tenants where id = ${tenantUuid} for share`;
  const [row] = await sql`
    select from audit_retention where tenant_id = ${tenantUuid} and hold_reason is not null`;
  return row !== undefined;
}
