import { notFound } from "#app/domain/errors.ts";
import type { Database } from "#db/database.ts";
import { recordedUrl } from "../../outbound/recorded-url.ts";
import { requireScope } from "../mailbox-access.ts";
import {
  aboutAgent,
  type EndpointChange,
  lockAgent,
  lockEndpoint,
  recordEvent,
  setMailboxMode,
} from "./change-endpoint.server.ts";

/**
 * Removes an agent's endpoint with its secrets. The mailbox is read from now on, and a job hands over
 * what waits.
 * @throws AppError not_found.
 */
export async function removeEndpoint(db: Database, change: EndpointChange): Promise<void> {
  requireScope(change.actor, "agents:write");
  await db.asTenantSql(change.actor.tenantId, async (sql) => {
    const agent = await lockAgent(sql, change);
    const before = await lockEndpoint(sql, agent);
    if (before === undefined) throw notFound("endpoint");
    await sql`
      delete from endpoints where tenant_id = ${agent.tenantUuid} and agent_id = ${agent.agentUuid}
    `;
    await recordEvent(sql, {
      ...aboutAgent(change, agent),
      action: "endpoint.removed",
      details: { url: recordedUrl(before.url) },
    });
    if (agent.mode === "push") await setMailboxMode(sql, change, agent, "read");
  });
}
