import type { Sql } from "#db/database.ts";
import { toTypeId } from "#db/ids.ts";
import type { AgentActor } from "./actor.ts";
import type { Resolved } from "./resolved.ts";
import { type Scope, scopes } from "./scopes.ts";

interface KeyRow {
  hash: string;
  tenant_id: string;
  id: string;
  agent_id: string;
  agent_name: string;
  scopes: string[];
  is_touch_due: boolean;
}

/** Scopes as stored: one that this release does not know gives nothing. */
export const knownScopes = (stored: readonly string[]): Scope[] =>
  scopes.filter((scope) => stored.includes(scope));

/** The agents that keys with these digests (hex) act for; unscoped, since the key is what names the tenant. */
export async function loadApiKeys(sql: Sql, hashes: string[]): Promise<Map<string, Resolved<AgentActor>>> {
  const rows = await sql<KeyRow[]>`
    select
      wanted.hash, k.tenant_id, k.id, k.agent_id, a.name as agent_name, k.scopes,
      (k.last_used_at is null or k.last_used_at < now() - interval '1 minute') as is_touch_due
    from unnest(${hashes}::text[]) as wanted (hash)
    join api_keys k on k.key_hash = decode(wanted.hash, 'hex')
    join agents a on a.tenant_id = k.tenant_id and a.id = k.agent_id
    join tenants t on t.id = k.tenant_id
    where k.revoked_at is null and (k.expires_at is null or k.expires_at > now()) and t.status = 'active'
  `;
  return new Map(
    rows.map((row) => [
      row.hash,
      {
        isTouchDue: row.is_touch_due,
        actor: {
          kind: "agent",
          id: toTypeId("agt", row.agent_id),
          tenantId: toTypeId("ten", row.tenant_id),
          name: row.agent_name,
          scopes: new Set(knownScopes(row.scopes)),
          credential: { kind: "key", id: toTypeId("key", row.id) },
        },
      },
    ]),
  );
}
