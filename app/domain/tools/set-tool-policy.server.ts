import { isDeepStrictEqual } from "node:util";
import { insertAuditEvents } from "#app/domain/audit/insert-audit-events.server.ts";
import type { Database } from "#db/database.ts";
import { type AgentId, toUuid } from "#db/ids.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import { requireScope } from "../auth/require-scope.ts";
import { notFound } from "../errors.ts";
import { findToolPolicy } from "./read-tool-policy.server.ts";
import type { ToolPolicy, ToolPolicyView } from "./tool-schema.ts";

/**
 * Sets which tools an agent may call; holds from its next check on. The same again changes nothing.
 * @throws AppError not_found, forbidden
 */
export async function setToolPolicy(
  db: Database,
  actor: Actor,
  agentId: AgentId,
  { allow, deny }: ToolPolicy,
  request: RequestInfo | null,
): Promise<ToolPolicyView> {
  requireScope(actor, "agents:write");
  const { tenantId } = actor;
  return await db.asTenantSql(tenantId, async (sql) => {
    const key = { tenant: toUuid(tenantId), agent: toUuid(agentId) };
    // One at a time an agent, so that the record's `from` is what was there.
    await sql`select from agents where tenant_id = ${key.tenant} and id = ${key.agent} for no key update`;
    const found = await findToolPolicy(sql, tenantId, agentId);
    if (found === undefined) throw notFound("agent");
    const { policy: before, agentName } = found;
    if (isDeepStrictEqual([before.allow, before.deny], [allow, deny])) return before;
    const [row] = await sql<{ updated_at: Date }[]>`
      insert into tool_policies (tenant_id, agent_id, allow, deny)
      values (${key.tenant}, ${key.agent}, ${allow}, ${deny})
      on conflict (tenant_id, agent_id)
        do update set allow = excluded.allow, deny = excluded.deny, updated_at = now()
      returning updated_at`;
    await insertAuditEvents(sql, [
      {
        ...{ tenantId, actor, request, action: "tool.policy.changed" },
        resource: { id: agentId, name: agentName },
        details: { allow: { from: before.allow, to: allow }, deny: { from: before.deny, to: deny } },
      },
    ]);
    return { agentId, allow, deny, updatedAt: row?.updated_at.toISOString() ?? null };
  });
}
