import { notFound } from "#app/domain/errors.ts";
import type { Database, Sql } from "#db/database.ts";
import { type AgentId, toTypeId, toUuid } from "#db/ids.ts";
import type { Actor } from "../../auth/actor.ts";
import type { AttemptView, EndpointView } from "../endpoint-schema.ts";
import { requireScope } from "../mailbox-access.ts";
import { isoTime } from "../message-row.ts";
import { findEndpoint } from "./endpoint-view.server.ts";

export interface EndpointAndAttempts {
  endpoint: EndpointView;
  /** The newest first. */
  attempts: AttemptView[];
}

/** An agent's endpoint and its last attempts. Null when it has none. */
export const findEndpointAndAttempts = (
  db: Database,
  actor: Actor,
  agentId: AgentId,
): Promise<EndpointAndAttempts | null> => {
  requireScope(actor, "agents:read");
  return db.asTenantSql(
    actor.tenantId,
    async (sql) => {
      const endpoint = await findEndpoint(sql, actor.tenantId, agentId);
      if (endpoint === undefined) return null;
      return { endpoint, attempts: await readLastAttempts(sql, actor, agentId) };
    },
    { readOnly: true },
  );
};

/** @throws AppError not_found for no such agent, and for one without an endpoint. */
export async function readEndpoint(
  db: Database,
  actor: Actor,
  agentId: AgentId,
): Promise<EndpointView & { attempts: AttemptView[] }> {
  const found = await findEndpointAndAttempts(db, actor, agentId);
  if (found === null) throw notFound("endpoint");
  return { ...found.endpoint, attempts: found.attempts };
}

interface AttemptRow {
  message_id: string;
  attempt: number;
  started_at: string;
  duration_ms: number;
  outcome: "delivered" | "failed";
  status_code: number | null;
  error: string | null;
  response_body: string | null;
}

const shownAttempts = 10;

/** Among its newest messages and those that are being tried: attempts are kept by message. */
async function readLastAttempts(sql: Sql, { tenantId }: Actor, agentId: AgentId): Promise<AttemptView[]> {
  const tenantUuid = toUuid(tenantId);
  const agentUuid = toUuid(agentId);
  const rows = await sql<AttemptRow[]>`
    with candidate as (
      (select message.id as message_id from messages message
       where message.tenant_id = ${tenantUuid} and message.recipient_id = ${agentUuid}
       order by message.id desc limit 50)
      union
      (select delivery.message_id from deliveries delivery
       where delivery.tenant_id = ${tenantUuid} and delivery.recipient_id = ${agentUuid}
         and delivery.status in ('pending', 'sent')
       order by delivery.priority_rank, delivery.sequence limit 20)
    )
    select attempt.message_id, attempt.attempt, ${sql.unsafe(isoTime("attempt.started_at"))} as started_at,
      attempt.duration_ms, attempt.outcome, attempt.status_code, attempt.error, attempt.response_body
    from candidate
    join delivery_attempts attempt on attempt.tenant_id = ${tenantUuid} and attempt.message_id = candidate.message_id
    order by attempt.started_at desc, attempt.id desc
    limit ${shownAttempts}
  `;
  return rows.map((row) => ({
    messageId: toTypeId("msg", row.message_id),
    attempt: row.attempt,
    startedAt: row.started_at,
    durationMs: row.duration_ms,
    outcome: row.outcome,
    statusCode: row.status_code,
    error: row.error,
    responseBody: row.response_body,
  }));
}
