import type { AnyAuditEvent } from "#app/domain/audit/audit-event.ts";
import { insertAuditEvents } from "#app/domain/audit/insert-audit-events.server.ts";
import { type AppError, notFound } from "#app/domain/errors.ts";
import type { Sql } from "#db/database.ts";
import { decideToolCall } from "./decide-tool-call.ts";
import type { PreparedCheck } from "./prepared-check.ts";
import type { ToolDecision } from "./tool-schema.ts";

export type CheckOutcome = { decision: ToolDecision } | { error: AppError };

interface AgentRow {
  tenant_id: string;
  id: string;
  name: string;
  status: string;
  allow: string[] | null;
  deny: string[] | null;
}

const keyOf = (tenantUuid: string, agentUuid: string) => `${tenantUuid} ${agentUuid}`;

/**
 * Decides checks together on one transaction of the system login, and records each: two round trips,
 * however many there are. Each names its tenant; an agent of another is not found.
 */
export async function decideChecks(
  sql: Sql,
  checks: readonly PreparedCheck[],
  commitBehind: () => void = () => {},
): Promise<CheckOutcome[]> {
  const agents = await readAgents(sql, checks);
  const events: AnyAuditEvent[] = [];
  const outcomes = checks.map((check): CheckOutcome => {
    const agent = agents.get(keyOf(check.tenantUuid, check.agentUuid));
    if (agent === undefined) return { error: notFound("agent") };
    const { toolName, input } = check;
    const decision = decideToolCall(
      { allow: agent.allow ?? [], deny: agent.deny ?? [] },
      { toolName, input, agentIsPaused: agent.status === "paused" },
    );
    events.push(eventOf(check, agent.name, decision));
    return { decision };
  });
  const writing = insertAuditEvents(sql, events);
  commitBehind();
  await writing;
  return outcomes;
}

async function readAgents(sql: Sql, checks: readonly PreparedCheck[]): Promise<Map<string, AgentRow>> {
  const wanted = new Map(checks.map((check) => [keyOf(check.tenantUuid, check.agentUuid), check] as const));
  const rows = await sql<AgentRow[]>`
    select agent.tenant_id, agent.id, agent.name, agent.status, policy.allow, policy.deny
    from unnest(
      ${[...wanted.values()].map(({ tenantUuid }) => tenantUuid)}::uuid[],
      ${[...wanted.values()].map(({ agentUuid }) => agentUuid)}::uuid[]
    ) as wanted (tenant_id, agent_id)
    join agents agent on agent.tenant_id = wanted.tenant_id and agent.id = wanted.agent_id
    left join tool_policies policy on policy.tenant_id = agent.tenant_id and policy.agent_id = agent.id`;
  return new Map(rows.map((row) => [keyOf(row.tenant_id, row.id), row]));
}

/** What was asked and what came of it; of the input only how large it was. */
function eventOf(check: PreparedCheck, agentName: string, decision: ToolDecision): AnyAuditEvent {
  const { eventId: id, tenantId, actor, request, agentId, toolName: tool, inputBytes } = check;
  const base = { id, tenantId, actor, request, resource: { id: agentId, name: agentName } };
  const { pattern } = decision;
  const size = inputBytes === undefined ? {} : { inputBytes };
  return decision.allowed
    ? { ...base, action: "tool.allowed", details: { tool, pattern, ...size } }
    : {
        ...{ ...base, action: "tool.blocked", status: "denied" },
        details: { tool, reason: decision.reason, pattern, ...size },
      };
}
