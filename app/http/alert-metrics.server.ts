import { Counter, Gauge, type Registry } from "prom-client";
import type { AlertMetrics } from "#app/domain/alerts/alert-metrics.ts";

/** The figures of what makes alerts in this process. */
export function createAlertMetrics(registry: Registry): AlertMetrics {
  const opened = new Counter({
    name: "signalbox_alerts_opened_total",
    help: "Alerts that were opened, or came back after they had resolved themselves, by their rule's kind.",
    labelNames: ["kind"],
    registers: [registry],
  });
  const evaluated = new Counter({
    name: "signalbox_alert_events_evaluated_total",
    help: "Audit events that alert rules were asked about.",
    registers: [registry],
  });
  const skipped = new Counter({
    name: "signalbox_alert_events_skipped_total",
    help: "Audit events that were left out of the alerts, since looking at them failed again and again.",
    registers: [registry],
  });
  const lag = new Gauge({
    name: "signalbox_alert_lag_seconds",
    help: "How old the newest audit event is that alert rules were asked about, while there are newer ones; else 0.",
    registers: [registry],
  });
  return {
    opened: (kind) => opened.inc({ kind }),
    evaluated(events, lagMs) {
      evaluated.inc(events);
      lag.set(lagMs / 1_000);
    },
    skipped: () => skipped.inc(),
  };
}
