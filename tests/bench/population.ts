import { randomUUID } from "node:crypto";
import type postgres from "postgres";
import { defaultAgentKeyScopes } from "#app/domain/auth/scopes.ts";
import { digestSecret, generateApiKey, shownPrefix } from "#app/domain/auth/secrets.server.ts";
import { type AgentId, newUuid, toTypeId } from "#db/ids.ts";

export interface BenchAgent {
  id: AgentId;
  uuid: string;
  key: string;
  /** The next agent of the ring, to whom this one may send. */
  recipientId: AgentId;
}

export interface Population {
  tenantUuid: string;
  agents: BenchAgent[];
}

/** A tenant with `count` agents, a key for each, and a ring of allowlist edges. Made by the owner, in bulk. */
export async function createPopulation(owner: postgres.Sql, count: number): Promise<Population> {
  const tenantUuid = newUuid();
  const uuids = Array.from({ length: count }, () => newUuid());
  const agents = uuids.map((uuid, index) => ({
    id: toTypeId("agt", uuid),
    uuid,
    key: generateApiKey(),
    recipientId: toTypeId("agt", uuids[(index + 1) % count] ?? uuid),
  }));
  const recipients = uuids.map((_, index) => uuids[(index + 1) % count] ?? "");

  await owner.begin(async (sql) => {
    await sql`insert into tenants (id, name, slug) values (${tenantUuid}, 'Bench', ${`bench-${randomUUID()}`})`;
    await sql`insert into mailboxes (tenant_id, id, kind) values (${tenantUuid}, ${newUuid()}, 'desk')`;
    await sql`
      insert into agents (tenant_id, id, name, model_tier, token_quota)
      select ${tenantUuid}, id, 'Bench agent', 'sonnet', 10000000 from unnest(${uuids}::uuid[]) as id
    `;
    await sql`
      insert into mailboxes (tenant_id, id, kind)
      select ${tenantUuid}, id, 'agent' from unnest(${uuids}::uuid[]) as id
    `;
    await sql`
      insert into allowlist_edges (tenant_id, sender_id, recipient_id)
      select ${tenantUuid}, edge.sender, edge.recipient
      from unnest(${uuids}::uuid[], ${recipients}::uuid[]) as edge (sender, recipient)
    `;
    await sql`
      insert into api_keys (tenant_id, id, agent_id, name, prefix, key_hash, scopes)
      select ${tenantUuid}, key.id, key.agent_id, 'bench', key.prefix, decode(key.hash, 'hex'),
        ${[...defaultAgentKeyScopes]}::text[]
      from unnest(
        ${agents.map(() => newUuid())}::uuid[],
        ${uuids}::uuid[],
        ${agents.map(({ key }) => shownPrefix(key))}::text[],
        ${agents.map(({ key }) => digestSecret(key).toString("hex"))}::text[]
      ) as key (id, agent_id, prefix, hash)
    `;
  });
  await owner`analyze`;
  return { tenantUuid, agents };
}
