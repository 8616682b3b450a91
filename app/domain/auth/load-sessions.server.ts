import type postgres from "postgres";
import type { Sql } from "#db/database.ts";
import { toTypeId } from "#db/ids.ts";
import type { UserActor } from "./actor.ts";
import type { Resolved } from "./resolved.ts";
import { platformAdminScopes, type Role, type Scope, scopesOfRole } from "./scopes.ts";

interface SessionRow {
  wanted: string;
  tenant_id: string;
  id: string;
  user_id: string;
  name: string;
  platform_admin: boolean;
  membership_id: string;
  role: Role;
  is_touch_due: boolean;
}

/** What a role may do, with what the flag on the person adds. */
export const scopesOfPerson = (role: Role, platformAdmin: boolean): ReadonlySet<Scope> =>
  new Set([...scopesOfRole[role], ...(platformAdmin ? platformAdminScopes : [])]);

/** The people whose sessions have these tokens' digests (hex); unscoped, since the session is what names the tenant. */
export const loadSessions = (sql: Sql, hashes: string[]): Promise<Map<string, Resolved<UserActor>>> =>
  loadAsked(
    sql,
    sql`unnest(${hashes}::text[]) as asked (wanted) join sessions s on s.token_hash = decode(asked.wanted, 'hex')`,
  );

/** The same for API clients' sessions, by the names that tokens have for them (`nameOfCredential`). */
export const loadNamedSessions = (sql: Sql, names: string[]): Promise<Map<string, Resolved<UserActor>>> =>
  loadAsked(
    sql,
    sql`
      unnest(${names}::text[]) as asked (wanted)
      join sessions s on s.tenant_id = split_part(asked.wanted, ' ', 1)::uuid
        and s.id = split_part(asked.wanted, ' ', 2)::uuid and s.kind = 'api'
    `,
  );

async function loadAsked(
  sql: Sql,
  asked: postgres.PendingQuery<postgres.Row[]>,
): Promise<Map<string, Resolved<UserActor>>> {
  const rows = await sql<SessionRow[]>`
    select
      asked.wanted, s.tenant_id, s.id, s.user_id, u.name, u.platform_admin, m.id as membership_id, m.role,
      (s.last_used_at < now() - interval '1 minute') as is_touch_due
    from ${asked}
    join users u on u.id = s.user_id
    join memberships m on m.tenant_id = s.tenant_id and m.user_id = s.user_id
    join tenants t on t.id = s.tenant_id
    where s.revoked_at is null and s.expires_at > now() and u.disabled_at is null and t.status = 'active'
  `;
  return new Map(
    rows.map((row) => [
      row.wanted,
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
          scopes: scopesOfPerson(row.role, row.platform_admin),
          credential: { kind: "session", id: toTypeId("ses", row.id) },
        },
      },
    ]),
  );
}
