import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { SendMetrics } from "#app/domain/messaging/message-sender.server.ts";
import { createSendMetrics } from "./send-metrics.server.ts";

export interface RequestObservation {
  method: string;
  /** `api`, `page`, `asset` or `stream`: few enough values to be a label. */
  surface: string;
  status: number;
  durationMs: number;
}

/** The figures that `/metrics` shows, in Prometheus' text format. */
export interface Metrics {
  registry: Registry;
  observeRequest(request: RequestObservation): void;
  /** Denials and failures that could not be written to the audit log. */
  auditFailures: { inc(): void };
  /** What the lanes of group commit do. */
  sends: SendMetrics;
  /** A use of the database that had to wait for a connection of that lane. */
  databaseWait(lane: string, waitedMs: number): void;
  /** Shows a number that is read when somebody asks, such as how many streams are open. */
  gauge(name: string, help: string, read: () => number): void;
  /** The same for several of a kind, each by its label. */
  labelledGauge(name: string, help: string, label: string, read: () => Record<string, number>): void;
}

/** One registry per process; not prom-client's global one, which two servers in a test would share. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: "signalbox_http_request_seconds",
    help: "How long requests took until their last byte was handed over; streams are not in it.",
    labelNames: ["method", "surface", "status"],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  });
  const auditFailures = new Counter({
    name: "signalbox_audit_failures_total",
    help: "Denials and failures that could not be written to the audit log.",
    registers: [registry],
  });
  const waits = new Histogram({
    name: "signalbox_database_wait_seconds",
    help: "How long work waited for a database connection, of what had to wait.",
    labelNames: ["lane"],
    buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 1, 2],
    registers: [registry],
  });
  return {
    registry,
    auditFailures,
    sends: createSendMetrics(registry),
    databaseWait: (lane, waitedMs) => waits.observe({ lane }, waitedMs / 1000),
    observeRequest: ({ method, surface, status, durationMs }) =>
      requests.observe({ method, surface, status: `${Math.floor(status / 100)}xx` }, durationMs / 1000),
    gauge(name, help, read) {
      new Gauge({
        name,
        help,
        registers: [registry],
        collect() {
          this.set(read());
        },
      });
    },
    labelledGauge(name, help, label, read) {
      new Gauge({
        name,
        help,
        labelNames: [label],
        registers: [registry],
        collect() {
          for (const [value, count] of Object.entries(read())) this.set({ [label]: value }, count);
        },
      });
    },
  };
}
