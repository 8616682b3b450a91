import { describe, expect, it } from "vitest";
import { alertAdvice } from "#app/domain/alerts/alert-advice.ts";
import { type AlertSubject, alertTitle } from "#app/domain/alerts/alert-words.ts";
import type { AlertFacts } from "#app/domain/alerts/facts.ts";
import { type RuleKind, ruleKindNames } from "#app/domain/alerts/rule-kinds.ts";

const nobody: AlertSubject = { type: "tenant", id: null, name: null };
const named = (type: string, name: string): AlertSubject => ({ type, id: "x", name });

const cases: [RuleKind, AlertSubject, AlertFacts, number, string][] = [
  [
    "failed_login_threshold",
    named("user", "ada@example.com"),
    { by: "account" },
    5,
    "5 failed sign-ins of ada@example.com",
  ],
  [
    "failed_login_threshold",
    { type: "address", id: "0123456789abcdef", name: null },
    { by: "address", origin: "0123456789abcdef" },
    1_200,
    "1,200 failed sign-ins from one address (01234567)",
  ],
  [
    "cross_tenant_access",
    nobody,
    { resourceType: "agent" },
    1,
    "1 attempt from another organisation to reach an agent",
  ],
  [
    "cross_tenant_access",
    nobody,
    { resourceType: "user" },
    3,
    "3 attempts from another organisation to reach a user",
  ],
  [
    "tool_policy_violation",
    named("agent", "Planner"),
    { tool: "shell.exec" },
    1,
    "1 blocked tool call of Planner: shell.exec",
  ],
  [
    "tool_policy_violation",
    named("agent", "Planner"),
    { tool: "shell.exec" },
    7,
    "7 blocked tool calls of Planner, last shell.exec",
  ],
  [
    "usage_threshold",
    named("agent", "Planner"),
    { percent: 80 },
    1,
    "Planner has used 80 % of its monthly tokens",
  ],
  [
    "usage_threshold",
    named("agent", "Planner"),
    { percent: 150 },
    1,
    "Planner is paused at 150 % of its monthly tokens",
  ],
  [
    "suspicious_activity",
    named("user", "Ada"),
    { newDevice: true, newLocation: true, country: "NO" },
    1,
    "Sign-in of Ada from a new device and place in Norway",
  ],
  [
    "suspicious_activity",
    named("user", "Ada"),
    { newDevice: true, newNetwork: true, newLocation: true },
    2,
    "2 sign-ins of Ada from a new device, network and place",
  ],
  ["refresh_token_reuse", named("user", "Ada"), {}, 1, "A refresh token of Ada was used again"],
  ["refresh_token_reuse", named("user", "Ada"), {}, 2, "A refresh token of Ada was used again (2 times)"],
  ["error_rate", nobody, { failed: 12, total: 80 }, 12, "15 % of messages fail: 12 of 80 within 15 minutes"],
  ["policy_denials", named("agent", "Planner"), {}, 20, "20 refused sends and tool calls of Planner"],
  [
    "budget_exceeded",
    nobody,
    { percent: 80, spentMicros: 81_500_000, amountMicros: 100_000_000 },
    1,
    "The organisation's budget is 80 % spent: $81.50 of $100.00",
  ],
  ["budget_exceeded", named("agent", "Planner"), { percent: 100 }, 1, "The budget of Planner is 100 % spent"],
  [
    "rate_limit",
    named("agent", "Planner"),
    { limit: "send" },
    50,
    "50 requests of Planner over a rate limit (send)",
  ],
  [
    "rate_limit",
    { type: "address", id: "fedcba9876543210", name: null },
    {},
    51,
    "51 requests of one address (fedcba98) over a rate limit",
  ],
  [
    "audit_integrity",
    nobody,
    { problem: "damage", damages: 1 },
    1,
    "A check of the audit trail found damage in 1 place",
  ],
  ["audit_integrity", nobody, { problem: "not_recorded" }, 3, "3 audit events could not be recorded"],
  [
    "audit_integrity",
    nobody,
    { problem: "seal_lag", seconds: 660 },
    1,
    "Sealing of the audit trail is 11 minutes late",
  ],
  [
    "audit_integrity",
    nobody,
    { problem: "retention_lag", seconds: 200_000 },
    1,
    "Archiving of the audit trail is 2 days late",
  ],
  [
    "worker_health",
    nobody,
    { problem: "job_failed", task: "send-mail" },
    2,
    "2 jobs failed for good: send-mail",
  ],
  [
    "worker_health",
    nobody,
    { problem: "queue_lag", runner: "deliveries", seconds: 75 },
    1,
    "Jobs of deliveries have waited 75 seconds",
  ],
  ["worker_health", nobody, { problem: "no_worker" }, 1, "No worker is alive"],
  [
    "worker_health",
    nobody,
    { problem: "memory", instance: "web-1", bytes: 2 ** 31, boundBytes: 2 ** 30 },
    1,
    "web-1 is over its memory bound: 2,048 MiB of 1,024 MiB",
  ],
  [
    "channel_disabled",
    named("alert_channel", "On call"),
    { channelKind: "slack" },
    1,
    "The Slack channel “On call” was given up and is not told any more",
  ],
];

describe("the words of an alert", () => {
  it.each(cases)("says of %s about %o with %o and %i: %s", (kind, subject, facts, count, title) => {
    expect(alertTitle(kind, subject, facts, count, { windowSeconds: 900 })).toBe(title);
  });

  it("has a case for every kind", () => {
    expect(new Set(cases.map(([kind]) => kind))).toEqual(new Set(ruleKindNames));
  });

  it.each(ruleKindNames)("still says something of %s where nothing else is known", (kind) => {
    const title = alertTitle(kind, nobody, {}, 1);
    expect(title).not.toMatch(/undefined|null|NaN| {2}/);
    expect(title).toMatch(/^\S.{10,}\S$/);
  });

  it("keeps a title to one line's length, however long a name is", () => {
    const title = alertTitle("policy_denials", named("agent", "n".repeat(2_000)), {}, 20);
    expect(title).toHaveLength(300);
    expect(title.endsWith("…")).toBe(true);
  });

  it.each(ruleKindNames)("says what %s means and what to do next", (kind) => {
    const { meaning, next } = alertAdvice(kind);
    for (const text of [meaning, next]) expect(text).toMatch(/^[A-Z].{20,}[.)]$/);
  });

  it("advises on what is wrong with the trail or the work, not on the kind alone", () => {
    const problems = [
      "damage",
      "not_recorded",
      "seal_lag",
      "retention_lag",
      "job_failed",
      "queue_lag",
      "no_worker",
      "memory",
    ] as const;
    const meanings = problems.map((problem) => alertAdvice("worker_health", { problem }).meaning);
    expect(new Set(meanings).size).toBe(problems.length);
    expect(alertAdvice("audit_integrity", { problem: "damage" }).meaning).toContain("seals");
  });

  it("tells an account that is tried from an address that tries", () => {
    const of = (by: "account" | "address") => alertAdvice("failed_login_threshold", { by }).meaning;
    expect(of("account")).not.toBe(of("address"));
  });
});
