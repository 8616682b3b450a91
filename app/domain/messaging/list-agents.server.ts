import { and, asc, count, eq, sql } from "drizzle-orm";
import type { Database } from "#db/database.ts";
import { parseId, toUuid } from "#db/ids.ts";
import { agents, mailboxes } from "#db/schema/index.ts";
import type { Actor } from "../auth/actor.ts";
import { decodeNamedCursor, encodeNamedCursor } from "../named-cursor.ts";
import type { AgentList, AgentListQuery } from "./agent-schema.ts";
import { agentColumns, isItsMailbox, toAgentView } from "./agent-view.server.ts";

/** The tenant's agents in order of name, or those of them that the filters let through. */
export async function listAgents(
  db: Database,
  actor: Actor,
  { limit, cursor, page = 1, search, tier, status }: AgentListQuery,
): Promise<AgentList> {
  const after = cursor === undefined ? undefined : decodeNamedCursor("agt", cursor);
  const isListed = and(
    eq(agents.tenantId, actor.tenantId),
    tier && eq(agents.modelTier, tier),
    status && eq(agents.status, status),
    search === undefined ? undefined : isFoundBy(search),
  );
  const { rows, total } = await db.asTenant(
    actor.tenantId,
    async (tx) => {
      const [counted] = await tx.select({ total: count() }).from(agents).where(isListed);
      const found = await tx
        .select(agentColumns)
        .from(agents)
        .innerJoin(mailboxes, isItsMailbox)
        .where(
          and(
            isListed,
            after && sql`(${agents.name}, ${agents.id}) > (${after.name}, ${toUuid(after.id)}::uuid)`,
          ),
        )
        .orderBy(asc(agents.name), asc(agents.id))
        .limit(limit + 1)
        .offset((page - 1) * limit);
      return { rows: found, total: counted?.total ?? 0 };
    },
    { readOnly: true },
  );
  const listed = rows.slice(0, limit).map(toAgentView);
  const last = listed.at(-1);
  return {
    agents: listed,
    pagination: {
      total,
      limit,
      nextCursor: rows.length > limit && last !== undefined ? encodeNamedCursor(last) : null,
    },
  };
}

/**
 * Each of the words is in the name or the description, or the whole is the agent's id. Every agent of
 * the tenant is looked at: they are few next to messages, and row-level security keeps an index of
 * their text from being used (DESIGN §5).
 */
function isFoundBy(search: string) {
  const id = parseId(search, "agt");
  if (id !== undefined) return eq(agents.id, id);
  const text = sql`lower(${agents.name} || ' ' || coalesce(${agents.description}, ''))`;
  const words = search.split(/\s+/).filter((word) => word !== "");
  return and(...words.map((word) => sql`strpos(${text}, lower(${word})) > 0`));
}
