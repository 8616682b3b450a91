import { and, asc, eq, ne, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import type { Database } from "#db/database.ts";
import type { AgentId } from "#db/ids.ts";
import { agents, allowlistEdges } from "#db/schema/index.ts";
import type { Actor } from "../auth/actor.ts";
import type { AllowlistPeer } from "./agent-schema.ts";

const outgoing = alias(allowlistEdges, "outgoing");
const incoming = alias(allowlistEdges, "incoming");

/** The tenant's other agents in order of name, at most `limit`, with which edges there are between each and this one. */
export function listAllowlistPeers(
  db: Database,
  actor: Actor,
  agentId: AgentId,
  limit: number,
): Promise<AllowlistPeer[]> {
  return db.asTenant(
    actor.tenantId,
    (tx) =>
      tx
        .select({
          id: agents.id,
          name: agents.name,
          receives: sql<boolean>`${outgoing.recipientId} is not null`,
          sends: sql<boolean>`${incoming.senderId} is not null`,
        })
        .from(agents)
        .leftJoin(
          outgoing,
          and(
            eq(outgoing.tenantId, agents.tenantId),
            eq(outgoing.senderId, agentId),
            eq(outgoing.recipientId, agents.id),
          ),
        )
        .leftJoin(
          incoming,
          and(
            eq(incoming.tenantId, agents.tenantId),
            eq(incoming.senderId, agents.id),
            eq(incoming.recipientId, agentId),
          ),
        )
        .where(and(eq(agents.tenantId, actor.tenantId), ne(agents.id, agentId)))
        .orderBy(asc(agents.name), asc(agents.id))
        .limit(limit),
    { readOnly: true },
  );
}
