import type { CronItem } from "graphile-worker";
import { type JobName, jobs } from "./catalog.ts";

const HOUR_MS = 3_600_000;

interface Schedule {
  /** Minute, hour, day, month, weekday; UTC. */
  match: string;
  /** Runs that were missed while no worker ran are made up for, this far back. */
  backfillMs?: number;
}

/**
 * Partitions are looked after every day and not just once a month: a failure is then made good a
 * day later, two months before anything would be missing.
 */
const schedules: Partial<Record<JobName, Schedule>> = {
  "ensure-audit-partitions": { match: "17 3 * * *", backfillMs: 24 * HOUR_MS },
  "expire-deliveries": { match: "* * * * *" },
  "purge-idempotency-keys": { match: "7 * * * *" },
  "purge-rate-limits": { match: "27 * * * *" },
  "purge-sign-ins": { match: "47 4 * * *" },
  "purge-sessions": { match: "37 4 * * *" },
  "purge-usage-keys": { match: "17 4 * * *" },
  "purge-one-time-tokens": { match: "47 4 * * *" },
  "settle-asks": { match: "* * * * *" },
  "expire-reservations": { match: "* * * * *" },
  "settle-leases": { match: "* * * * *" },
  "roll-up-traffic": { match: "* * * * *" },
  "purge-messages": { match: "23 2 * * *", backfillMs: 24 * HOUR_MS },
  "wake-pushes": { match: "* * * * *" },
  "wake-channels": { match: "* * * * *" },
  "seal-audit-events": { match: "* * * * *" },
  "archive-audit-events": { match: "0 2 * * *", backfillMs: 24 * HOUR_MS },
  "check-alerts": { match: "*/5 * * * *" },
  "purge-alerts": { match: "0 3 * * *", backfillMs: 24 * HOUR_MS },
  // Every day, not just on the first: what could not be closed then is closed a day later.
  "close-months": { match: "0 1 * * *", backfillMs: 24 * HOUR_MS },
};

/** What runs by the clock. A job still waiting is not added a second time. */
export const cronItems: CronItem[] = Object.entries(schedules).map(([task, { match, backfillMs = 0 }]) => ({
  task,
  match,
  identifier: task,
  options: {
    backfillPeriod: backfillMs,
    maxAttempts: jobs[task as JobName].maxAttempts,
    jobKey: `cron:${task}`,
    jobKeyMode: "preserve_run_at",
  },
}));
