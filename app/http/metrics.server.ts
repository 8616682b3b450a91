import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

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
  /** A commit of so many sends together, and how long it took. */
  batchCommitted(sends: number, durationMs: number): void;
  /** A use of the database that had to wait for a connection of that lane. */
  databaseWait(lane: string, waitedMs: number): void;
  /** Shows a number that is read when somebody asks, such as how many streams are open. */
  gauge(name: string, help: string, read: () => number): void;
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
  const batches = new Histogram({
    name: "signalbox_send_batch_size",
    help: "How many sends went into one commit.",
    buckets: [1, 2, 5, 10, 20, 50, 100, 200],
    registers: [registry],
  });
  const commits = new Histogram({
    name: "signalbox_send_commit_seconds",
    help: "How long the commit of a batch of sends took.",
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
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
    batchCommitted(sends, durationMs) {
      batches.observe(sends);
      commits.observe(durationMs / 1000);
    },
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
  };
}
