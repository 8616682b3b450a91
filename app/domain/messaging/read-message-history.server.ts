import type { AuditStatus } from "#app/domain/audit/audit-event.ts";
import type { Database, Sql } from "#db/database.ts";
import { type MessageId, toTypeId, toUuid } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import { isoTime } from "./message-row.ts";
import { readMessage } from "./read-message.server.ts";
import type { MessageView } from "./schema.ts";
import type { AttemptView, MessageEventView, MessageHistory } from "./trail-schema.ts";

const maxAttempts = 50;
const maxEvents = 100;

/**
 * A message with how it was posted to its endpoint and what happened to it since. Throws `not_found`
 * for one that the actor may not see, as for one that is not there.
 *
 * An agent is told what its messages went through. What an endpoint is and answers concerns the agent
 * whose endpoint it is; what people did at the desk concerns people.
 */
export async function readMessageHistory(
  db: Database,
  actor: Actor,
  messageId: MessageId,
): Promise<MessageView & MessageHistory> {
  const message = await readMessage(db, actor, messageId);
  const mayReadEndpoint = actor.kind !== "agent" || actor.id === message.recipientId;
  return db.asTenantSql(
    actor.tenantId,
    async (sql) => {
      const [attempts, events] = await Promise.all([
        readAttempts(sql, actor, messageId, mayReadEndpoint),
        readEvents(sql, actor, message, mayReadEndpoint),
      ]);
      return { ...message, attempts, events };
    },
    { readOnly: true },
  );
}

interface AttemptRow {
  attempt: number;
  url: string;
  started_at: string;
  duration_ms: number;
  outcome: AttemptView["outcome"];
  status_code: number | null;
  error: string | null;
  response_body: string | null;
}

async function readAttempts(
  sql: Sql,
  actor: Actor,
  messageId: MessageId,
  mayReadEndpoint: boolean,
): Promise<AttemptView[]> {
  const rows = await sql<AttemptRow[]>`
    select
      attempt, url, ${sql.unsafe(isoTime("started_at"))} as started_at, duration_ms, outcome, status_code,
      error, response_body
    from delivery_attempts
    where tenant_id = ${toUuid(actor.tenantId)} and message_id = ${toUuid(messageId)}
    order by id desc
    limit ${maxAttempts}
  `;
  return rows.map(({ started_at, duration_ms, status_code, response_body, url, error, ...same }) => ({
    ...same,
    startedAt: started_at,
    durationMs: duration_ms,
    statusCode: status_code,
    url: mayReadEndpoint ? withoutSecrets(url) : null,
    error: mayReadEndpoint ? error : null,
    responseBody: mayReadEndpoint ? response_body : null,
  }));
}

/** An address may carry a password or a token. */
function withoutSecrets(url: string): string | null {
  if (!URL.canParse(url)) return null;
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

interface EventRow {
  id: string;
  at: string;
  action: string;
  status: AuditStatus;
  actor_kind: string;
  actor_id: string | null;
  actor_name: string | null;
  details: Record<string, unknown>;
}

/** What an endpoint answered, in the details of an event. */
const endpointDetails = new Set(["error", "statusCode"]);

async function readEvents(
  sql: Sql,
  actor: Actor,
  message: MessageView,
  mayReadEndpoint: boolean,
): Promise<MessageEventView[]> {
  // What happened before it was sent has nothing to say of it, which keeps older partitions out of it;
  // the hour is for an event that bears the time when its transaction began.
  const rows = await sql<EventRow[]>`
    select
      id, ${sql.unsafe(isoTime("occurred_at"))} as at, action, status, actor_kind, actor_id, actor_name, details
    from audit_events event
    where event.tenant_id = ${toUuid(actor.tenantId)}
      and event.resource_id = ${message.id}
      and event.resource_type = 'message'
      and event.occurred_at >= ${message.createdAt}::timestamptz - interval '1 hour'
      ${actor.kind === "agent" ? sql`and starts_with(event.action, 'message.')` : sql``}
    order by event.occurred_at, event.id
    limit ${maxEvents}
  `;
  return rows.map(({ id, at, action, status, details, ...by }) => ({
    id: toTypeId("evt", id),
    at,
    action,
    status,
    actor: { kind: by.actor_kind, id: by.actor_id, name: by.actor_name },
    details: mayReadEndpoint
      ? details
      : Object.fromEntries(Object.entries(details).filter(([name]) => !endpointDetails.has(name))),
  }));
}
