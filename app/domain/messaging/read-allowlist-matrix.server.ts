import type { Database } from "#db/database.ts";
import { toTypeId, toUuid } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import type { AgentStatus } from "./agent-schema.ts";
import { requireScope } from "./mailbox-access.ts";
import { type AllowlistMatrix, maxShownAgents } from "./topology-schema.ts";

interface MatrixRow {
  id: string;
  name: string;
  status: AgentStatus;
  receivers: number[];
}

/**
 * Who may send to whom, among the first `maxShownAgents` agents by name. Places instead of ids: a
 * fleet of 500 that all write to each other has 250,000 edges, and this is loaded after each change.
 */
export async function readAllowlistMatrix(db: Database, actor: Actor): Promise<AllowlistMatrix> {
  requireScope(actor, "agents:read");
  const tenant = toUuid(actor.tenantId);
  const [rows, counted] = await db.asTenantSql(
    actor.tenantId,
    (sql) =>
      Promise.all([
        sql<MatrixRow[]>`
          with shown as (
            select id, name, status, row_number() over (order by name, id) - 1 as place
            from agents
            where tenant_id = ${tenant}
            order by name, id
            limit ${maxShownAgents}
          )
          select sender.id, sender.name, sender.status, coalesce(edge.receivers, '{}') as receivers
          from shown sender
          left join (
            select edge.sender_id, array_agg(recipient.place::int order by recipient.place) as receivers
            from allowlist_edges edge
            join shown recipient on recipient.id = edge.recipient_id
            where edge.tenant_id = ${tenant}
            group by edge.sender_id
          ) edge on edge.sender_id = sender.id
          order by sender.place
        `,
        sql<{ total: number }[]>`select count(*)::int as total from agents where tenant_id = ${tenant}`,
      ]),
    { readOnly: true },
  );
  return {
    agents: rows.map(({ id, name, status }) => ({ id: toTypeId("agt", id), name, status })),
    receivers: rows.map(({ receivers }) => receivers),
    isCut: (counted[0]?.total ?? 0) > rows.length,
  };
}
