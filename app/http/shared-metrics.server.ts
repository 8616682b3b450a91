import { Counter, Gauge, type Registry } from "prom-client";
import type { Queue } from "#app/domain/platform/schema.ts";
import { readSometimes } from "./read-sometimes.server.ts";

export interface SharedFigures {
  queues: readonly Queue[];
  auditEvents: number;
  /** By the kind of their channels. */
  pendingTellings: Readonly<Record<string, number>>;
}

interface SharedMetricsOptions {
  registry: Registry;
  read(): Promise<SharedFigures>;
  log: { warn(fields: object, message: string): void };
}

/** A scrape asks every metric for itself; they share one reading. */
const freshMs = 1_000;

/**
 * Figures of the service as a whole, which are read from the database when somebody asks and are the
 * same in every process: take one of them, not their sum. While the database is away they are absent.
 */
export function createSharedMetrics({ registry, read, log }: SharedMetricsOptions): void {
  const figures = readSometimes(read, freshMs, (error) =>
    log.warn({ err: error }, "The figures that all processes share could not be read"),
  );

  new Gauge({
    name: "signalbox_queued_jobs",
    help: "Jobs by task: ready to run, scheduled for later, running, or failed for good. The same in every process.",
    labelNames: ["task", "state"],
    registers: [registry],
    async collect() {
      const found = await figures();
      this.reset();
      for (const { task, ready, scheduled, running, failed } of found?.queues ?? [])
        for (const [state, count] of Object.entries({ ready, scheduled, running, failed }))
          this.set({ task, state }, count);
    },
  });
  new Gauge({
    name: "signalbox_queue_oldest_job_age_seconds",
    help: "For how long the job that has waited longest could have run, by task; 0 where none waits. The same in every process.",
    labelNames: ["task"],
    registers: [registry],
    async collect() {
      const found = await figures();
      this.reset();
      for (const { task, oldestReadySeconds } of found?.queues ?? [])
        this.set({ task }, oldestReadySeconds ?? 0);
    },
  });
  new Gauge({
    name: "signalbox_alert_deliveries_pending",
    help: "What channels are still to be told of alerts, by their kind. The same in every process.",
    labelNames: ["kind"],
    registers: [registry],
    async collect() {
      const found = await figures();
      this.reset();
      for (const [kind, count] of Object.entries(found?.pendingTellings ?? {})) this.set({ kind }, count);
    },
  });
  new Counter({
    name: "signalbox_audit_events_total",
    help: "Audit events written, by the database's own statistics. The same in every process.",
    registers: [registry],
    async collect() {
      const found = await figures();
      this.reset();
      if (found !== undefined) this.inc(found.auditEvents);
      else this.remove();
    },
  });
}
