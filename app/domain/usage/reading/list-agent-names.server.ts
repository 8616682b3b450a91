import type { Database } from "#db/database.ts";
import { type AgentId, type TenantId, toTypeId, toUuid } from "#db/ids.ts";
import type { Actor } from "../../auth/actor.ts";
import { requireUsageReach } from "./usage-reach.server.ts";

/** How many there are to choose from. */
const listed = 500;

/** A tenant's agents by name, to choose from. */
export function listAgentNames(
  db: Database,
  actor: Actor,
  tenantId: TenantId,
): Promise<{ id: AgentId; name: string }[]> {
  requireUsageReach(actor, tenantId);
  return db.asTenantSql(
    tenantId,
    async (sql) => {
      const rows = await sql<{ id: string; name: string }[]>`
        select id, name from agents where tenant_id = ${toUuid(tenantId)} order by name, id limit ${listed}`;
      return rows.map(({ id, name }) => ({ id: toTypeId("agt", id), name }));
    },
    { readOnly: true, oneQuery: true },
  );
}
