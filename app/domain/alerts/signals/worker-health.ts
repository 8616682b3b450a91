import { SYSTEM_TENANT_ID } from "#db/ids.ts";
import { detailsOf, occurrenceOf } from "./event-details.ts";
import type { SignalSource } from "./signal-source.ts";

/** A job that will not be tried again: one alert a task. */
export const workerHealth: SignalSource = {
  kind: "worker_health",
  actions: ["job.failed"],
  signalsOf(event) {
    const task = detailsOf(event, "job.failed")?.task;
    if (task === undefined) return [];
    return [
      {
        ...{ ...occurrenceOf(event), kind: "worker_health", tenantId: SYSTEM_TENANT_ID, key: `job:${task}` },
        subject: { type: "task", id: task, name: task },
        facts: { problem: "job_failed", task },
      },
    ];
  },
};
