import { detailsOf, occurrenceOf } from "./event-details.ts";
import type { SignalSource } from "./signal-source.ts";

/** Somebody of another organisation asked for something by its id. Whoever it was has the same digest each time. */
export const crossTenantAccess: SignalSource = {
  kind: "cross_tenant_access",
  actions: ["security.cross_tenant_probe"],
  signalsOf(event) {
    const details = detailsOf(event, "security.cross_tenant_probe");
    if (details === undefined) return [];
    const { prober, resourceType, attempts } = details;
    return [
      {
        ...{ ...occurrenceOf(event), kind: "cross_tenant_access", weight: Math.max(1, attempts) },
        key: `prober:${prober}`,
        subject: { type: "prober", id: prober, name: null },
        facts: { origin: prober, resourceType },
      },
    ];
  },
};
