import { notFound } from "#app/domain/errors.ts";
import type { Database } from "#db/database.ts";
import type { EndpointStatus, EndpointView } from "../endpoint-schema.ts";
import { requireScope } from "../mailbox-access.ts";
import {
  aboutAgent,
  type EndpointChange,
  lockAgent,
  lockEndpoint,
  recordEvent,
} from "./change-endpoint.server.ts";
import { findEndpoint } from "./endpoint-view.server.ts";
import { wakePush } from "./wake-push.server.ts";

export interface SwitchEndpoint extends EndpointChange {
  to: EndpointStatus;
}

/**
 * Enables an endpoint, which is then tried at once, or disables it: its messages wait. What is the
 * same already is no change; only a backoff ends when it is enabled again.
 * @throws AppError not_found.
 */
export async function switchEndpoint(db: Database, change: SwitchEndpoint): Promise<EndpointView> {
  const { actor, agentId, to } = change;
  requireScope(actor, "agents:write");
  return db.asTenantSql(actor.tenantId, async (sql) => {
    const agent = await lockAgent(sql, change);
    const before = await lockEndpoint(sql, agent);
    if (before === undefined) throw notFound("endpoint");
    const isChange = before.status !== to;
    if (to === "active") {
      await sql`
        update endpoints set status = 'active', disabled_at = null, disabled_reason = null, next_attempt_at = null,
          failures = case when ${isChange} then 0 else failures end,
          given_up = case when ${isChange} then 0 else given_up end,
          updated_at = case when ${isChange} then now() else updated_at end
        where tenant_id = ${agent.tenantUuid} and agent_id = ${agent.agentUuid}
      `;
      await wakePush(sql, [agent]);
    } else if (isChange) {
      await sql`
        update endpoints set status = 'disabled', disabled_at = now(), disabled_reason = 'person', updated_at = now()
        where tenant_id = ${agent.tenantUuid} and agent_id = ${agent.agentUuid}
      `;
    }
    const about = aboutAgent(change, agent);
    if (isChange && to === "active")
      await recordEvent(sql, { ...about, action: "endpoint.enabled", details: {} });
    if (isChange && to === "disabled")
      await recordEvent(sql, { ...about, action: "endpoint.disabled", details: { reason: "person" } });
    const endpoint = await findEndpoint(sql, actor.tenantId, agentId);
    if (endpoint === undefined) throw new Error("the endpoint is not there");
    return endpoint;
  });
}
