/** What can be looked for, and what each kind's numbers mean. Client-safe. */

export const severities = ["info", "warning", "critical"] as const;
export type Severity = (typeof severities)[number];

/** 0 for info, 2 for critical. */
export const rankOf = (severity: Severity): number => severities.indexOf(severity);

/** What a rule's threshold counts; `none`: whatever is found is an alert. */
export type ThresholdUnit = "none" | "occurrences" | "percent" | "seconds";

interface RuleKindDefinition {
  /** As it is called, and what it says of itself on the rules' page. */
  label: string;
  description: string;
  severity: Severity;
  unit: ThresholdUnit;
  threshold: number;
  /** Seconds in which the threshold has to be reached; null where time has no part in it. */
  windowSeconds: number | null;
  /** Whether a rule may be for one agent alone. */
  byAgent: boolean;
  /** `service`: what only those who administer Signalbox itself can do something about; a rule of the system tenant. */
  home: "tenant" | "service";
}

const define = (definition: RuleKindDefinition): RuleKindDefinition => definition;

export const ruleKinds = {
  failed_login_threshold: define({
    label: "Failed sign-ins",
    description: "Sign-ins that failed within the window, of one account or from one address.",
    severity: "warning",
    unit: "occurrences",
    threshold: 5,
    windowSeconds: 300,
    byAgent: false,
    home: "tenant",
  }),
  cross_tenant_access: define({
    label: "Attempt to reach into the organisation",
    description: "Somebody of another organisation asked for something of yours by its id.",
    severity: "critical",
    unit: "none",
    threshold: 1,
    windowSeconds: null,
    byAgent: false,
    home: "tenant",
  }),
  tool_policy_violation: define({
    label: "Blocked tool call",
    description: "An agent asked for a tool that it may not call.",
    severity: "warning",
    unit: "none",
    threshold: 1,
    windowSeconds: null,
    byAgent: true,
    home: "tenant",
  }),
  usage_threshold: define({
    label: "Quota used up",
    description:
      "An agent has used this much of its monthly tokens, and again at 100 % and where it is paused.",
    severity: "info",
    unit: "percent",
    threshold: 80,
    windowSeconds: null,
    byAgent: true,
    home: "tenant",
  }),
  suspicious_activity: define({
    label: "Unusual sign-in",
    description: "Somebody signed in from a network, a place or a device that is new for them.",
    severity: "warning",
    unit: "none",
    threshold: 1,
    windowSeconds: null,
    byAgent: false,
    home: "tenant",
  }),
  refresh_token_reuse: define({
    label: "Refresh token used twice",
    description: "A refresh token came a second time, which says that somebody has copied it.",
    severity: "critical",
    unit: "none",
    threshold: 1,
    windowSeconds: null,
    byAgent: false,
    home: "tenant",
  }),
  error_rate: define({
    label: "Failing messages",
    description: "The share of messages that failed or died within the window, of at least 20.",
    severity: "warning",
    unit: "percent",
    threshold: 10,
    windowSeconds: 900,
    byAgent: false,
    home: "tenant",
  }),
  policy_denials: define({
    label: "Refused agent",
    description: "Sends and tool calls of one agent that were refused within the window.",
    severity: "warning",
    unit: "occurrences",
    threshold: 20,
    windowSeconds: 600,
    byAgent: true,
    home: "tenant",
  }),
  budget_exceeded: define({
    label: "Budget used up",
    description: "This much of a budget is spent, and again at 100 % and where sends stop.",
    severity: "warning",
    unit: "percent",
    threshold: 80,
    windowSeconds: null,
    byAgent: true,
    home: "tenant",
  }),
  rate_limit: define({
    label: "Rate limit",
    description: "Requests of one caller that went over a limit within the window.",
    severity: "info",
    unit: "occurrences",
    threshold: 50,
    windowSeconds: 300,
    byAgent: true,
    home: "tenant",
  }),
  audit_integrity: define({
    label: "Audit trail",
    description:
      "A check found damage; and for the whole service: an event could not be recorded, or sealing or archiving is late by this much.",
    severity: "critical",
    unit: "seconds",
    threshold: 600,
    windowSeconds: null,
    byAgent: false,
    home: "tenant",
  }),
  worker_health: define({
    label: "Background work",
    description:
      "A job failed for good, jobs have waited this long, no worker is alive, or a process is over its memory bound.",
    severity: "critical",
    unit: "seconds",
    threshold: 60,
    windowSeconds: null,
    byAgent: false,
    home: "service",
  }),
  channel_disabled: define({
    label: "Channel given up",
    description:
      "A channel that failed for 5 days, or whose receiver is gone, is not told of alerts any more.",
    severity: "warning",
    unit: "none",
    threshold: 1,
    windowSeconds: null,
    byAgent: false,
    home: "tenant",
  }),
} as const satisfies Record<string, RuleKindDefinition>;

export type RuleKind = keyof typeof ruleKinds;
export const ruleKindNames = Object.keys(ruleKinds) as [RuleKind, ...RuleKind[]];
export const isRuleKind = (text: string): text is RuleKind => Object.hasOwn(ruleKinds, text);

export const definitionOf = (kind: RuleKind): RuleKindDefinition => ruleKinds[kind];

/** From one telling of the same to the next. */
export const defaultCooldownSeconds = 3_600;
