import type { AnyAuditEvent, AuditEvent } from "#app/domain/audit/audit-event.ts";
import { insertAuditEvents } from "#app/domain/audit/insert-audit-events.server.ts";
import { notFound } from "#app/domain/errors.ts";
import type { Sql } from "#db/database.ts";
import { type AgentId, toUuid } from "#db/ids.ts";
import { enqueueJobs } from "#jobs/enqueue.ts";
import type { Actor, RequestInfo } from "../../auth/actor.ts";
import type { MailboxMode } from "../agent-schema.ts";
import type { PushMailbox } from "./wake-push.server.ts";

/** A change of an agent's endpoint: who makes it, and of which agent. */
export interface EndpointChange {
  actor: Actor;
  agentId: AgentId;
  request: RequestInfo | null;
}

/** The agent whose endpoint is being changed; its row is locked. */
export interface ChangedAgent extends PushMailbox {
  name: string;
  mode: MailboxMode;
}

export interface CurrentEndpoint {
  url: string;
  status: "active" | "disabled";
}

/** @throws AppError not_found. */
export async function lockAgent(sql: Sql, { actor, agentId }: EndpointChange): Promise<ChangedAgent> {
  const mailbox = { tenantUuid: toUuid(actor.tenantId), agentUuid: toUuid(agentId) };
  const [row] = await sql<{ name: string; mode: MailboxMode }[]>`
    select agent.name, mailbox.mode
    from agents agent
    join mailboxes mailbox on mailbox.tenant_id = agent.tenant_id and mailbox.id = agent.id
    where agent.tenant_id = ${mailbox.tenantUuid} and agent.id = ${mailbox.agentUuid}
    for no key update of agent
  `;
  if (row === undefined) throw notFound("agent");
  return { ...mailbox, ...row };
}

/** Undefined when the agent has none. */
export async function lockEndpoint(sql: Sql, agent: ChangedAgent): Promise<CurrentEndpoint | undefined> {
  const [endpoint] = await sql<CurrentEndpoint[]>`
    select url, status from endpoints
    where tenant_id = ${agent.tenantUuid} and agent_id = ${agent.agentUuid}
    for no key update
  `;
  return endpoint;
}

/** Switches how the agent's messages are handled; leaving push, what waits is handed over by a job. */
export async function setMailboxMode(
  sql: Sql,
  change: EndpointChange,
  agent: ChangedAgent,
  mode: MailboxMode,
): Promise<void> {
  if (agent.mode === mode) return;
  await sql`
    update mailboxes set mode = ${mode} where tenant_id = ${agent.tenantUuid} and id = ${agent.agentUuid}
  `;
  await sql`
    update agents set updated_at = now() where tenant_id = ${agent.tenantUuid} and id = ${agent.agentUuid}
  `;
  if (agent.mode === "push")
    await enqueueJobs(
      sql,
      "release-mailbox",
      [
        {
          payload: { tenantId: change.actor.tenantId, agentId: change.agentId },
          jobKey: releaseJobKey(change.agentId),
        },
      ],
      "replace",
    );
  await insertAuditEvents(sql, [
    {
      ...aboutAgent(change, agent),
      action: "agent.updated",
      details: { changes: { mailboxMode: { from: agent.mode, to: mode } } },
    },
  ]);
}

export const releaseJobKey = (agentId: AgentId): string => `release:${toUuid(agentId)}`;

/** What every event about an agent or its endpoint has. */
export const aboutAgent = (
  { actor, agentId, request }: EndpointChange,
  { name }: ChangedAgent,
): Omit<AuditEvent, "action" | "details"> => ({
  tenantId: actor.tenantId,
  actor,
  resource: { id: agentId, name },
  request,
});

export const recordEvent = (sql: Sql, event: AnyAuditEvent): Promise<void> => insertAuditEvents(sql, [event]);
