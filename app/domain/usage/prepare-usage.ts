import { AppError, invalidInput } from "#app/domain/errors.ts";
import { newUuid, toTypeId, toUuid } from "#db/ids.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import type { PreparedUsage, UsageCall } from "./prepared-usage.ts";
import { maxEarlyMs, maxLateMs, type UsageEvent } from "./schema.ts";

/**
 * Who reports.
 * @throws AppError forbidden: neither an agent nor somebody with the right `activity:write`.
 */
export function usageCall(actor: Actor, request: RequestInfo | null): UsageCall {
  if (actor.kind !== "agent" && actor.kind !== "system" && !actor.scopes.has("activity:write"))
    throw new AppError("forbidden", "This needs the right activity:write, or an agent's own key.");
  return {
    tenantId: actor.tenantId,
    tenantUuid: toUuid(actor.tenantId),
    actor: { kind: actor.kind, id: actor.id, name: actor.name },
    request,
  };
}

/** The event with its id and time, or why this call may not report it. */
export function prepareUsage(call: UsageCall, event: UsageEvent, nowMs: number): PreparedUsage | AppError {
  if (call.actor.kind === "agent" && event.agentId !== call.actor.id)
    return new AppError("sender_mismatch", "An agent's key reports the usage of its own agent only.", {
      errors: [{ path: "agentId", message: "is another agent than the key's" }],
    });
  const occurredAtMs = event.occurredAt === undefined ? nowMs : Date.parse(event.occurredAt);
  if (occurredAtMs > nowMs + maxEarlyMs)
    return invalidInput("occurredAt", "is more than 5 minutes in the future");
  if (occurredAtMs < nowMs - maxLateMs) return invalidInput("occurredAt", "is more than 35 days ago");
  const eventUuid = newUuid();
  return {
    call,
    event,
    occurredAtMs,
    eventUuid,
    eventId: toTypeId("usg", eventUuid),
    agentId: event.agentId,
    agentUuid: toUuid(event.agentId),
    reservationUuid: event.reservationId && toUuid(event.reservationId),
  };
}
