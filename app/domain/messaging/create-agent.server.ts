import type { Database, Sql, Tx } from "#db/database.ts";
import { type AgentId, newId, toUuid } from "#db/ids.ts";
import { agents, mailboxes } from "#db/schema/index.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import { tierCatalogue } from "../catalogue.ts";
import type { AgentView, CreateAgentInput } from "./agent-schema.ts";
import { toAgentView, unusedFacts } from "./agent-view.server.ts";

/**
 * Makes an agent of the actor's tenant, with its mailbox. Names need not be unique.
 * @param andThen what has to hold from the agent's first moment on; in the same transaction
 */
export const createAgent = (
  db: Database,
  actor: Actor,
  input: CreateAgentInput,
  request: RequestInfo | null,
  andThen?: (sql: Sql, agentId: AgentId) => Promise<void>,
): Promise<AgentView> =>
  db.asTenant(actor.tenantId, async (tx, sql) => {
    const agent = await insertAgent(tx, actor, input, request);
    await andThen?.(sql, agent.id);
    return agent;
  });

/**
 * `createAgent` on the caller's transaction.
 * @param since from when on it is there and paid for: now, unless it is said otherwise
 */
export async function insertAgent(
  tx: Tx,
  actor: Actor,
  input: CreateAgentInput,
  request: RequestInfo | null,
  since?: Date,
): Promise<AgentView> {
  const id = newId("agt");
  const { tenantId } = actor;
  const { modelTier, thinkingMode } = input;
  const tokenQuota = tierCatalogue[modelTier].tokenQuota;
  const [agent] = await tx
    .insert(agents)
    .values({
      tenantId,
      id,
      name: input.name,
      description: input.description ?? null,
      modelTier,
      thinkingMode,
      tokenQuota,
      ...(since && { createdAt: since }),
    })
    .returning();
  const [mailbox] = await tx
    .insert(mailboxes)
    .values({ tenantId, id: toUuid(id), kind: "agent" })
    .returning({
      mailboxMode: mailboxes.mode,
      lastSequence: mailboxes.lastSequence,
      purgedThrough: mailboxes.purgedThrough,
    });
  if (agent === undefined || mailbox === undefined) throw new Error("The agent was not stored");
  await recordAudit(tx, {
    tenantId,
    actor,
    action: "agent.created",
    resource: { id, name: input.name },
    request,
    details: { modelTier, thinkingMode, tokenQuota },
  });
  return toAgentView({ ...agent, ...mailbox, quotaFacts: unusedFacts(agent.createdAt) });
}
