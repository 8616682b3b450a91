import { and, asc, count, eq, sql } from "drizzle-orm";
import type { Database } from "#db/database.ts";
import { type AgentId, toUuid } from "#db/ids.ts";
import { agents, allowlistEdges } from "#db/schema/index.ts";
import type { Actor } from "../auth/actor.ts";
import { notFound } from "../errors.ts";
import type { AgentStatus, Allowlist, NamedListQuery } from "./agent-schema.ts";
import { decodeNamedCursor, encodeNamedCursor } from "./list-cursor.ts";

/**
 * The agents that this one may send to, in order of name.
 * @throws AppError not_found.
 */
export async function readAllowlist(
  db: Database,
  actor: Actor,
  agentId: AgentId,
  { limit, cursor }: NamedListQuery,
): Promise<Allowlist> {
  const after = cursor === undefined ? undefined : decodeNamedCursor(cursor);
  const isOfSender = and(eq(allowlistEdges.tenantId, actor.tenantId), eq(allowlistEdges.senderId, agentId));
  const { rows, total } = await db.asTenant(
    actor.tenantId,
    async (tx) => {
      const [sender] = await tx
        .select({
          // Inside the template so that the count and the agent come from one snapshot.
          total: sql<number>`(${tx.select({ total: count() }).from(allowlistEdges).where(isOfSender)})::int`,
        })
        .from(agents)
        .where(and(eq(agents.tenantId, actor.tenantId), eq(agents.id, agentId)));
      if (sender === undefined) throw notFound("agent");
      const found = await tx
        .select({
          id: agents.id,
          name: agents.name,
          status: agents.status,
          createdAt: allowlistEdges.createdAt,
        })
        .from(allowlistEdges)
        .innerJoin(
          agents,
          and(eq(agents.tenantId, allowlistEdges.tenantId), eq(agents.id, allowlistEdges.recipientId)),
        )
        .where(
          and(
            isOfSender,
            after && sql`(${agents.name}, ${agents.id}) > (${after.name}, ${toUuid(after.id)}::uuid)`,
          ),
        )
        .orderBy(asc(agents.name), asc(agents.id))
        .limit(limit + 1);
      return { rows: found, total: sender.total };
    },
    { readOnly: true },
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    agentId,
    allowlist: page.map((row) => ({
      recipientId: row.id,
      name: row.name,
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
