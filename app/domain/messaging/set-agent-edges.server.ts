import type { Database, Sql } from "#db/database.ts";
import { toTypeId, toUuid } from "#db/ids.ts";
import { insertAuditEvents } from "../audit/insert-audit-events.server.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import { notFound } from "../errors.ts";
import { requireScope } from "./mailbox-access.ts";
import type { SetAgentEdges } from "./topology-schema.ts";

/** An edge that was changed, with the names that the record shows. */
interface ChangedEdge {
  sender_id: string;
  sender_name: string;
  recipient_id: string;
  recipient_name: string;
}

/**
 * Lets an agent send to every other one, or be sent to by every other one, or takes all of that away:
 * one transaction, with an audit event for each edge that it changes. Answers how many those are.
 * @throws AppError not_found when the tenant has no such agent.
 */
export async function setAgentEdges(
  db: Database,
  actor: Actor,
  { agentId, side, allowed }: SetAgentEdges,
  request: RequestInfo,
): Promise<number> {
  requireScope(actor, "agents:write");
  return await db.asTenantSql(actor.tenantId, async (sql) => {
    const ends = { tenant: toUuid(actor.tenantId), agent: toUuid(agentId), side };
    // One at a time a tenant: rows and columns cross, and four of them could wait for each other in a ring.
    await sql`select from tenants where id = ${ends.tenant} for no key update`;
    const [agent] = await sql`select from agents where tenant_id = ${ends.tenant} and id = ${ends.agent}`;
    if (agent === undefined) throw notFound("agent");
    const changed = allowed ? await insertEdges(sql, actor, ends) : await deleteEdges(sql, ends);
    await insertAuditEvents(
      sql,
      changed.map((edge) => ({
        tenantId: actor.tenantId,
        actor,
        action: allowed ? ("allowlist.edge.added" as const) : ("allowlist.edge.removed" as const),
        resource: { id: toTypeId("agt", edge.sender_id), name: edge.sender_name },
        request,
        details: { recipientId: toTypeId("agt", edge.recipient_id), recipientName: edge.recipient_name },
      })),
    );
    return changed.length;
  });
}

interface Ends {
  tenant: string;
  agent: string;
  side: SetAgentEdges["side"];
}

const insertEdges = (sql: Sql, actor: Actor, { tenant, agent, side }: Ends) => sql<ChangedEdge[]>`
  with added as (
    insert into allowlist_edges (tenant_id, sender_id, recipient_id, created_by)
    select
      other.tenant_id,
      case when ${side} = 'sender' then ${agent}::uuid else other.id end as sender_id,
      case when ${side} = 'sender' then other.id else ${agent}::uuid end as recipient_id,
      ${actor.kind === "user" ? toUuid(actor.id) : null}::uuid
    from agents other
    where other.tenant_id = ${tenant} and other.id <> ${agent}
    on conflict do nothing
    returning tenant_id, sender_id, recipient_id
  )
  ${withNames(sql, "added")}
`;

const deleteEdges = (sql: Sql, { tenant, agent, side }: Ends) => sql<ChangedEdge[]>`
  with removed as (
    delete from allowlist_edges
    where tenant_id = ${tenant}
      and ${side === "sender" ? sql`sender_id = ${agent}` : sql`recipient_id = ${agent}`}
    returning tenant_id, sender_id, recipient_id
  )
  ${withNames(sql, "removed")}
`;

const withNames = (sql: Sql, changed: "added" | "removed") => sql`
  select edge.sender_id, sender.name as sender_name, edge.recipient_id, recipient.name as recipient_name
  from ${sql(changed)} edge
  join agents sender on sender.tenant_id = edge.tenant_id and sender.id = edge.sender_id
  join agents recipient on recipient.tenant_id = edge.tenant_id and recipient.id = edge.recipient_id
  order by edge.sender_id, edge.recipient_id
`;
