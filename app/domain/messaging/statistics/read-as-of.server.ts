import type { Sql } from "#db/database.ts";
import { isoTime } from "../message-row.ts";

/** Up to when the tenant's figures are complete: now, or when the oldest change was noted that is still to be folded in. */
export async function readAsOf(sql: Sql, tenantUuid: string): Promise<string> {
  const [row] = await sql<{ at: string }[]>`
    select ${sql.unsafe(isoTime("known.at"))} as at
    from (
      select coalesce((
        select delta.created_at from traffic_deltas delta
        where delta.tenant_id = ${tenantUuid}
        order by delta.id
        limit 1
      ), now()) as at
    ) known
  `;
  if (row === undefined) throw new Error("The database has no time.");
  return row.at;
}
