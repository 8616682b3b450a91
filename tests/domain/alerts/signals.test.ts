import { describe, expect, it } from "vitest";
import { ruleKindNames } from "#app/domain/alerts/rule-kinds.ts";
import type { AlertingEvent } from "#app/domain/alerts/signal.ts";
import { signalSources, signalsOf } from "#app/domain/alerts/signals/index.ts";
import type { AuditAction, AuditDetails } from "#app/domain/audit/registry.ts";
import { newId, SYSTEM_TENANT_ID } from "#db/ids.ts";

const tenantId = newId("ten");
const agentId = newId("agt");
const userId = newId("usr");

interface Rest extends Partial<Omit<AlertingEvent, "action" | "details">> {}

function eventOf<A extends AuditAction>(action: A, details: AuditDetails<A>, rest: Rest = {}): AlertingEvent {
  return {
    ...{ id: newId("evt"), tenantId, occurredAt: "2026-11-27T12:00:00.000000Z" },
    actor: { kind: "agent", id: agentId, name: "Courier" },
    resource: { type: "agent", id: agentId, name: "Courier" },
    ...{ status: "denied", requestId: "req-1", correlationId: null, ipHash: "ab12" },
    ...rest,
    ...{ action, details: { ...details } },
  };
}
const person = { actor: { kind: "user" as const, id: userId, name: "Ada" } };
const system = { actor: { kind: "system" as const, id: "worker", name: "Signalbox" } };

describe("what events mean to rules", () => {
  it("is heard for every kind but those that are states alone", () => {
    const heard = new Set(signalSources.map(({ kind }) => kind));
    expect(ruleKindNames.filter((kind) => !heard.has(kind))).toEqual(["error_rate"]);
  });

  it("is a blocked tool call of the agent, and one more refusal of it", () => {
    const signals = signalsOf(
      eventOf("tool.blocked", { tool: "shell.run", reason: "denied", pattern: "shell.*" }, person),
    );
    expect(signals).toMatchObject([
      {
        ...{ kind: "tool_policy_violation", key: `agent:${agentId}`, weight: 1, agentId },
        facts: { agentName: "Courier", tool: "shell.run", reason: "denied" },
      },
      { kind: "policy_denials", key: `agent:${agentId}`, agentId, facts: { tool: "shell.run" } },
    ]);
  });

  it("is a refused send of who tried it, with each message of a batch", () => {
    const other = newId("agt");
    const forged = { reason: "sender_mismatch" as const, senderId: other, messages: 7 };
    expect(signalsOf(eventOf("message.refused", forged))).toMatchObject([
      { kind: "policy_denials", key: `agent:${agentId}`, weight: 7 },
    ]);
    const blocked = { type: "escalation", kind: "notification", senderId: agentId, recipientId: other };
    const reason = "no_allowlist_edge" as const;
    expect(signalsOf(eventOf("message.blocked", { ...blocked, reason }))).toMatchObject([
      { kind: "policy_denials", weight: 1, facts: { reason, recipientId: other } },
    ]);
    expect(signalsOf(eventOf("message.blocked", { ...blocked, reason }, person))).toEqual([]);
  });

  it("is a prober by its digest, as often as it tried", () => {
    const details = { prober: "prober_x", resourceType: "agent", attempts: 12, route: "GET /api/agents/:id" };
    expect(signalsOf(eventOf("security.cross_tenant_probe", details, system))).toMatchObject([
      { kind: "cross_tenant_access", tenantId, key: "prober:prober_x", weight: 12 },
    ]);
  });

  it("is a step of a month's quota or budget: one a month, which climbs", () => {
    const used = { percent: 100, ceilingPercent: 150, usedPercent: 104, period: "2026-11-01" };
    expect(
      signalsOf(eventOf("usage.threshold.reached", { ...used, usedTokens: 104, quotaTokens: 100 }, system)),
    ).toMatchObject([{ kind: "usage_threshold", key: `agent:${agentId}:2026-11-01`, step: 100, agentId }]);
    const budgetId = newId("bgt");
    const spent = { ...used, agentId: null, spentMicros: 104, amountMicros: 100 };
    expect(
      signalsOf(
        eventOf("budget.threshold.reached", spent, {
          ...{ ...system, resource: { type: "budget", id: budgetId, name: null } },
        }),
      ),
    ).toMatchObject([{ kind: "budget_exceeded", key: `budget:${budgetId}:2026-11-01`, step: 100 }]);
  });

  it("is a sign-in from somewhere new, but not a person's first", () => {
    const signIn = { method: "password" as const, role: "member" as const, newNetwork: true };
    expect(
      signalsOf(
        eventOf("auth.login.succeeded", { ...signIn, newLocation: true, country: "NZ" }, { ...person }),
      ),
    ).toMatchObject([
      {
        ...{ kind: "suspicious_activity", key: `user:${userId}`, subject: { type: "user", name: "Ada" } },
        facts: { newDevice: false, newNetwork: true, newLocation: true, country: "NZ" },
      },
    ]);
    expect(signalsOf(eventOf("auth.login.succeeded", { ...signIn, first: true }, person))).toEqual([]);
    const known = { ...signIn, newNetwork: false, newDevice: false };
    expect(signalsOf(eventOf("auth.login.succeeded", known, person))).toEqual([]);
  });

  it("is a refresh token that came twice", () => {
    expect(signalsOf(eventOf("auth.refresh.reused", { userId }, person))).toMatchObject([
      { kind: "refresh_token_reuse", key: `user:${userId}` },
    ]);
  });

  it("is a caller over a limit, by who it is or else where they are, as often as refused", () => {
    const refused = { limit: "api_key", refusals: 60 };
    expect(signalsOf(eventOf("rate_limit.refused", refused))).toMatchObject([
      { kind: "rate_limit", key: `actor:${agentId}`, weight: 60, agentId, subject: { type: "agent" } },
    ]);
    const nobody = { actor: { kind: "user" as const, id: null, name: null } };
    expect(signalsOf(eventOf("rate_limit.refused", refused, nobody))).toMatchObject([
      { key: "address:ab12", subject: { type: "address", id: "ab12" } },
    ]);
  });

  it("is damage to a trail, for its tenant and for the service; none where a check finds none", () => {
    const verified = { seals: 3, events: 30, archives: 0, damages: 2 };
    expect(signalsOf(eventOf("audit.verified", verified, system))).toMatchObject([
      { kind: "audit_integrity", tenantId, key: "damage", facts: { problem: "damage", damages: 2 } },
      { tenantId: SYSTEM_TENANT_ID, key: `damage:${tenantId}`, eventId: null, facts: { tenantId } },
    ]);
    expect(signalsOf(eventOf("audit.verified", { ...verified, damages: 0 }, system))).toEqual([]);
  });

  it("is what the trail could not be told, and a job that failed for good: the service's", () => {
    const service = { ...system, tenantId: SYSTEM_TENANT_ID };
    expect(signalsOf(eventOf("audit.not_recorded", { events: 4 }, service))).toMatchObject([
      { kind: "audit_integrity", tenantId: SYSTEM_TENANT_ID, key: "not_recorded", weight: 4 },
    ]);
    const failed = { task: "send-mail", attempts: 5, error: "no" };
    expect(signalsOf(eventOf("job.failed", failed, service))).toMatchObject([
      { kind: "worker_health", key: "job:send-mail", facts: { problem: "job_failed", task: "send-mail" } },
    ]);
  });

  it("is a channel that was given up, and none that a person turned off", () => {
    const channel = { type: "alert_channel", id: newId("chn"), name: "On call" };
    const disabled = (reason: "failing" | "person") =>
      signalsOf(
        eventOf("alert_channel.disabled", { kind: "webhook", reason }, { ...system, resource: channel }),
      );
    expect(disabled("failing")).toMatchObject([
      { kind: "channel_disabled", key: `channel:${channel.id}`, facts: { channelKind: "webhook" } },
    ]);
    expect(disabled("person")).toEqual([]);
  });
});
