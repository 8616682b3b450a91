import { and, asc, count, eq, sql } from "drizzle-orm";
import type { Database } from "#db/database.ts";
import { type AgentId, toUuid } from "#db/ids.ts";
import { agents, allowlistEdges } from "#db/schema/index.ts";
import type { Actor } from "../auth/actor.ts";
import { notFound } from "../errors.ts";
import { decodeNamedCursor, encodeNamedCursor } from "../named-cursor.ts";
import type { AgentStatus, ListPagination, NamedListQuery } from "./agent-schema.ts";

/** The agent at the other end of an edge. */
interface EdgePeer {
  id: AgentId;
  name: string;
  status: AgentStatus;
  createdAt: string;
}

const { senderId, recipientId } = allowlistEdges;
const columnsOf = {
  sender: { own: senderId, other: recipientId },
  recipient: { own: recipientId, other: senderId },
};

/**
 * Who is at the other end of an agent's edges, in order of name: those it may send to where it is
 * the edges' sender, those that may send to it where it is their recipient.
 * @throws AppError not_found.
 */
export async function listEdges(
  db: Database,
  actor: Actor,
  agentId: AgentId,
  side: "sender" | "recipient",
  { limit, cursor }: NamedListQuery,
): Promise<{ peers: EdgePeer[]; pagination: ListPagination }> {
  const after = cursor === undefined ? undefined : decodeNamedCursor("agt", cursor);
  const { own, other } = columnsOf[side];
  const isItsEdge = and(eq(allowlistEdges.tenantId, actor.tenantId), eq(own, agentId));
  const { rows, total } = await db.asTenant(
    actor.tenantId,
    async (tx) => {
      const [agent] = await tx
        .select({
          // Inside the template so that the count and the agent come from one snapshot.
          total: sql<number>`(${tx.select({ total: count() }).from(allowlistEdges).where(isItsEdge)})::int`,
        })
        .from(agents)
        .where(and(eq(agents.tenantId, actor.tenantId), eq(agents.id, agentId)));
      if (agent === undefined) throw notFound("agent");
      const found = await tx
        .select({
          id: agents.id,
          name: agents.name,
          status: agents.status,
          createdAt: allowlistEdges.createdAt,
        })
        .from(allowlistEdges)
        .innerJoin(agents, and(eq(agents.tenantId, allowlistEdges.tenantId), eq(agents.id, other)))
        .where(
          and(
            isItsEdge,
            after && sql`(${agents.name}, ${agents.id}) > (${after.name}, ${toUuid(after.id)}::uuid)`,
          ),
        )
        .orderBy(asc(agents.name), asc(agents.id))
        .limit(limit + 1);
      return { rows: found, total: agent.total };
    },
    { readOnly: true },
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    peers: page.map((row) => ({
      ...row,
      status: row.status as AgentStatus,
      createdAt: row.createdAt.toISOString(),
    })),
    pagination: {
      total,
      limit,
      nextCursor: rows.length > limit && last !== undefined ? encodeNamedCursor(last) : null,
    },
  };
}
