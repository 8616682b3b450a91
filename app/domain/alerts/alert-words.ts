/** What an alert says in one line: the same in pages, mails, Slack and PagerDuty. Client-safe. */
import type { AlertFacts } from "./facts.ts";
import { definitionOf, type RuleKind } from "./rule-kinds.ts";

export interface AlertSubject {
  type: string;
  id: string | null;
  name: string | null;
}

/** What the alert's rule looks for, where the title says it. */
export interface TitledRule {
  windowSeconds: number;
}

const longestTitle = 300;
const counts = new Intl.NumberFormat("en-US");
const dollars = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
const countries = new Intl.DisplayNames("en", { type: "region", fallback: "code" });

/** One line, such as `5 failed sign-ins of ada@example.com`. */
export function alertTitle(
  kind: RuleKind,
  subject: AlertSubject,
  facts: AlertFacts,
  count: number,
  rule?: TitledRule,
): string {
  const title = titles[kind]({ subject, facts, count, rule });
  return title.length <= longestTitle ? title : `${title.slice(0, longestTitle - 1)}…`;
}

interface Told {
  subject: AlertSubject;
  facts: AlertFacts;
  count: number;
  rule: TitledRule | undefined;
}

const titles: Record<RuleKind, (told: Told) => string> = {
  failed_login_threshold: ({ subject, facts, count }) => {
    const failures = some(count, "failed sign-in");
    return facts.by === "address"
      ? `${failures} from one address (${shortDigest(facts.origin ?? subject.id)})`
      : `${failures} of ${subject.name ?? "an account"}`;
  },
  cross_tenant_access: ({ facts, count }) =>
    `${some(count, "attempt")} from another organisation to reach ${resourceInWords(facts.resourceType)}`,
  tool_policy_violation: ({ subject, facts, count }) => {
    const agent = facts.agentName ?? subject.name ?? "an agent";
    const tool = facts.tool === undefined ? "" : count === 1 ? `: ${facts.tool}` : `, last ${facts.tool}`;
    return `${some(count, "blocked tool call")} of ${agent}${tool}`;
  },
  usage_threshold: ({ subject, facts }) => {
    const agent = facts.agentName ?? subject.name ?? "An agent";
    const percent = facts.percent ?? facts.usedPercent;
    if (percent === undefined) return `${agent} has used much of its monthly tokens`;
    if (percent <= 100) return `${agent} has used ${percent} % of its monthly tokens`;
    return `${agent} is paused at ${percent} % of its monthly tokens`;
  },
  suspicious_activity: ({ subject, facts, count }) => {
    const what = listed([
      facts.newDevice === true && "device",
      facts.newNetwork === true && "network",
      facts.newLocation === true && "place",
    ]);
    const where = facts.country === undefined ? "" : ` in ${countryInWords(facts.country)}`;
    const whose = subject.name ?? "a person";
    const from = what === "" ? "from somewhere new" : `from a new ${what}`;
    return `${count === 1 ? "Sign-in" : some(count, "sign-in")} of ${whose} ${from}${where}`;
  },
  refresh_token_reuse: ({ subject, count }) =>
    `A refresh token of ${subject.name ?? "a person"} was used again${count === 1 ? "" : ` (${counts.format(count)} times)`}`,
  error_rate: ({ facts, rule }) => {
    const within = rule === undefined ? "" : ` within ${durationInWords(rule.windowSeconds)}`;
    if (facts.failed === undefined || facts.total === undefined || facts.total === 0)
      return `Messages are failing${within}`;
    const share = Math.round((facts.failed / facts.total) * 100);
    return `${share} % of messages fail: ${counts.format(facts.failed)} of ${counts.format(facts.total)}${within}`;
  },
  policy_denials: ({ subject, facts, count }) =>
    `${some(count, "refused send or tool call", "refused sends and tool calls")} of ${facts.agentName ?? subject.name ?? "an agent"}`,
  budget_exceeded: ({ subject, facts }) => {
    const of = facts.agentName ?? subject.name;
    const whose = of === null || of === undefined ? "The organisation's budget" : `The budget of ${of}`;
    const percent = facts.percent ?? facts.usedPercent;
    const spent =
      facts.spentMicros === undefined || facts.amountMicros === undefined
        ? ""
        : `: ${inDollars(facts.spentMicros)} of ${inDollars(facts.amountMicros)}`;
    return percent === undefined
      ? `${whose} is being used up${spent}`
      : `${whose} is ${percent} % spent${spent}`;
  },
  rate_limit: ({ subject, facts, count }) =>
    `${some(count, "request")} of ${subject.name ?? facts.agentName ?? callerInWords(subject, facts)} over a rate limit${facts.limit === undefined ? "" : ` (${facts.limit})`}`,
  audit_integrity: ({ facts, count }) => {
    switch (facts.problem) {
      case "not_recorded":
        return `${some(count, "audit event")} could not be recorded`;
      case "seal_lag":
        return `Sealing of the audit trail is ${late(facts.seconds)}`;
      case "retention_lag":
        return `Archiving of the audit trail is ${late(facts.seconds)}`;
      default:
        return facts.damages === undefined
          ? "A check of the audit trail found damage"
          : `A check of the audit trail found damage in ${some(facts.damages, "place")}`;
    }
  },
  worker_health: ({ subject, facts, count }) => {
    const task = facts.task ?? subject.name ?? "a task";
    switch (facts.problem) {
      case "queue_lag":
        return `Jobs of ${facts.runner ?? subject.name ?? "a runner"} have waited ${facts.seconds === undefined ? "long" : durationInWords(facts.seconds)}`;
      case "no_worker":
        return "No worker is alive";
      case "memory":
        return `${facts.instance ?? subject.name ?? "A process"} is over its memory bound${memoryInWords(facts)}`;
      default:
        return `${some(count, "job")} failed for good: ${task}`;
    }
  },
  channel_disabled: ({ subject, facts }) =>
    `The ${channelInWords(facts.channelKind)}channel ${subject.name === null ? "" : `“${subject.name}” `}was given up and is not told any more`,
};

const some = (count: number, one: string, many = `${one}s`): string =>
  `${counts.format(count)} ${count === 1 ? one : many}`;

const inDollars = (micros: number): string => dollars.format(micros / 1_000_000);

/** Digests are told apart by their beginning. */
const shortDigest = (digest: string | null | undefined): string => (digest ?? "unknown").slice(0, 8);

const callerInWords = (subject: AlertSubject, facts: AlertFacts): string =>
  facts.origin === undefined && subject.type !== "address"
    ? "a caller"
    : `one address (${shortDigest(facts.origin ?? subject.id)})`;

const resourceInWords = (type: string | undefined): string => {
  if (type === undefined || type === "") return "something here";
  const words = type.replaceAll("_", " ");
  return `${/^[aeiou]/.test(words) && !words.startsWith("us") ? "an" : "a"} ${words}`;
};

function countryInWords(code: string): string {
  return /^[A-Z]{2}$/.test(code) ? (countries.of(code) ?? code) : code;
}

/** `device`, `device and place`, `device, network and place`. */
function listed(parts: (string | false)[]): string {
  const words = parts.filter((part) => part !== false);
  const last = words.pop();
  if (last === undefined) return "";
  return words.length === 0 ? last : `${words.join(", ")} and ${last}`;
}

const late = (seconds: number | undefined): string =>
  seconds === undefined ? "late" : `${durationInWords(seconds)} late`;

/** To the unit that says enough: `45 seconds`, `5 minutes`, `3 hours`, `2 days`. */
export function durationInWords(seconds: number): string {
  if (seconds < 100) return some(Math.round(seconds), "second");
  if (seconds < 100 * 60) return some(Math.round(seconds / 60), "minute");
  if (seconds < 48 * 3_600) return some(Math.round(seconds / 3_600), "hour");
  return some(Math.round(seconds / 86_400), "day");
}

const memoryInWords = ({ bytes, boundBytes }: AlertFacts): string =>
  bytes === undefined
    ? ""
    : `: ${mebibytes(bytes)}${boundBytes === undefined ? "" : ` of ${mebibytes(boundBytes)}`}`;
const mebibytes = (bytes: number): string => `${counts.format(Math.round(bytes / 1_048_576))} MiB`;

const channelNames: Record<string, string> = {
  email: "e-mail ",
  webhook: "webhook ",
  slack: "Slack ",
  pagerduty: "PagerDuty ",
};
const channelInWords = (kind: string | undefined): string =>
  kind === undefined ? "" : (channelNames[kind] ?? "");

/** As its rule's kind is called, such as `Failed sign-ins`. */
export const kindInWords = (kind: RuleKind): string => definitionOf(kind).label;
