import type { AnyAuditEvent } from "#app/domain/audit/audit-event.ts";
import type { MeteredEvent } from "./metered-event.ts";
import type { PreparedUsage, UsageCall } from "./prepared-usage.ts";

/** One audit event for each call of which something was counted. */
export function auditOfCalls(
  batch: readonly PreparedUsage[],
  metered: readonly MeteredEvent[],
): AnyAuditEvent[] {
  const reported = new Map<UsageCall, number>();
  for (const { call } of batch) reported.set(call, (reported.get(call) ?? 0) + 1);
  const counted = new Map<UsageCall, MeteredEvent[]>();
  for (const one of metered) {
    const others = counted.get(one.usage.call);
    if (others === undefined) counted.set(one.usage.call, [one]);
    else others.push(one);
  }
  return Array.from(counted, ([call, events]) => auditOfCall(call, events, reported.get(call) ?? 0));
}

function auditOfCall(call: UsageCall, events: readonly MeteredEvent[], reported: number): AnyAuditEvent {
  const sum = (of: (event: MeteredEvent) => number) => events.reduce((total, event) => total + of(event), 0);
  const [only] = events;
  return {
    tenantId: call.tenantId,
    actor: call.actor,
    action: "usage.recorded",
    // Of several there is no one id; the request's is in the event.
    resource: { id: events.length === 1 && only !== undefined ? only.usage.eventId : null },
    request: call.request,
    details: {
      events: events.length,
      notCounted: reported - events.length,
      agents: new Set(events.map(({ usage }) => usage.agentUuid)).size,
      inputTokens: sum(({ usage }) => usage.event.inputTokens),
      outputTokens: sum(({ usage }) => usage.event.outputTokens),
      costMicros: sum(({ costMicros }) => costMicros),
    },
  };
}
