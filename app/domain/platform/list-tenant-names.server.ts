import type { Database } from "#db/database.ts";
import { type TenantId, toTypeId, toUuid } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import { requirePlatformAdmin } from "./require-platform-admin.ts";
import type { TenantNames } from "./schema.ts";

/** More than these are no choice that anybody looks through. */
const maxNames = 200;

/**
 * The names of tenants to choose from, by name, and those of `also` whatever their number.
 * @throws AppError forbidden
 */
export async function listTenantNames(
  db: Database,
  actor: Actor,
  { also }: { also: readonly TenantId[] },
): Promise<TenantNames> {
  requirePlatformAdmin(actor);
  const rows = await db.withSql(
    (sql) => sql<{ id: string; name: string; is_first: boolean }[]>`
      with first as (select id, name from tenants order by name, id limit ${maxNames + 1})
      select id, name, true as is_first from first
      union all
      select id, name, false from tenants
      where id = any(${[...new Set(also)].map(toUuid)}::uuid[]) and id not in (select id from first)
      order by name, id`,
    { readOnly: true },
  );
  return {
    tenants: rows.map(({ id, name }) => ({ id: toTypeId("ten", id), name })),
    isWhole: rows.filter(({ is_first }) => is_first).length <= maxNames,
  };
}
