import type { Database } from "#db/database.ts";
import { toUuid } from "#db/ids.ts";
import type { CredentialRef } from "./credentials.server.ts";

interface InvalidRow {
  position: number;
}

/**
 * Which of these credentials no longer hold: revoked, expired, unknown, their person or tenant out.
 * One query for any number, for those that keep streams open.
 */
export async function recheckCredentials<C extends CredentialRef>(
  db: Database,
  credentials: readonly C[],
): Promise<C[]> {
  if (credentials.length === 0) return [];
  const rows = await db.withSql(
    (sql) => sql<InvalidRow[]>`
      select held.position::int as position
      from unnest(
        ${credentials.map((c) => toUuid(c.tenantId))}::uuid[],
        ${credentials.map((c) => toUuid(c.id))}::uuid[],
        ${credentials.map((c) => c.kind)}::text[]
      ) with ordinality as held (tenant_id, id, kind, position)
      where not case held.kind
        when 'key' then exists (
          select from api_keys k
          join tenants t on t.id = k.tenant_id
          where k.tenant_id = held.tenant_id and k.id = held.id
            and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())
            and t.status = 'active'
        )
        else exists (
          select from sessions s
          join users u on u.id = s.user_id
          join memberships m on m.tenant_id = s.tenant_id and m.user_id = s.user_id
          join tenants t on t.id = s.tenant_id
          where s.tenant_id = held.tenant_id and s.id = held.id
            and s.revoked_at is null and s.expires_at > now()
            and u.disabled_at is null and t.status = 'active'
        )
      end
    `,
    { readOnly: true },
  );
  return rows.flatMap(({ position }) => credentials[position - 1] ?? []);
}
