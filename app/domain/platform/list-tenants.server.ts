import type postgres from "postgres";
import type { Database, Sql } from "#db/database.ts";
import { parseId, toUuid } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import { requirePlatformAdmin } from "./require-platform-admin.ts";
import { maxCountedTenants, type TenantList, type TenantListQuery } from "./schema.ts";
import { type TenantRow, tenantColumns, toTenantSummary } from "./tenant-row.ts";

type Filters = Pick<TenantListQuery, "search" | "status" | "plan">;

/** The service's tenants, the newest first. */
export async function listTenants(
  db: Database,
  actor: Actor,
  { limit, cursor, ...filters }: TenantListQuery,
): Promise<TenantList> {
  requirePlatformAdmin(actor);
  const { rows, counted } = await db.withSql(
    async (sql) => ({
      // The page first: figures are read for what is shown, and not for what is skipped.
      rows: await sql<TenantRow[]>`
        select ${sql.unsafe(tenantColumns("page"))}
        from (
          select * from tenants where ${isListed(sql, filters)}
            ${cursor === undefined ? sql`` : sql`and id < ${toUuid(cursor)}`}
          order by id desc
          limit ${limit + 1}
        ) page
        order by page.id desc`,
      counted: await sql<{ total: number }[]>`
        select count(*)::int as total
        from (select from tenants where ${isListed(sql, filters)} limit ${maxCountedTenants + 1}) found`,
    }),
    { readOnly: true },
  );
  const tenants = rows.slice(0, limit).map(toTenantSummary);
  const total = counted[0]?.total ?? 0;
  return {
    tenants,
    total: Math.min(total, maxCountedTenants),
    totalIsExact: total <= maxCountedTenants,
    nextCursor: rows.length > limit ? (tenants.at(-1)?.id ?? null) : null,
  };
}

/** Every word is in the name or the slug. Looked for in all names: tenants are few next to what they own. */
function isListed(sql: Sql, { search = "", status, plan }: Filters): postgres.PendingQuery<postgres.Row[]> {
  const id = parseId(search, "ten");
  const words = search.split(/\s+/u).filter(Boolean);
  return sql`
    ${id === undefined ? sql`true` : sql`id = ${toUuid(id)}`}
    ${status === undefined ? sql`` : sql`and status = ${status}`}
    ${plan === undefined ? sql`` : sql`and plan = ${plan}`}
    ${
      id !== undefined || words.length === 0
        ? sql``
        : sql`and not exists (
            select from unnest(${words}::text[]) word
            where strpos(lower(name || ' ' || slug), lower(word)) = 0)`
    }`;
}
