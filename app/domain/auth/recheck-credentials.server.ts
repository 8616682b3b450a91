import type { Database } from "#db/database.ts";
import { toUuid } from "#db/ids.ts";
import type { CredentialRef } from "./credentials.server.ts";
import { knownScopes } from "./load-api-keys.server.ts";
import { scopesOfPerson } from "./load-sessions.server.ts";
import type { Role, Scope } from "./scopes.ts";

type HeldRow = { position: number } & (
  | { kind: "key"; scopes: string[] }
  | { kind: "session"; role: Role; platform_admin: boolean }
);

/**
 * What each of these credentials gives the right to now; undefined for one that no longer holds:
 * revoked, expired, unknown, its person or tenant out. When an access token ends is not looked at.
 * One query for any number, for those that keep streams open.
 */
export async function recheckCredentials(
  db: Database,
  credentials: readonly CredentialRef[],
): Promise<(ReadonlySet<Scope> | undefined)[]> {
  if (credentials.length === 0) return [];
  const rows = await db.withSql(
    (sql) => sql<HeldRow[]>`
      select held.position::int as position, held.kind, found.scopes, found.role, found.platform_admin
      from unnest(
        ${credentials.map((c) => toUuid(c.tenantId))}::uuid[],
        ${credentials.map((c) => toUuid(c.id))}::uuid[],
        ${credentials.map((c) => c.kind)}::text[]
      ) with ordinality as held (tenant_id, id, kind, position)
      join tenants t on t.id = held.tenant_id and t.status = 'active'
      cross join lateral (
        select k.scopes, null as role, null as platform_admin
        from api_keys k
        where held.kind = 'key' and k.tenant_id = held.tenant_id and k.id = held.id
          and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())
        union all
        select null, m.role, u.platform_admin
        from sessions s
        join users u on u.id = s.user_id
        join memberships m on m.tenant_id = s.tenant_id and m.user_id = s.user_id
        where held.kind = 'session' and s.tenant_id = held.tenant_id and s.id = held.id
          and s.revoked_at is null and s.expires_at > now() and u.disabled_at is null
      ) as found
    `,
    { readOnly: true },
  );
  const found = new Map(rows.map((row) => [row.position, scopesOfRow(row)]));
  return credentials.map((_, index) => found.get(index + 1));
}

const scopesOfRow = (row: HeldRow): ReadonlySet<Scope> =>
  row.kind === "key" ? new Set(knownScopes(row.scopes)) : scopesOfPerson(row.role, row.platform_admin);
