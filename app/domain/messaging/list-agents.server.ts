import { and, asc, count, eq, sql } from "drizzle-orm";
import type { Database } from "#db/database.ts";
import { toUuid } from "#db/ids.ts";
import { agents, mailboxes } from "#db/schema/index.ts";
import type { Actor } from "../auth/actor.ts";
import type { AgentList, NamedListQuery } from "./agent-schema.ts";
import { agentColumns, isItsMailbox, toAgentView } from "./agent-view.server.ts";
import { decodeNamedCursor, encodeNamedCursor } from "./list-cursor.ts";

/** The tenant's agents in order of name. */
export async function listAgents(
  db: Database,
  actor: Actor,
  { limit, cursor }: NamedListQuery,
): Promise<AgentList> {
  const after = cursor === undefined ? undefined : decodeNamedCursor(cursor);
  const isOfTenant = eq(agents.tenantId, actor.tenantId);
  const { rows, total } = await db.asTenant(
    actor.tenantId,
    async (tx) => {
      const [counted] = await tx.select({ total: count() }).from(agents).where(isOfTenant);
      const found = await tx
        .select(agentColumns)
        .from(agents)
        .innerJoin(mailboxes, isItsMailbox)
        .where(
          and(
            isOfTenant,
            after && sql`(${agents.name}, ${agents.id}) > (${after.name}, ${toUuid(after.id)}::uuid)`,
          ),
        )
        .orderBy(asc(agents.name), asc(agents.id))
        .limit(limit + 1);
      return { rows: found, total: counted?.total ?? 0 };
    },
    { readOnly: true },
  );
  const page = rows.slice(0, limit).map(toAgentView);
  const last = page.at(-1);
  return {
    agents: page,
    pagination: {
      total,
      limit,
      nextCursor: rows.length > limit && last !== undefined ? encodeNamedCursor(last) : null,
    },
  };
}
