import { type AlertRuleId, type AuditEventId, type TenantId, toUuid } from "#db/ids.ts";
import type { ActiveRule } from "./alert-rules.server.ts";
import type { AlertFacts } from "./facts.ts";
import { definitionOf } from "./rule-kinds.ts";
import type { AlertSubject, Signal } from "./signal.ts";

/** An event that an alert is shown with. */
export interface CountedEvent {
  id: AuditEventId;
  occurredAt: string;
}

/** What one alert of one rule is to count. */
export interface SignalGroup {
  rule: ActiveRule;
  key: string;
  fingerprint: string;
  /** Oldest first. */
  signals: Signal[];
}

/** Of a rule, and so of one tenant; and what it is about. */
export const fingerprintOf = (ruleId: AlertRuleId, key: string): string => `${ruleId}:${key}`;

/** What each rule that hears of the signals is to count, by fingerprint. */
export const groupsOf = (signals: readonly Signal[], rules: readonly ActiveRule[]): SignalGroup[] => {
  const rulesOf = new Map<string, ActiveRule[]>();
  for (const rule of rules) {
    const name = `${rule.tenantId} ${rule.kind}`;
    rulesOf.set(name, [...(rulesOf.get(name) ?? []), rule]);
  }
  const groups = new Map<string, SignalGroup>();
  for (const signal of signals) {
    for (const rule of rulesOf.get(`${signal.tenantId} ${signal.kind}`) ?? []) {
      if (!concerns(rule, signal)) continue;
      const fingerprint = fingerprintOf(rule.id, signal.key);
      const group = groups.get(fingerprint);
      if (group !== undefined) group.signals.push(signal);
      else groups.set(fingerprint, { rule, key: signal.key, fingerprint, signals: [signal] });
    }
  }
  for (const group of groups.values())
    group.signals.sort((one, other) => Date.parse(one.occurredAt) - Date.parse(other.occurredAt));
  return [...groups.values()];
};

function concerns(rule: ActiveRule, { agentId, step }: Signal): boolean {
  if (rule.agentId !== null && rule.agentId !== agentId) return false;
  return step === undefined || step >= rule.threshold;
}

/** Whether one is not enough: what has steps has been counted where it comes from. */
export const needsHits = ({ rule }: SignalGroup): boolean => {
  const { unit } = definitionOf(rule.kind);
  return (unit === "none" || unit === "occurrences") && rule.threshold > 1;
};

export const weightOf = (signals: readonly Signal[]): number =>
  signals.reduce((total, { weight }) => total + weight, 0);

export const stepOf = (signals: readonly Signal[]): number =>
  Math.max(0, ...signals.map(({ step }) => step ?? 0));

/** What the newest says of it, of those that have come furthest. */
export function descriptionOf(signals: readonly Signal[]): { subject: AlertSubject; facts: AlertFacts } {
  const step = stepOf(signals);
  const furthest = signals.filter((signal) => (signal.step ?? 0) === step);
  const newest = furthest.at(-1);
  if (newest === undefined) throw new Error("There is nothing to describe");
  return { subject: newest.subject, facts: Object.assign({}, ...furthest.map(({ facts }) => facts)) };
}

export const eventsOf = (signals: readonly Signal[]): CountedEvent[] =>
  signals.flatMap(({ eventId, occurredAt }) => (eventId === null ? [] : [{ id: eventId, occurredAt }]));

/** An alert's page shows so many of its events: the first. */
export const maxShownEvents = 50;

export const tenantUuidsOf = (groups: readonly { rule: { tenantId: TenantId } }[]): string[] => [
  ...new Set(groups.map(({ rule }) => toUuid(rule.tenantId))),
];
