/**
 * What an alert says: its title, what it means and what to do next. The same words in the pages, mails,
 * Slack and PagerDuty. Client-safe.
 */
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

export interface AlertAdvice {
  meaning: string;
  next: string;
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

/** What it means, and what to do next. */
export function alertAdvice(kind: RuleKind, facts: AlertFacts = {}): AlertAdvice {
  const { problem } = facts;
  const byProblem = problem === undefined ? undefined : problemAdvice[problem];
  if (byProblem !== undefined && (kind === "audit_integrity" || kind === "worker_health")) return byProblem;
  return kind === "failed_login_threshold" && facts.by === "address" ? addressAdvice : advice[kind];
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

const advice: Record<RuleKind, AlertAdvice> = {
  failed_login_threshold: {
    meaning: "Somebody tries passwords of this account, or its owner has forgotten theirs.",
    next: "Ask the person. If it was not them, sign them out everywhere and have them choose a new password.",
  },
  cross_tenant_access: {
    meaning:
      "A caller of another organisation asked for something of yours by its id. They got nothing, but they had the id.",
    next: "Find out where the id could have become known, and replace keys that stand beside it there. If it goes on, tell those who run Signalbox.",
  },
  tool_policy_violation: {
    meaning: "The agent asked for a tool that its lists do not let it call. It was refused.",
    next: "See what the agent was doing. Allow the tool if it should have it; pause the agent if you do not know why it asked.",
  },
  usage_threshold: {
    meaning:
      "The agent uses up its monthly tokens. At 100 % it is slowed down unless overage is on; at its ceiling it is paused.",
    next: "See what it spends them on. Turn on overage, or raise its ceiling once it is paused.",
  },
  suspicious_activity: {
    meaning: "A sign-in came from where this person had not signed in from before.",
    next: "Ask the person whether it was them. If not, sign them out everywhere and have them choose a new password.",
  },
  refresh_token_reuse: {
    meaning:
      "A refresh token works once. That it came again says that somebody has a copy of it; its whole session has been ended.",
    next: "Sign the person out everywhere, and find out where the token is stored or logged.",
  },
  error_rate: {
    meaning: "An unusual share of messages does not arrive or is given up.",
    next: "See the dead letters and the endpoints that fail, mend them, then replay what died.",
  },
  policy_denials: {
    meaning:
      "One agent is refused again and again: it sends to whom it may not, or asks for tools that it may not call.",
    next: "See what it tries. Add the missing edge or tool if it should have it; else pause it.",
  },
  budget_exceeded: {
    meaning:
      "The month's spending has come this far in its budget. At its ceiling, 150 % at first, sends stop.",
    next: "See what the money goes to. Raise the budget, or pause the agents that spend most.",
  },
  rate_limit: {
    meaning:
      "One caller sends more requests than its limit allows. What goes over is refused and can be tried again later.",
    next: "Find the loop that asks so often, or have it wait as long as the answers say (Retry-After).",
  },
  audit_integrity: {
    meaning: "Something is wrong with the audit trail.",
    next: "Open the integrity page, and check the trail again.",
  },
  worker_health: {
    meaning: "Something is wrong with the background work.",
    next: "Look at the jobs and processes on the system page.",
  },
  channel_disabled: {
    meaning: "What was sent to the channel has failed for 5 days, or its receiver says that it is gone.",
    next: "Mend its address or secret, send a test, and turn it on again. Until then alerts are told by the others only.",
  },
};

const addressAdvice: AlertAdvice = {
  meaning: "From one address passwords are tried, maybe of many accounts.",
  next: "See in the audit trail which accounts were tried, and warn their owners. Signalbox slows the address down by itself.",
};

const problemAdvice: Record<NonNullable<AlertFacts["problem"]>, AlertAdvice> = {
  damage: {
    meaning:
      "What is recorded does not agree with its seals: events were changed, removed or added after they were sealed.",
    next: "Open the integrity page for where. Keep a copy of the database as it is, and compare it with a backup and the archives.",
  },
  not_recorded: {
    meaning: "Something was done or refused, and its audit event could not be written.",
    next: "Look in the log for the request's id and the error. Check the database's room and connections.",
  },
  seal_lag: {
    meaning:
      "Audit events wait longer than they should for their seal; until then a change of them could not be proven.",
    next: "See whether a worker is alive and the job seal-audit-events fails.",
  },
  retention_lag: {
    meaning: "Audit events that should be in the archive are not there yet.",
    next: "See whether the job archive-audit-events fails, and whether the archive's store can be reached and has room.",
  },
  job_failed: {
    meaning: "A job has used up its tries. What it should have done has not been done.",
    next: "See its error on the system page, mend the cause, and run it again from there.",
  },
  queue_lag: {
    meaning: "Jobs are not begun in time: too few workers, or some that hang.",
    next: "See on the system page what they wait for. Start another worker if all are busy.",
  },
  no_worker: {
    meaning: "No process is doing background work: no mail, no pushes, no archive.",
    next: "Start a worker (SIGNALBOX_ROLE=worker), and see in its log why the last one ended.",
  },
  memory: {
    meaning: "A process uses more memory than it should, and may be killed by the system.",
    next: "See on the system page what it is doing. Restart it if it keeps growing, and give it more if the load is right.",
  },
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
