import type { Sql } from "#db/database.ts";
import { type TenantId, toTypeId, toUuid, type UserId } from "#db/ids.ts";
import { type ProbedId, prefixOf } from "./probed-id.ts";

/** An id that somebody asked for, and of which tenant they are. */
export interface AskedId {
  id: ProbedId;
  tenantId: TenantId;
  /** The person who asked; null for a program. */
  userId: UserId | null;
}

/**
 * Which tenants those of the ids belong to that are none of the asker's own; by the place in `asked`.
 * Ids that exist nowhere have none, nor have those of a tenant that the asking person belongs to too,
 * nor those of a person who belongs to both. As the system role, since the question is about all tenants.
 *
 * Primary keys begin with the tenant, so an id alone is no index condition. Each is looked for by one
 * index probe a tenant; a scalar subquery, which the planner never turns into a scan of the whole table.
 */
export async function unsafeFindOwners(
  sql: Sql,
  asked: readonly AskedId[],
): Promise<Map<number, TenantId[]>> {
  const wanted = asked.map(({ id, tenantId, userId }, n) => ({
    n,
    prefix: prefixOf(id),
    id: toUuid(id),
    tenant_id: toUuid(tenantId),
    user_id: userId === null ? null : toUuid(userId),
  }));
  const rows = await sql<{ n: number; owner_id: string }[]>`
    with wanted as materialized (
      select * from json_to_recordset(${JSON.stringify(wanted)}::text::json) as wanted (
        n int, prefix text, id uuid, tenant_id uuid, user_id uuid
      )
    ), foreign_ids as materialized (
      select * from wanted where (${belongsTo(sql, "wanted.tenant_id")}) is null
    )
    select wanted.n, owner.id as owner_id
    from foreign_ids wanted
    cross join tenants owner
    where not owner.is_system
      and owner.id <> wanted.tenant_id
      and (${belongsTo(sql, "owner.id")})
      and (
        select true from memberships own where own.tenant_id = owner.id and own.user_id = wanted.user_id
      ) is null
    order by wanted.n, owner.id
  `;
  const owners = new Map<number, TenantId[]>();
  for (const { n, owner_id } of rows) {
    const tenantId = toTypeId("ten", owner_id);
    owners.set(n, [...(owners.get(n) ?? []), tenantId]);
  }
  return owners;
}

/** SQL: true when `wanted.id` names something of that tenant, else null. */
const belongsTo = (sql: Sql, tenant: "wanted.tenant_id" | "owner.id") => {
  const at = sql.unsafe(tenant);
  return sql`
    case wanted.prefix
      when 'agt' then (select true from agents t where t.tenant_id = ${at} and t.id = wanted.id)
      when 'msg' then (select true from messages t where t.tenant_id = ${at} and t.id = wanted.id)
      when 'key' then (select true from api_keys t where t.tenant_id = ${at} and t.id = wanted.id)
      when 'mem' then (select true from memberships t where t.tenant_id = ${at} and t.id = wanted.id)
      when 'dsk' then (
        select true from mailboxes t where t.tenant_id = ${at} and t.id = wanted.id and t.kind = 'desk'
      )
      when 'ses' then (select true from sessions t where t.tenant_id = ${at} and t.id = wanted.id)
      when 'inv' then (select true from invitations t where t.tenant_id = ${at} and t.id = wanted.id)
      when 'hld' then (select true from holds t where t.tenant_id = ${at} and t.id = wanted.id)
      when 'ers' then (select true from erasures t where t.tenant_id = ${at} and t.id = wanted.id)
      when 'usr' then (select true from memberships t where t.tenant_id = ${at} and t.user_id = wanted.id)
      when 'bgt' then (select true from budgets t where t.tenant_id = ${at} and t.id = wanted.id)
      when 'rsv' then (select true from reservations t where t.tenant_id = ${at} and t.id = wanted.id)
      when 'chn' then (select true from alert_channels t where t.tenant_id = ${at} and t.id = wanted.id)
      when 'ntf' then (select true from alert_deliveries t where t.tenant_id = ${at} and t.id = wanted.id)
      when 'ten' then (select true where ${at} = wanted.id)
    end`;
};
