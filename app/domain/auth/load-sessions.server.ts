import type { Sql } from "#db/database.ts";
import { toTypeId } from "#db/ids.ts";
import type { UserActor } from "./actor.ts";
import type { Resolved } from "./resolved.ts";
import { platformAdminScopes, type Role, scopesOfRole } from "./scopes.ts";

interface SessionRow {
  hash: string;
  tenant_id: string;
  id: string;
  user_id: string;
  name: string;
  platform_admin: boolean;
  membership_id: string;
  role: Role;
  is_touch_due: boolean;
}

/** The people whose sessions have these tokens' digests (hex); unscoped, since the session is what names the tenant. */
export async function loadSessions(sql: Sql, hashes: string[]): Promise<Map<string, Resolved<UserActor>>> {
  const rows = await sql<SessionRow[]>`
    select
      wanted.hash, s.tenant_id, s.id, s.user_id, u.name, u.platform_admin, m.id as membership_id, m.role,
      (s.last_used_at < now() - interval '1 minute') as is_touch_due
    from unnest(${hashes}::text[]) as wanted (hash)
    join sessions s on s.token_hash = decode(wanted.hash, 'hex')
    join users u on u.id = s.user_id
    join memberships m on m.tenant_id = s.tenant_id and m.user_id = s.user_id
    join tenants t on t.id = s.tenant_id
    where s.revoked_at is null and s.expires_at > now() and u.disabled_at is null and t.status = 'active'
  `;
  return new Map(
    rows.map((row) => [
      row.hash,
      {
        isTouchDue: row.is_touch_due,
        actor: {
          kind: "user",
          id: toTypeId("usr", row.user_id),
          membershipId: toTypeId("mem", row.membership_id),
          tenantId: toTypeId("ten", row.tenant_id),
          name: row.name,
          role: row.role,
          platformAdmin: row.platform_admin,
          scopes: new Set([...scopesOfRole[row.role], ...(row.platform_admin ? platformAdminScopes : [])]),
          credential: { kind: "session", id: toTypeId("ses", row.id) },
        },
      },
    ]),
  );
}
