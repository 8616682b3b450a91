import { and, eq, inArray } from "drizzle-orm";
import type { Database, Tx } from "#db/database.ts";
import type { AgentId } from "#db/ids.ts";
import { agents, allowlistEdges } from "#db/schema/index.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import { invalidInput, notFound } from "../errors.ts";

export interface EdgeEnds {
  senderId: AgentId;
  recipientId: AgentId;
}

/**
 * Lets one agent send to another. An edge that is there already stays and is not recorded again.
 * @throws AppError not_found when either is no agent of the tenant; invalid_input for an edge to itself.
 */
export const addAllowlistEdge = (
  db: Database,
  actor: Actor,
  ends: EdgeEnds,
  request: RequestInfo | null,
): Promise<void> => db.asTenant(actor.tenantId, (tx) => insertAllowlistEdge(tx, actor, ends, request));

/** `addAllowlistEdge` on the caller's transaction. */
export async function insertAllowlistEdge(
  tx: Tx,
  actor: Actor,
  { senderId, recipientId }: EdgeEnds,
  request: RequestInfo | null,
): Promise<void> {
  if (senderId === recipientId) throw invalidInput("recipientId", "must be another agent than the sender");
  const names = await readAgentNames(tx, actor, [senderId, recipientId]);
  const senderName = names.get(senderId);
  const recipientName = names.get(recipientId);
  if (senderName === undefined || recipientName === undefined) throw notFound("agent");
  const added = await tx
    .insert(allowlistEdges)
    .values({
      tenantId: actor.tenantId,
      senderId,
      recipientId,
      createdBy: actor.kind === "user" ? actor.id : null,
    })
    .onConflictDoNothing()
    .returning({ senderId: allowlistEdges.senderId });
  if (added.length === 0) return;
  await recordAudit(tx, {
    tenantId: actor.tenantId,
    actor,
    action: "allowlist.edge.added",
    resource: { id: senderId, name: senderName },
    request,
    details: { recipientId, recipientName },
  });
}

/** The names of those of the agents that the actor's tenant has. */
export async function readAgentNames(
  tx: Tx,
  actor: Actor,
  agentIds: AgentId[],
): Promise<Map<AgentId, string>> {
  const rows = await tx
    .select({ id: agents.id, name: agents.name })
    .from(agents)
    .where(and(eq(agents.tenantId, actor.tenantId), inArray(agents.id, agentIds)));
  return new Map(rows.map(({ id, name }) => [id, name]));
}
