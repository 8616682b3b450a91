import type { Sql } from "#db/database.ts";
import { type AgentId, type TenantId, toUuid } from "#db/ids.ts";
import type { DisabledReason, EndpointHealth, EndpointStatus, EndpointView } from "../endpoint-schema.ts";
import { isoTime } from "../message-row.ts";

interface EndpointRow {
  url: string;
  status: EndpointStatus;
  mode: string;
  disabled_at: string | null;
  disabled_reason: DisabledReason | null;
  failures: number;
  given_up: number;
  next_attempt_at: string | null;
  is_backing_off: boolean;
  last_attempt_at: string | null;
  last_success_at: string | null;
  previous_secret_until: string | null;
  waiting: number;
  created_at: string;
  updated_at: string;
}

const waitingCountedTo = 1_000;

/** An agent's endpoint as people see it: never its secrets. Undefined when it has none. */
export async function findEndpoint(
  sql: Sql,
  tenantId: TenantId,
  agentId: AgentId,
): Promise<EndpointView | undefined> {
  const time = (column: string) => sql.unsafe(isoTime(`endpoint.${column}`));
  const [row] = await sql<EndpointRow[]>`
    select endpoint.url, endpoint.status, mailbox.mode, ${time("disabled_at")} as disabled_at,
      endpoint.disabled_reason, endpoint.failures, endpoint.given_up, ${time("next_attempt_at")} as next_attempt_at,
      coalesce(endpoint.next_attempt_at > now(), false) as is_backing_off,
      ${time("last_attempt_at")} as last_attempt_at, ${time("last_success_at")} as last_success_at,
      case when endpoint.previous_secret_until > now() then ${time("previous_secret_until")} end
        as previous_secret_until,
      ${time("created_at")} as created_at, ${time("updated_at")} as updated_at,
      (select count(*)::int from (
        select from deliveries delivery
        where delivery.tenant_id = endpoint.tenant_id and delivery.recipient_id = endpoint.agent_id
          and delivery.status in ('pending', 'sent')
          and (delivery.expires_at is null or delivery.expires_at > now())
        limit ${waitingCountedTo}
      ) waiting) as waiting
    from endpoints endpoint
    join mailboxes mailbox on mailbox.tenant_id = endpoint.tenant_id and mailbox.id = endpoint.agent_id
    where endpoint.tenant_id = ${toUuid(tenantId)} and endpoint.agent_id = ${toUuid(agentId)}
  `;
  if (row === undefined) return undefined;
  const health = healthOf(row);
  return {
    agentId,
    url: row.url,
    health,
    status: row.status,
    disabledAt: row.disabled_at,
    disabledReason: row.disabled_reason,
    failures: row.failures,
    givenUp: row.given_up,
    nextAttemptAt: health === "backing_off" ? row.next_attempt_at : null,
    lastAttemptAt: row.last_attempt_at,
    lastSuccessAt: row.last_success_at,
    previousSecretUntil: row.previous_secret_until,
    waiting: row.waiting,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function healthOf(row: EndpointRow): EndpointHealth {
  if (row.mode !== "push") return "unused";
  if (row.status === "disabled") return "disabled";
  // Between two tries that fail it is not well, though its time has come.
  return row.is_backing_off || row.failures > 0 ? "backing_off" : "healthy";
}
