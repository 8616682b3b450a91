import { and, eq } from "drizzle-orm";
import type { Database } from "#db/database.ts";
import type { AgentId } from "#db/ids.ts";
import { agents, mailboxes } from "#db/schema/index.ts";
import type { Actor } from "../auth/actor.ts";
import { notFound } from "../errors.ts";
import type { AgentView } from "./agent-schema.ts";
import { agentColumns, isItsMailbox, toAgentView } from "./agent-view.server.ts";

/**
 * One agent of the actor's tenant.
 * @throws AppError not_found.
 */
export async function readAgent(db: Database, actor: Actor, agentId: AgentId): Promise<AgentView> {
  const [row] = await db.asTenant(
    actor.tenantId,
    (tx) =>
      tx
        .select(agentColumns)
        .from(agents)
        .innerJoin(mailboxes, isItsMailbox)
        .where(and(eq(agents.tenantId, actor.tenantId), eq(agents.id, agentId))),
    { readOnly: true },
  );
  if (row === undefined) throw notFound("agent");
  return toAgentView(row);
}
