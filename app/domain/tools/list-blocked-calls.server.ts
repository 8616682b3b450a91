import type { Database } from "#db/database.ts";
import { type AgentId, toTypeId, toUuid } from "#db/ids.ts";
import type { AuditDetails } from "../audit/registry.ts";
import type { Actor } from "../auth/actor.ts";
import { requireScope } from "../auth/require-scope.ts";
import type { BlockedToolCall } from "./tool-schema.ts";

interface BlockedRow {
  id: string;
  occurred_at: Date;
  details: AuditDetails<"tool.blocked">;
}

/** How far back it is looked: what is older is the audit trail's to find. */
const days = 30;
const lookedThrough = 5_000;

/**
 * The agent's newest tool calls that were blocked, among its tenant's newest 5,000 of the last 30 days:
 * found by their action, since an agent's allowed ones may be millions. For who may read the audit trail.
 */
export async function listBlockedCalls(
  db: Database,
  actor: Actor,
  { agentId, limit }: { agentId: AgentId; limit: number },
): Promise<BlockedToolCall[]> {
  requireScope(actor, "activity:read");
  const rows = await db.asTenantSql(
    actor.tenantId,
    (sql) => sql<BlockedRow[]>`
      with blocked as materialized (
        select id, occurred_at, resource_id, details from audit_events
        where tenant_id = ${toUuid(actor.tenantId)} and action = 'tool.blocked'
          and occurred_at > now() - make_interval(days => ${days})
        order by occurred_at desc, id desc
        limit ${lookedThrough}
      )
      select id, occurred_at, details from blocked
      where resource_id = ${agentId}
      order by occurred_at desc, id desc
      limit ${limit}`,
    { readOnly: true },
  );
  return rows.map(({ id, occurred_at: at, details: { tool, reason, pattern } }) => ({
    ...{ eventId: toTypeId("evt", id), at: at.toISOString(), tool, reason, pattern },
  }));
}
