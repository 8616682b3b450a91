import { Gauge, type Registry } from "prom-client";
import type { ServiceFigures } from "#app/domain/usage/reading/read-service-figures.server.ts";

interface ServiceMetricsOptions {
  registry: Registry;
  /** Those of now, or of a moment ago; undefined while the database is away. */
  read(): Promise<ServiceFigures | undefined>;
}

/** What the agents of all tenants do, the same in every process: take one of them, not their sum. */
export function createServiceMetrics({ registry, read }: ServiceMetricsOptions): void {
  new Gauge({
    name: "signalbox_runs",
    help: "Runs that were reported, of the audit trail that is kept: running, succeeded, failed, cancelled. The same in every process.",
    labelNames: ["status"],
    registers: [registry],
    async collect() {
      const figures = await read();
      this.reset();
      const { started: _, ...statuses } = figures?.runs.total ?? { started: 0 };
      for (const [status, count] of Object.entries(statuses)) this.set({ status }, count);
    },
  });
  new Gauge({
    name: "signalbox_runs_today",
    help: "Runs since midnight UTC: started, succeeded, failed, cancelled. The same in every process.",
    labelNames: ["status"],
    registers: [registry],
    async collect() {
      const figures = await read();
      this.reset();
      for (const [status, count] of Object.entries(figures?.runs.today ?? {})) this.set({ status }, count);
    },
  });
  new Gauge({
    name: "signalbox_run_average_duration_seconds",
    help: "Of the runs that ended since midnight UTC. The same in every process; absent where none did.",
    registers: [registry],
    async collect() {
      const averageMs = (await read())?.runs.averageDurationMs ?? null;
      if (averageMs === null) this.remove();
      else this.set(averageMs / 1_000);
    },
  });
}
