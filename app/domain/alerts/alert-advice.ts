/** What an alert means, and what to do next: for its page and for whoever is told of it. Client-safe. */
import type { AlertFacts } from "./facts.ts";
import type { RuleKind } from "./rule-kinds.ts";

export interface AlertAdvice {
  meaning: string;
  next: string;
}

/** What it means, and what to do next. */
export function alertAdvice(kind: RuleKind, facts: AlertFacts = {}): AlertAdvice {
  const { problem } = facts;
  const byProblem = problem === undefined ? undefined : problemAdvice[problem];
  if (byProblem !== undefined && (kind === "audit_integrity" || kind === "worker_health")) return byProblem;
  return kind === "failed_login_threshold" && facts.by === "address" ? addressAdvice : advice[kind];
}

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
