import type { JobHelpers, TaskList } from "graphile-worker";
import type { JobMetrics } from "#app/domain/platform/job-metrics.ts";
import { type JobName, type JobPayload, jobs, type RunnerName } from "./catalog.ts";
import { archiveAuditEvents } from "./tasks/archive-audit-events.ts";
import { beginPasswordReset } from "./tasks/begin-password-reset.ts";
import { checkAlerts } from "./tasks/check-alerts.ts";
import { closeMonths } from "./tasks/close-months.ts";
import type { TaskContext } from "./tasks/context.ts";
import { ensureAuditPartitions } from "./tasks/ensure-audit-partitions.ts";
import { eraseContents } from "./tasks/erase-contents.ts";
import { expireDeliveries } from "./tasks/expire-deliveries.ts";
import { expireReservations } from "./tasks/expire-reservations.ts";
import { purgeAlerts } from "./tasks/purge-alerts.ts";
import { purgeIdempotencyKeys } from "./tasks/purge-idempotency-keys.ts";
import { purgeMessages } from "./tasks/purge-messages.ts";
import { purgeOneTimeTokens } from "./tasks/purge-one-time-tokens.ts";
import { purgeRateLimits } from "./tasks/purge-rate-limits.ts";
import { purgeSessions } from "./tasks/purge-sessions.ts";
import { purgeSignIns } from "./tasks/purge-sign-ins.ts";
import { purgeUsageKeys } from "./tasks/purge-usage-keys.ts";
import { pushDeliveries } from "./tasks/push-deliveries.ts";
import { releaseMailbox } from "./tasks/release-mailbox.ts";
import { rollUpTraffic } from "./tasks/roll-up-traffic.ts";
import { sealAuditEvents } from "./tasks/seal-audit-events.ts";
import { sendMail } from "./tasks/send-mail.ts";
import { settleAsks } from "./tasks/settle-asks.ts";
import { settleLeases } from "./tasks/settle-leases.ts";
import { tellChannel } from "./tasks/tell-channel.ts";
import { verifyAuditTrail } from "./tasks/verify-audit-trail.ts";
import { wakeChannels } from "./tasks/wake-channels.ts";
import { wakePushes } from "./tasks/wake-pushes.ts";

type Handler<N extends JobName> = (context: TaskContext, payload: JobPayload<N>) => Promise<void>;
export type Handlers = { [N in JobName]: Handler<N> };

export const handlers: Handlers = {
  "ensure-audit-partitions": ensureAuditPartitions,
  "expire-deliveries": expireDeliveries,
  "purge-idempotency-keys": purgeIdempotencyKeys,
  "purge-rate-limits": purgeRateLimits,
  "purge-sessions": purgeSessions,
  "purge-sign-ins": purgeSignIns,
  "purge-usage-keys": purgeUsageKeys,
  "settle-asks": settleAsks,
  "expire-reservations": expireReservations,
  "settle-leases": settleLeases,
  "roll-up-traffic": rollUpTraffic,
  "purge-messages": purgeMessages,
  "erase-contents": eraseContents,
  "push-deliveries": pushDeliveries,
  "release-mailbox": releaseMailbox,
  "wake-pushes": wakePushes,
  "send-mail": sendMail,
  "begin-password-reset": beginPasswordReset,
  "purge-one-time-tokens": purgeOneTimeTokens,
  "seal-audit-events": sealAuditEvents,
  "archive-audit-events": archiveAuditEvents,
  "verify-audit-trail": verifyAuditTrail,
  "close-months": closeMonths,
  "check-alerts": checkAlerts,
  "purge-alerts": purgeAlerts,
  "tell-channel": tellChannel,
  "wake-channels": wakeChannels,
};

/** The tasks of one runner, each with its payload parsed before its handler sees it, and each run counted. */
export function taskListFor(
  runner: RunnerName,
  context: Omit<TaskContext, "signal">,
  own: Handlers = handlers,
  metrics?: JobMetrics,
): TaskList {
  const list: TaskList = {};
  const add = <N extends JobName>(name: N): void => {
    if (jobs[name].runner !== runner) return;
    const schema = jobs[name].payload;
    list[name] = (payload: unknown, helpers) =>
      counted(metrics, name, helpers, async () =>
        own[name]({ ...context, signal: helpers.abortSignal }, schema.parse(payload)),
      );
  };
  for (const name of Object.keys(jobs) as JobName[]) add(name);
  return list;
}

async function counted(
  metrics: JobMetrics | undefined,
  task: JobName,
  { job }: JobHelpers,
  work: () => Promise<void>,
): Promise<void> {
  const startedAt = performance.now();
  const durationMs = () => performance.now() - startedAt;
  try {
    await work();
    metrics?.ran({ task, outcome: "succeeded", durationMs: durationMs() });
  } catch (error) {
    const outcome = job.attempts < job.max_attempts ? "retried" : "failed";
    metrics?.ran({ task, outcome, durationMs: durationMs() });
    throw error;
  }
}
