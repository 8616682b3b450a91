import type { Database } from "#db/database.ts";
import { toUuid } from "#db/ids.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import type { AgentView, CreateAgentInput } from "../messaging/agent-schema.ts";
import { createAgent } from "../messaging/create-agent.server.ts";
import { readAgent } from "../messaging/read-agent.server.ts";
import { recomputeHolds } from "./recompute-holds.server.ts";

/**
 * `createAgent`, where a budget of the tenant's that is used up holds the new agent from its first send on, as it
 * does the others: a new agent is no way around it.
 */
export async function createAgentInBudget(
  db: Database,
  actor: Actor,
  input: CreateAgentInput,
  request: RequestInfo,
): Promise<AgentView> {
  const { id } = await createAgent(db, actor, input, request, (sql, agentId) =>
    recomputeHolds(sql, [{ tenantUuid: toUuid(actor.tenantId), agents: [toUuid(agentId)] }]),
  );
  return readAgent(db, actor, id);
}
