import type { AnyAuditEvent } from "#app/domain/audit/audit-event.ts";
import { insertAuditEvents } from "#app/domain/audit/insert-audit-events.server.ts";
import type { Sql } from "#db/database.ts";
import { madeAtMs, newUuid, toTypeId, toUuid } from "#db/ids.ts";
import type { PostResult } from "../../outbound/post-json.server.ts";
import { delayAfterMs, maxAttempts, parseRetryAfterMs } from "../../outbound/retry-schedule.ts";
import type { DisabledReason } from "../endpoint-schema.ts";
import { recordTraffic } from "../record-traffic.server.ts";
import type { DeliveryStatus, Handling } from "../schema.ts";
import type { Attempt } from "./begin-attempt.server.ts";

/** What an attempt has changed of its message, for those who watch it. */
export interface PushedDelivery {
  tenantUuid: string;
  mailboxUuid: string;
  messageUuid: string;
  sequence: number | null;
  status: DeliveryStatus;
  handling: Handling;
  correlationId: string;
}

export interface SettledAttempt {
  delivery: PushedDelivery;
  /** Whether the next message may be posted right away. */
  goesOn: boolean;
}

/** Messages given up in a row, after which their endpoint is disabled. */
export const maxGivenUp = 3;

interface Standing {
  /** The attempt was made under a lease and for a URL that still hold; else it says nothing of the endpoint. */
  isCurrent: boolean;
  isActive: boolean;
  givenUp: number;
}

interface Fate {
  status: DeliveryStatus;
  handling: Handling;
}

/**
 * Notes what came of an attempt: the attempt itself, what it means for the message and for the
 * endpoint, the audit events and the figures, on one transaction. Endpoint before delivery.
 * @param random from 0 to 1, for the backoff
 */
export async function settleAttempt(
  sql: Sql,
  attempt: Attempt,
  result: PostResult,
  random: number,
): Promise<SettledAttempt> {
  const standing = await readStanding(sql, attempt);
  const [before] = await sql<Fate[]>`
    select status, handling from deliveries
    where tenant_id = ${attempt.tenantUuid} and message_id = ${attempt.messageUuid}
    for no key update
  `;
  if (before === undefined) throw new Error("the message of an attempt is not there");
  await insertAttempt(sql, attempt, result);
  const fate = fateOf(before, attempt, result, standing);
  const disabled =
    standing.isCurrent && standing.isActive ? disabledBy(result, fate, before, standing) : undefined;
  if (standing.isCurrent)
    await updateEndpoint(sql, {
      attempt,
      result,
      random,
      disabled,
      isGivenUp: fate.status === "failed" && before.status !== "failed",
    });
  if (fate.status !== before.status) await updateDelivery(sql, attempt, result, before, fate);
  if (disabled !== undefined) await insertAuditEvents(sql, [disabledEvent(attempt, disabled)]);
  const { message } = attempt;
  return {
    delivery: {
      tenantUuid: attempt.tenantUuid,
      mailboxUuid: attempt.agentUuid,
      messageUuid: attempt.messageUuid,
      sequence: message.sequence,
      ...fate,
      correlationId: message.correlationId,
    },
    goesOn: result.outcome === "delivered" && standing.isCurrent,
  };
}

async function readStanding(sql: Sql, attempt: Attempt): Promise<Standing> {
  const [row] = await sql<{ is_current: boolean; is_active: boolean; given_up: number }[]>`
    select lease_id is not distinct from ${attempt.leaseId}::uuid and url = ${attempt.url} as is_current,
      status = 'active' as is_active, given_up
    from endpoints
    where tenant_id = ${attempt.tenantUuid} and agent_id = ${attempt.agentUuid}
    for no key update
  `;
  if (row === undefined) return { isCurrent: false, isActive: false, givenUp: 0 };
  return { isCurrent: row.is_current, isActive: row.is_active, givenUp: row.given_up };
}

/** What becomes of the message. One that something else has happened to meanwhile is left as it is. */
function fateOf(before: Fate, attempt: Attempt, result: PostResult, { isCurrent }: Standing): Fate {
  const isOnItsWay = before.status === "pending" || before.status === "sent";
  // Accepted is accepted, also when its time passed while the answer was on its way.
  if (result.outcome === "delivered" && (isOnItsWay || before.status === "expired"))
    return { status: "delivered", handling: "acked" };
  const isLast = attempt.number >= maxAttempts && result.statusCode !== 410;
  if (result.outcome === "failed" && isOnItsWay && isCurrent && isLast)
    return { status: "failed", handling: "dead" };
  return before;
}

function disabledBy(
  result: PostResult,
  fate: Fate,
  before: Fate,
  { givenUp }: Standing,
): DisabledReason | undefined {
  if (result.statusCode === 410) return "gone";
  const isGivenUp = fate.status === "failed" && before.status !== "failed";
  return isGivenUp && givenUp + 1 >= maxGivenUp ? "failing" : undefined;
}

const insertAttempt = (sql: Sql, attempt: Attempt, result: PostResult) => sql`
  insert into delivery_attempts (
    tenant_id, message_id, id, attempt, url, started_at, duration_ms, outcome, status_code, error, response_body
  ) values (
    ${attempt.tenantUuid}, ${attempt.messageUuid}, ${newUuid()}, ${attempt.number}, ${attempt.url},
    ${result.startedAt.toISOString()}::text::timestamptz, ${result.durationMs}, ${result.outcome}, ${result.statusCode},
    ${result.error?.slice(0, 500) ?? null}, ${result.responseBody}
  )
`;

interface EndpointChange {
  attempt: Attempt;
  result: PostResult;
  random: number;
  disabled: DisabledReason | undefined;
  isGivenUp: boolean;
}

async function updateEndpoint(
  sql: Sql,
  { attempt, result, random, disabled, isGivenUp }: EndpointChange,
): Promise<void> {
  const { tenantUuid, agentUuid } = attempt;
  if (result.outcome === "delivered") {
    await sql`
      update endpoints set failures = 0, given_up = 0, next_attempt_at = null, last_success_at = now()
      where tenant_id = ${tenantUuid} and agent_id = ${agentUuid}
    `;
    return;
  }
  const mayAskForTime = result.statusCode === 429 || result.statusCode === 503;
  const retryAfterMs = mayAskForTime ? parseRetryAfterMs(result.retryAfter, Date.now()) : 0;
  // After a message was given up the next one has its first attempt soon.
  const delayMs = delayAfterMs(isGivenUp ? 1 : attempt.number, random, retryAfterMs);
  await sql`
    update endpoints set failures = failures + 1, given_up = given_up + ${isGivenUp ? 1 : 0},
      next_attempt_at = clock_timestamp() + make_interval(secs => ${delayMs / 1_000})
    where tenant_id = ${tenantUuid} and agent_id = ${agentUuid}
  `;
  if (disabled !== undefined)
    await sql`
      update endpoints set status = 'disabled', disabled_at = now(), disabled_reason = ${disabled}, updated_at = now()
      where tenant_id = ${tenantUuid} and agent_id = ${agentUuid}
    `;
}

async function updateDelivery(
  sql: Sql,
  attempt: Attempt,
  result: PostResult,
  before: Fate,
  { status, handling }: Fate,
): Promise<void> {
  const { tenantUuid, messageUuid, message } = attempt;
  const isDelivered = status === "delivered";
  await sql`
    update deliveries set status = ${status}, handling = ${handling},
      reason = ${isDelivered ? null : `its endpoint did not accept it in ${attempt.number} attempts`},
      delivered_at = case when ${isDelivered} then now() end, handled_at = now()
    where tenant_id = ${tenantUuid} and message_id = ${messageUuid}
  `;
  await recordTraffic(sql, [
    {
      tenantUuid,
      messageUuid,
      senderKind: message.sender.kind,
      senderUuid: toUuid(message.senderId),
      recipientKind: "agent",
      recipientUuid: attempt.agentUuid,
      type: message.type,
      from: before.status,
      to: status,
      ...(isDelivered && { latencyMs: Date.now() - madeAtMs(messageUuid) }),
    },
  ]);
  await insertAuditEvents(sql, [deliveryEvent(attempt, result, isDelivered)]);
}

const byPush = { kind: "system", id: "push", name: "Signalbox" } as const;

function deliveryEvent(attempt: Attempt, result: PostResult, isDelivered: boolean): AnyAuditEvent {
  const { message } = attempt;
  const common = {
    tenantId: toTypeId("ten", attempt.tenantUuid),
    actor: byPush,
    resource: { id: message.id },
    request: null,
    correlationId: message.correlationId,
  };
  const details = { recipientId: message.recipientId, attempts: attempt.number };
  if (isDelivered)
    return {
      ...common,
      action: "message.delivered",
      details: { ...details, statusCode: result.statusCode ?? 0, durationMs: result.durationMs },
    };
  return {
    ...common,
    action: "message.failed",
    status: "failure",
    details: { ...details, error: result.error ?? "" },
  };
}

const disabledEvent = (attempt: Attempt, reason: DisabledReason): AnyAuditEvent => ({
  tenantId: toTypeId("ten", attempt.tenantUuid),
  actor: byPush,
  action: "endpoint.disabled",
  resource: { id: attempt.message.recipientId, name: attempt.message.recipient.name },
  request: null,
  details: { reason },
});
