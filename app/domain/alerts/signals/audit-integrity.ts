import { SYSTEM_TENANT_ID } from "#db/ids.ts";
import type { AlertingEvent, Signal } from "../signal.ts";
import { detailsOf, occurrenceOf } from "./event-details.ts";
import type { SignalSource } from "./signal-source.ts";

/** What was recorded, or could not be, of the audit trail itself. That it is late is a state (`states/`). */
export const auditIntegrity: SignalSource = {
  kind: "audit_integrity",
  actions: ["audit.verified", "audit.not_recorded"],
  signalsOf(event) {
    const damages = detailsOf(event, "audit.verified")?.damages ?? 0;
    if (damages > 0) return damageOf(event, damages);
    const lost = detailsOf(event, "audit.not_recorded");
    if (lost === undefined) return [];
    return [
      {
        ...{ ...occurrenceOf(event), kind: "audit_integrity", key: "not_recorded" },
        ...{ tenantId: SYSTEM_TENANT_ID, weight: Math.max(1, lost.events) },
        subject: { type: "audit_trail", id: null, name: null },
        facts: { problem: "not_recorded" },
      },
    ];
  },
};

/** For whose trail it is, and for who runs the service: what damages a table is theirs to find. */
function damageOf(event: AlertingEvent, damages: number): Signal[] {
  const { tenantId } = event;
  const common = {
    ...{ ...occurrenceOf(event), kind: "audit_integrity" as const },
    subject: { type: "verification", id: event.resource.id, name: null },
    facts: { problem: "damage" as const, damages },
  };
  const own: Signal = { ...common, key: "damage" };
  if (tenantId === SYSTEM_TENANT_ID) return [own];
  return [
    own,
    {
      ...{ ...common, tenantId: SYSTEM_TENANT_ID, key: `damage:${tenantId}` },
      // The event is in the tenant's own trail.
      eventId: null,
      facts: { ...common.facts, tenantId },
    },
  ];
}
