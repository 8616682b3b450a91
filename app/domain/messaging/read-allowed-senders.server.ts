import type { Database } from "#db/database.ts";
import type { AgentId } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import type { AllowedSenders, NamedListQuery } from "./agent-schema.ts";
import { listEdges } from "./list-edges.server.ts";

/**
 * The agents that may send to this one, in order of name: its allowlist edges the other way round.
 * @throws AppError not_found.
 */
export async function readAllowedSenders(
  db: Database,
  actor: Actor,
  agentId: AgentId,
  query: NamedListQuery,
): Promise<AllowedSenders> {
  const { peers, pagination } = await listEdges(db, actor, agentId, "recipient", query);
  return { agentId, senders: peers.map(({ id, ...peer }) => ({ senderId: id, ...peer })), pagination };
}
