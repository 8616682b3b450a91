/** What a run of a job came to; `retried` failed and will be tried again, `failed` will not. */
export const jobOutcomes = ["succeeded", "retried", "failed"] as const;
export type JobOutcome = (typeof jobOutcomes)[number];

export interface JobRun {
  task: string;
  outcome: JobOutcome;
  /** Undefined when the worker died in it. */
  durationMs: number | undefined;
}

/** Told of each run, for the process's metrics. */
export interface JobMetrics {
  ran(run: JobRun): void;
}
