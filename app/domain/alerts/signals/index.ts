import type { AlertingEvent, Signal } from "../signal.ts";
import { auditIntegrity } from "./audit-integrity.ts";
import { channelDisabled } from "./channel-disabled.ts";
import { crossTenantAccess } from "./cross-tenant-access.ts";
import { failedLogin } from "./failed-login.ts";
import { policyDenials } from "./policy-denials.ts";
import { rateLimit } from "./rate-limit.ts";
import { refreshTokenReuse } from "./refresh-token-reuse.ts";
import type { SignalSource } from "./signal-source.ts";
import { suspiciousActivity } from "./suspicious-activity.ts";
import { toolPolicyViolation } from "./tool-policy-violation.ts";
import { budgetExceeded, usageThreshold } from "./usage-thresholds.ts";
import { workerHealth } from "./worker-health.ts";

/** Every kind that audit events are looked at for. */
export const signalSources: readonly SignalSource[] = [
  failedLogin,
  crossTenantAccess,
  toolPolicyViolation,
  usageThreshold,
  suspiciousActivity,
  refreshTokenReuse,
  policyDenials,
  budgetExceeded,
  rateLimit,
  auditIntegrity,
  workerHealth,
  channelDisabled,
];

/** The actions that some kind hears of: nothing else is read of the trail. */
export const listenedActions: readonly string[] = [
  ...new Set(signalSources.flatMap(({ actions }) => actions)),
].sort();

const sourcesByAction: ReadonlyMap<string, readonly SignalSource[]> = new Map(
  listenedActions.map((action) => [
    action,
    signalSources.filter(({ actions }) => actions.some((one) => one === action)),
  ]),
);

/** What an event means to all kinds together. */
export const signalsOf = (event: AlertingEvent): Signal[] =>
  (sourcesByAction.get(event.action) ?? []).flatMap((source) => source.signalsOf(event));
