import { Counter, type Registry } from "prom-client";
import type { ProbeMetrics } from "#app/domain/auth/probes/probe-watch.server.ts";

/** The figures of the watch over cross-tenant probes. Kinds of ids are few, so the kind can be a label. */
export function createProbeMetrics(registry: Registry): ProbeMetrics {
  const found = new Counter({
    name: "signalbox_cross_tenant_probes_total",
    help: "How often something of another tenant was asked for by its id, by what it is.",
    labelNames: ["kind"],
    registers: [registry],
  });
  const dropped = new Counter({
    name: "signalbox_cross_tenant_probes_dropped_total",
    help: "Ids that were not looked up or recorded, since too many waited.",
    registers: [registry],
  });
  return {
    found: (kind, attempts) => found.inc({ kind }, attempts),
    dropped: (ids) => dropped.inc(ids),
  };
}
