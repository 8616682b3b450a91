import { randomUUID } from "node:crypto";
import type postgres from "postgres";
import { defaultAgentKeyScopes } from "#app/domain/auth/scopes.ts";
import { digestSecret, generateApiKey, shownPrefix } from "#app/domain/auth/secrets.server.ts";
import { type AgentId, newUuid, toTypeId } from "#db/ids.ts";

export interface BenchKey {
  id: AgentId;
  uuid: string;
  key: string;
}

export interface BenchAgent extends BenchKey {
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
  const after = (index: number) => uuids[(index + 1) % count] ?? "";
  const keys = await owner.begin(async (sql) => {
    await insertTenant(sql, tenantUuid, `bench-${randomUUID()}`);
    await insertAgents(sql, tenantUuid, uuids);
    await insertEdges(
      sql,
      tenantUuid,
      uuids.map((uuid, index) => [uuid, after(index)]),
    );
    return insertKeys(sql, tenantUuid, uuids);
  });
  await owner`analyze`;
  const agents = keys.map((key, index) => ({ ...key, recipientId: toTypeId("agt", after(index)) }));
  return { tenantUuid, agents };
}

/** A tenant with its desk. */
export async function insertTenant(
  sql: postgres.TransactionSql,
  tenantUuid: string,
  slug: string,
): Promise<void> {
  await sql`insert into tenants (id, name, slug) values (${tenantUuid}, 'Bench', ${slug})`;
  await sql`insert into mailboxes (tenant_id, id, kind) values (${tenantUuid}, ${newUuid()}, 'desk')`;
}

/** Agents with their mailboxes. */
export async function insertAgents(
  sql: postgres.TransactionSql,
  tenantUuid: string,
  uuids: readonly string[],
): Promise<void> {
  await sql`
    insert into agents (tenant_id, id, name, model_tier, token_quota)
    select ${tenantUuid}, id, 'Bench agent', 'sonnet', 10000000 from unnest(${[...uuids]}::uuid[]) as id
  `;
  await sql`
    insert into mailboxes (tenant_id, id, kind)
    select ${tenantUuid}, id, 'agent' from unnest(${[...uuids]}::uuid[]) as id
  `;
}

/** Allowlist edges, each from its first to its second agent. */
export async function insertEdges(
  sql: postgres.TransactionSql,
  tenantUuid: string,
  edges: readonly (readonly [sender: string, recipient: string])[],
): Promise<void> {
  await sql`
    insert into allowlist_edges (tenant_id, sender_id, recipient_id)
    select ${tenantUuid}, edge.sender, edge.recipient
    from unnest(
      ${edges.map(([sender]) => sender)}::uuid[], ${edges.map(([, recipient]) => recipient)}::uuid[]
    ) as edge (sender, recipient)
  `;
}

/** A key for each of these agents, in their order. */
export async function insertKeys(
  sql: postgres.TransactionSql,
  tenantUuid: string,
  uuids: readonly string[],
): Promise<BenchKey[]> {
  const keys = uuids.map((uuid) => ({ id: toTypeId("agt", uuid), uuid, key: generateApiKey() }));
  await sql`
    insert into api_keys (tenant_id, id, agent_id, name, prefix, key_hash, scopes)
    select ${tenantUuid}, key.id, key.agent_id, 'bench', key.prefix, decode(key.hash, 'hex'),
      ${[...defaultAgentKeyScopes]}::text[]
    from unnest(
      ${keys.map(() => newUuid())}::uuid[],
      ${[...uuids]}::uuid[],
      ${keys.map(({ key }) => shownPrefix(key))}::text[],
      ${keys.map(({ key }) => digestSecret(key).toString("hex"))}::text[]
    ) as key (id, agent_id, prefix, hash)
  `;
  return keys;
}
