import type { Database, Sql } from "#db/database.ts";
import { type AgentId, type TenantId, toUuid } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import { requireScope } from "../auth/require-scope.ts";
import { notFound } from "../errors.ts";
import type { ToolPolicyView } from "./tool-schema.ts";

/**
 * Which tools an agent may call.
 * @throws AppError not_found, forbidden
 */
export async function readToolPolicy(db: Database, actor: Actor, agentId: AgentId): Promise<ToolPolicyView> {
  requireScope(actor, "agents:read");
  const found = await db.asTenantSql(actor.tenantId, (sql) => findToolPolicy(sql, actor.tenantId, agentId), {
    readOnly: true,
    oneQuery: true,
  });
  if (found === undefined) throw notFound("agent");
  return found.policy;
}

interface PolicyRow {
  agent_name: string;
  allow: string[] | null;
  deny: string[] | null;
  updated_at: Date | null;
}

/** The policy and the agent's name; undefined when the tenant has no such agent. */
export async function findToolPolicy(
  sql: Sql,
  tenantId: TenantId,
  agentId: AgentId,
): Promise<{ policy: ToolPolicyView; agentName: string } | undefined> {
  const [row] = await sql<PolicyRow[]>`
    select agent.name as agent_name, policy.allow, policy.deny, policy.updated_at
    from agents agent
    left join tool_policies policy on policy.tenant_id = agent.tenant_id and policy.agent_id = agent.id
    where agent.tenant_id = ${toUuid(tenantId)} and agent.id = ${toUuid(agentId)}`;
  if (row === undefined) return undefined;
  const { agent_name: agentName, allow, deny, updated_at: updatedAt } = row;
  return {
    agentName,
    policy: {
      agentId,
      allow: allow ?? [],
      deny: deny ?? [],
      updatedAt: updatedAt?.toISOString() ?? null,
    },
  };
}
