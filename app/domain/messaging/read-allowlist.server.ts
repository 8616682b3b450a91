import type { Database } from "#db/database.ts";
import type { AgentId } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import type { Allowlist, NamedListQuery } from "./agent-schema.ts";
import { listEdges } from "./list-edges.server.ts";

/**
 * The agents that this one may send to, in order of name.
 * @throws AppError not_found.
 */
export async function readAllowlist(
  db: Database,
  actor: Actor,
  agentId: AgentId,
  query: NamedListQuery,
): Promise<Allowlist> {
  const { peers, pagination } = await listEdges(db, actor, agentId, "sender", query);
  return { agentId, allowlist: peers.map(({ id, ...peer }) => ({ recipientId: id, ...peer })), pagination };
}
