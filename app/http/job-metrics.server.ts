import { Counter, Histogram, type Registry } from "prom-client";
import type { JobMetrics } from "#app/domain/platform/job-metrics.ts";

/** The figures of the worker's jobs. Tasks are those of the catalogue, so the task can be a label. */
export function createJobMetrics(registry: Registry): JobMetrics {
  const runs = new Counter({
    name: "signalbox_job_runs_total",
    help: "Runs of jobs by what came of them: succeeded, retried (failed, and tried again later), or failed for good.",
    labelNames: ["task", "outcome"],
    registers: [registry],
  });
  const durations = new Histogram({
    name: "signalbox_job_duration_seconds",
    help: "How long runs of jobs took, however they ended.",
    labelNames: ["task"],
    buckets: [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300],
    registers: [registry],
  });
  return {
    ran({ task, outcome, durationMs }) {
      runs.inc({ task, outcome });
      if (durationMs !== undefined) durations.observe({ task }, durationMs / 1000);
    },
  };
}
