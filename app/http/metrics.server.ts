import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { AlertMetrics } from "#app/domain/alerts/alert-metrics.ts";
import type { ToldMetric } from "#app/domain/alerts/channels/notice-services.server.ts";
import type { ProbeMetrics } from "#app/domain/auth/probes/probe-watch.server.ts";
import type { SendMetrics } from "#app/domain/messaging/message-sender.server.ts";
import type { JobMetrics } from "#app/domain/platform/job-metrics.ts";
import type { UsageMetrics } from "#app/domain/usage/usage-recorder.server.ts";
import { createAlertMetrics } from "./alert-metrics.server.ts";
import type { MailOutcome } from "./count-mails.server.ts";
import { createHttpMetrics, type HttpTotals, type RequestObservation } from "./http-metrics.server.ts";
import { createJobMetrics } from "./job-metrics.server.ts";
import { createProbeMetrics } from "./probe-metrics.server.ts";
import { createSendMetrics, type SendTotals } from "./send-metrics.server.ts";
import { createUsageMetrics } from "./usage-metrics.server.ts";

/** The figures that `/metrics` shows, in Prometheus' text format. */
export interface Metrics {
  registry: Registry;
  observeRequest(request: RequestObservation): void;
  /** Denials and failures that could not be written to the audit log. */
  auditFailures: { inc(): void };
  /** What the lanes of group commit do. */
  sends: SendMetrics;
  /** What is reported of usage, and what its lanes do. */
  usage: UsageMetrics;
  jobs: JobMetrics;
  /** What is looked at for alerts. */
  alerts: AlertMetrics;
  /** Other tenants' ids that were asked for. */
  probes: ProbeMetrics;
  /** A use of the database that had to wait for a connection of that lane. */
  databaseWait(lane: string, waitedMs: number): void;
  /** A wake-up came through the database, so long after the commit it tells of. */
  wakeLag(lagMs: number): void;
  /** A request was refused for going over the limit of this name. */
  rateLimitRefused(limit: string): void;
  /** A mail was handed over. */
  mail(outcome: MailOutcome): void;
  /** A channel was told of an alert, or could not be. */
  told: ToldMetric;
  /** Shows a number that is read when somebody asks, such as how many streams are open. */
  gauge(name: string, help: string, read: () => number): void;
  /** The same for several of a kind, each by its label. */
  labelledGauge(
    name: string,
    help: string,
    label: string,
    read: () => Record<string, number> | Promise<Record<string, number>>,
  ): void;
  /** A number that only grows and is kept elsewhere, each by its label. */
  labelledCounter(name: string, help: string, label: string, read: () => Record<string, number>): void;
  totals(): { http: HttpTotals; sends: SendTotals };
}

/** Gauges of the library whose names end like counters, which Prometheus' linter refuses. */
const misnamed = [
  "nodejs_active_handles_total",
  "nodejs_active_requests_total",
  "nodejs_active_resources_total",
];

/** One registry per process; not prom-client's global one, which two servers in a test would share. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of misnamed) registry.removeSingleMetric(name);
  const http = createHttpMetrics(registry);
  const sends = createSendMetrics(registry);
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name, help, labelNames, registers: [registry] });
  const auditFailures = counter(
    "signalbox_audit_failures_total",
    "Denials and failures that could not be written to the audit log.",
  );
  const refusals = counter(
    "signalbox_rate_limit_refusals_total",
    "Requests refused for going over a rate limit.",
    ["limit"],
  );
  const mails = counter(
    "signalbox_mails_total",
    "Mails by what became of them: sent, refused for good, or failed and to be tried again.",
    ["outcome"],
  );
  const tellings = counter(
    "signalbox_alert_deliveries_total",
    "Attempts to tell a channel of an alert, by the channel's kind and by what became of them: delivered, failed and to be tried again, or given up.",
    ["kind", "outcome"],
  );
  const waits = new Histogram({
    name: "signalbox_database_wait_seconds",
    help: "How long work waited for a database connection, of what had to wait.",
    labelNames: ["lane"],
    buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 1, 2],
    registers: [registry],
  });
  const wakeLags = new Histogram({
    name: "signalbox_wake_lag_seconds",
    help: "From a commit until the wake-up that tells of it came to this process through the database.",
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers: [registry],
  });
  return {
    registry,
    auditFailures,
    sends: sends.metrics,
    usage: createUsageMetrics(registry),
    jobs: createJobMetrics(registry),
    alerts: createAlertMetrics(registry),
    probes: createProbeMetrics(registry),
    databaseWait: (lane, waitedMs) => waits.observe({ lane }, waitedMs / 1000),
    wakeLag: (lagMs) => wakeLags.observe(lagMs / 1000),
    rateLimitRefused: (limit) => refusals.inc({ limit }),
    mail: (outcome) => mails.inc({ outcome }),
    told: (kind, outcome) => tellings.inc({ kind, outcome }),
    observeRequest: http.observe,
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
        async collect() {
          for (const [value, count] of Object.entries(await read())) this.set({ [label]: value }, count);
        },
      });
    },
    labelledCounter(name, help, label, read) {
      new Counter({
        name,
        help,
        labelNames: [label],
        registers: [registry],
        collect() {
          this.reset();
          for (const [value, count] of Object.entries(read())) this.inc({ [label]: value }, count);
        },
      });
    },
    totals: () => ({ http: http.totals(), sends: sends.totals() }),
  };
}
