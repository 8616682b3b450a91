import type { Sql } from "#db/database.ts";
import { sessionIdleDays, sessionMaxDays } from "./session-lifetime.ts";

/** UUIDs of credentials to those of their tenants. */
type TenantById = ReadonlyMap<string, string>;

/**
 * Notes that keys were used, at most once a minute each whichever process saw them. Rows are locked
 * in the order of their ids, as everything that writes does.
 */
export async function touchApiKeys(sql: Sql, keys: TenantById): Promise<void> {
  if (keys.size === 0) return;
  await sql`
    with due as (
      select k.tenant_id, k.id
      from unnest(${[...keys.values()]}::uuid[], ${[...keys.keys()]}::uuid[]) as used (tenant_id, id)
      join api_keys k on k.tenant_id = used.tenant_id and k.id = used.id
      where k.last_used_at is null or k.last_used_at < now() - interval '1 minute'
      order by k.tenant_id, k.id
      for no key update of k
    )
    update api_keys k set last_used_at = now()
    from due where k.tenant_id = due.tenant_id and k.id = due.id
  `;
}

/** The same for sessions; use is also what keeps a browser's from ending, as refreshing does an API client's. */
export async function touchSessions(sql: Sql, sessions: TenantById): Promise<void> {
  if (sessions.size === 0) return;
  await sql`
    with due as (
      select s.tenant_id, s.id
      from unnest(${[...sessions.values()]}::uuid[], ${[...sessions.keys()]}::uuid[]) as used (tenant_id, id)
      join sessions s on s.tenant_id = used.tenant_id and s.id = used.id
      where s.last_used_at < now() - interval '1 minute' and s.revoked_at is null and s.expires_at > now()
      order by s.tenant_id, s.id
      for no key update of s
    )
    update sessions s
    set last_used_at = now(),
      expires_at = case s.kind
        when 'browser' then least(
          now() + make_interval(days => ${sessionIdleDays}),
          s.created_at + make_interval(days => ${sessionMaxDays})
        )
        else s.expires_at
      end
    from due where s.tenant_id = due.tenant_id and s.id = due.id
  `;
}
