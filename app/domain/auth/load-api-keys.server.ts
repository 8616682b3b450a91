import type postgres from "postgres";
import type { Sql } from "#db/database.ts";
import { toTypeId } from "#db/ids.ts";
import type { AgentActor, ServiceActor } from "./actor.ts";
import type { Resolved } from "./resolved.ts";
import { type Scope, scopes } from "./scopes.ts";

/** Who a key acts as. */
export type KeyActor = AgentActor | ServiceActor;

interface KeyRow {
  wanted: string;
  tenant_id: string;
  id: string;
  name: string;
  agent_id: string | null;
  agent_name: string | null;
  scopes: string[];
  is_touch_due: boolean;
}

/** Scopes as stored: one that this release does not know gives nothing. */
export const knownScopes = (stored: readonly string[]): Scope[] =>
  scopes.filter((scope) => stored.includes(scope));

/** Those that keys with these digests (hex) act as; unscoped, since the key is what names the tenant. */
export const loadApiKeys = (sql: Sql, hashes: string[]): Promise<Map<string, Resolved<KeyActor>>> =>
  loadKeys(
    sql,
    sql`unnest(${hashes}::text[]) as asked (wanted) join api_keys k on k.key_hash = decode(asked.wanted, 'hex')`,
  );

/** The same for keys by the names that tokens have for them (`nameOfCredential`). */
export const loadNamedApiKeys = (sql: Sql, names: string[]): Promise<Map<string, Resolved<KeyActor>>> =>
  loadKeys(
    sql,
    sql`
      unnest(${names}::text[]) as asked (wanted)
      join api_keys k on k.tenant_id = split_part(asked.wanted, ' ', 1)::uuid
        and k.id = split_part(asked.wanted, ' ', 2)::uuid
    `,
  );

async function loadKeys(
  sql: Sql,
  asked: postgres.PendingQuery<postgres.Row[]>,
): Promise<Map<string, Resolved<KeyActor>>> {
  const rows = await sql<KeyRow[]>`
    select
      asked.wanted, k.tenant_id, k.id, k.name, k.agent_id, a.name as agent_name, k.scopes,
      (k.last_used_at is null or k.last_used_at < now() - interval '1 minute') as is_touch_due
    from ${asked}
    left join agents a on a.tenant_id = k.tenant_id and a.id = k.agent_id
    join tenants t on t.id = k.tenant_id
    where k.revoked_at is null and (k.expires_at is null or k.expires_at > now()) and t.status = 'active'
  `;
  return new Map(rows.map((row) => [row.wanted, { isTouchDue: row.is_touch_due, actor: toActor(row) }]));
}

function toActor(row: KeyRow): KeyActor {
  const id = toTypeId("key", row.id);
  const held = {
    tenantId: toTypeId("ten", row.tenant_id),
    scopes: new Set(knownScopes(row.scopes)),
    credential: { kind: "key", id },
  } as const;
  return row.agent_id === null
    ? { kind: "service", id, name: row.name, ...held }
    : { kind: "agent", id: toTypeId("agt", row.agent_id), name: row.agent_name ?? row.name, ...held };
}
