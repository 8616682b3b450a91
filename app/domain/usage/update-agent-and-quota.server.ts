import { AppError } from "#app/domain/errors.ts";
import type { Database } from "#db/database.ts";
import type { AgentId } from "#db/ids.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import type { AgentView, UpdateAgentInput } from "../messaging/agent-schema.ts";
import { readAgent } from "../messaging/read-agent.server.ts";
import { updateAgent } from "../messaging/update-agent.server.ts";
import { raiseCeilings } from "./resume-agent.server.ts";

/**
 * `updateAgent`, where to make an agent active also lifts the pause that its quota or a budget has put on
 * it. That is for who may spend the organisation's money; others free a person's pause only, and are told
 * where there is none. The two are facts of their own, and so are their changes: each with its audit event.
 * @throws AppError not_found; forbidden: without `billing:write`, where nothing but quota or budget pauses it
 */
export async function updateAgentAndQuota(
  db: Database,
  actor: Actor,
  agentId: AgentId,
  input: UpdateAgentInput,
  request: RequestInfo,
): Promise<AgentView> {
  if (input.status === "active") {
    const { quota, status } = await readAgent(db, actor, agentId);
    if (quota.state === "paused") {
      if (actor.scopes.has("billing:write"))
        await db.asTenantSql(actor.tenantId, (sql) => raiseCeilings(sql, actor, agentId, request));
      else if (status === "active") throw pausedByQuota();
    }
  }
  return updateAgent(db, actor, agentId, input, request);
}

const pausedByQuota = (): AppError =>
  new AppError(
    "forbidden",
    "Nobody has paused this agent: its quota or a budget has. To let it go on needs the right billing:write, which admins have.",
  );
