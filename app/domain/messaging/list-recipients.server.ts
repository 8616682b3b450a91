import { and, asc, eq } from "drizzle-orm";
import type { Database } from "#db/database.ts";
import type { AgentId } from "#db/ids.ts";
import { agents } from "#db/schema/index.ts";
import type { UserActor } from "../auth/actor.ts";
import type { AgentStatus } from "./agent-schema.ts";
import type { Recipients } from "./compose-schema.ts";
import { requireScope } from "./mailbox-access.ts";

/** How many there are to choose from. */
const listed = 500;

/** Whom a person may write to: the tenant's agents. `wanted` is among them also where it is further down. */
export async function listRecipients(
  db: Database,
  actor: UserActor,
  wanted?: AgentId | undefined,
): Promise<Recipients> {
  requireScope(actor, "messages:send");
  const columns = { id: agents.id, name: agents.name, status: agents.status };
  const { rows, found } = await db.asTenant(
    actor.tenantId,
    async (tx) => ({
      rows: await tx
        .select(columns)
        .from(agents)
        .where(eq(agents.tenantId, actor.tenantId))
        .orderBy(asc(agents.name), asc(agents.id))
        .limit(listed + 1),
      found:
        wanted === undefined
          ? []
          : await tx
              .select(columns)
              .from(agents)
              .where(and(eq(agents.tenantId, actor.tenantId), eq(agents.id, wanted))),
    }),
    { readOnly: true },
  );
  const shown = rows.slice(0, listed);
  const others = found.filter(({ id }) => !shown.some((one) => one.id === id));
  return {
    agents: [...others, ...shown].map((row) => ({ ...row, status: row.status as AgentStatus })),
    hasMore: rows.length > listed,
  };
}
