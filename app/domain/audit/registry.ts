import { z } from "zod";
import { roles, scopes } from "../auth/scopes.ts";
import { alertActions } from "./alert-actions.ts";
import { defineAction as define } from "./define-action.ts";
import { externalActions } from "./external-actions.ts";

/**
 * Every action that can be audited, the kind of resource it is done to, and the shape of its
 * details. Details carry ids, enums and numbers; free text only where a person wrote it for the
 * record (a pause's reason), and it is named as erasable. Caps and scrubbing are `scrub-details.ts`'s.
 */

const id = z.string();
const text = z.string();
const count = z.number().int();
const change = z.strictObject({ from: z.json(), to: z.json() });

const messageDetails = {
  type: text,
  kind: text,
  senderId: id.optional(),
  recipientId: id,
  priority: text.optional(),
  replyTo: id.nullable().optional(),
  bytes: z.number().int().optional(),
};

export const auditRegistry = {
  /** An organisation and its first admin, by themselves. */
  "auth.signup": define("tenant", z.strictObject({ slug: text })),
  /** Somebody signed up with the address of an account, whose owner was told. */
  "auth.signup.refused": define("user", z.strictObject({})),
  "auth.login.succeeded": define(
    "session",
    z.strictObject({
      method: z.literal("password"),
      role: z.enum(roles),
      client: z.enum(["browser", "api"]).optional(),
      newDevice: z.boolean().optional(),
      newNetwork: z.boolean().optional(),
      newLocation: z.boolean().optional(),
      /** ISO 3166-1, where addresses' places are known. */
      country: text.optional(),
      /** Nothing was known of the person yet, so that everything is new. */
      first: z.literal(true).optional(),
    }),
  ),
  "auth.login.failed": define(
    "user",
    z.strictObject({
      method: z.literal("password"),
      reason: z.enum([
        "unknown_user",
        "wrong_password",
        "disabled",
        "no_membership",
        "tenant_suspended",
        "throttled",
      ]),
      /** Masked, for nobody's account: what was typed may not have been an address at all. */
      email: text.optional(),
      /** How many, of those that had to wait: they are told together. */
      attempts: count.optional(),
    }),
    ["email"],
  ),
  "auth.logout": define("session", z.strictObject({})),
  "auth.session.revoked": define(
    "session",
    z.strictObject({
      reason: z.enum(["rotated", "revoked", "password_changed", "refresh_reused", "membership_ended"]),
      userId: id.optional(),
    }),
  ),
  "auth.tenant.switched": define("session", z.strictObject({ role: z.enum(roles) })),
  "auth.token.refreshed": define("session", z.strictObject({})),
  /** A refresh token that had been used came again: its session ended. */
  "auth.refresh.reused": define("session", z.strictObject({ userId: id })),
  /** A key was traded for a short token. */
  "auth.agent_token.issued": define("api_key", z.strictObject({ expiresInSeconds: count })),
  /** What signs access tokens has changed. */
  "signing_key.rotated": define(
    "signing_key",
    z.strictObject({ purpose: text, replaced: text.nullable(), atOnce: z.boolean() }),
  ),
  "auth.password.changed": define("user", z.strictObject({ sessionsEnded: count })),
  /** Somebody who is signed in did not know the password that they had to give again. */
  "auth.password.refused": define(
    "user",
    z.strictObject({
      reason: z.enum(["wrong_password", "throttled"]),
      purpose: z.enum(["change_password", "change_email"]),
      attempts: count.optional(),
    }),
  ),
  "auth.password.reset_requested": define("user", z.strictObject({})),
  "auth.password.reset": define("user", z.strictObject({ sessionsEnded: count })),
  "auth.email.verification_sent": define("user", z.strictObject({})),
  "auth.email.verified": define("user", z.strictObject({})),
  /** A person asked for another address; it is theirs once the link mailed there was followed. */
  "auth.email.change_requested": define("user", z.strictObject({ to: text }), ["to"]),
  "auth.email.change_cancelled": define("user", z.strictObject({})),
  "auth.email.changed": define("user", z.strictObject({ from: text, to: text }), ["from", "to"]),
  "auth.name.changed": define("user", z.strictObject({ from: text, to: text }), ["from", "to"]),
  /** Too many failures: further attempts wait. Without a user: of an address, or of nobody's account. */
  "auth.account.locked": define(
    "user",
    z.strictObject({ by: z.enum(["account", "address"]), failures: count, seconds: count }),
  ),
  "auth.account.unlocked": define("user", z.strictObject({ by: z.enum(["sign_in", "reset", "person"]) })),
  "auth.scope.denied": define("route", z.strictObject({ scope: z.enum(scopes), method: text })),
  "api_key.created": define(
    "api_key",
    z.strictObject({
      prefix: text,
      agentId: id.nullable(),
      scopes: z.array(z.enum(scopes)),
      expiresAt: text.nullable(),
    }),
  ),
  "api_key.revoked": define("api_key", z.strictObject({ prefix: text, agentId: id.nullable() })),
  "tenant.created": define("tenant", z.strictObject({ slug: text })),
  "user.created": define("user", z.strictObject({ platformAdmin: z.boolean() })),
  "user.password.reset": define("user", z.strictObject({})),
  "membership.created": define("membership", z.strictObject({ userId: id, role: z.enum(roles) })),
  "membership.role.changed": define("membership", z.strictObject({ userId: id, role: change })),
  "membership.removed": define("membership", z.strictObject({ userId: id, role: z.enum(roles) })),
  "invitation.created": define("invitation", z.strictObject({ email: text, role: z.enum(roles) }), ["email"]),
  "invitation.resent": define("invitation", z.strictObject({ email: text }), ["email"]),
  "invitation.revoked": define("invitation", z.strictObject({ email: text }), ["email"]),
  "invitation.accepted": define("invitation", z.strictObject({ userId: id, role: z.enum(roles) })),
  "tenant.suspended": define("tenant", z.strictObject({ reason: text, sessionsEnded: count.optional() }), [
    "reason",
  ]),
  "tenant.resumed": define("tenant", z.strictObject({})),
  "tenant.plan.changed": define("tenant", z.strictObject({ plan: change })),
  /** Tokens over quota are let through and charged, or not. */
  "billing.overage.changed": define("tenant", z.strictObject({ enabled: change })),
  /** A month that is over got its invoice; amounts are micro-dollars. */
  "invoice.issued": define("invoice", z.strictObject({ period: text, totalMicros: count })),
  /** Somebody of another tenant asked for an id of this one; whoever it was is shown as a digest. */
  "security.cross_tenant_probe": define(
    "probe",
    z.strictObject({ prober: text, resourceType: text, attempts: count, route: text }),
  ),
  /** An actor went over a rate limit; one event for all refusals of a while. */
  "rate_limit.refused": define("rate_limit", z.strictObject({ limit: text, refusals: count })),
  /** One job, or with a count all of a task's that had failed. */
  "job.retried": define("job", z.strictObject({ task: text, jobs: count.optional() })),
  "agent.created": define(
    "agent",
    z.strictObject({ modelTier: text, thinkingMode: text, tokenQuota: z.number().int() }),
  ),
  "agent.updated": define("agent", z.strictObject({ changes: z.record(z.string(), change) }), ["changes"]),
  "agent.paused": define("agent", z.strictObject({ reason: text.nullable() }), ["reason"]),
  "agent.resumed": define("agent", z.strictObject({})),
  /** A request that reported usage: what of it was counted. */
  "usage.recorded": define(
    "usage",
    z.strictObject({
      events: count,
      /** Known already, or of an agent that is not there. */
      notCounted: count,
      agents: count,
      inputTokens: count,
      outputTokens: count,
      costMicros: count,
    }),
  ),
  /** An agent's use of its quota has reached 80 %, 100 % or where its sends stop; each once a period and ceiling. */
  "usage.threshold.reached": define(
    "agent",
    z.strictObject({
      percent: count,
      ceilingPercent: count,
      usedPercent: count,
      usedTokens: count,
      quotaTokens: count,
      period: text,
    }),
  ),
  /** Somebody let an agent go on that had reached its ceiling, up to the next one. */
  "usage.ceiling.raised": define(
    "agent",
    z.strictObject({ ceilingPercent: change, usedPercent: count, period: text }),
  ),
  /** The same of what an agent, or the whole organisation, may spend in a month. */
  "budget.threshold.reached": define(
    "budget",
    z.strictObject({
      percent: count,
      ceilingPercent: count,
      usedPercent: count,
      agentId: id.nullable(),
      spentMicros: count,
      amountMicros: count,
      period: text,
    }),
  ),
  "budget.ceiling.raised": define(
    "budget",
    z.strictObject({ ceilingPercent: change, usedPercent: count, agentId: id.nullable(), period: text }),
  ),
  /** A person has asked an agent, and the question has ended: with its answer or without. */
  "agent.query": define(
    "agent",
    z.strictObject({
      questionId: id,
      outcome: z.enum(["answered", "timeout", "cancelled", "failed"]),
      /** The first 500 characters of what was asked. */
      query: text,
      durationMs: count,
      /** Why it was cancelled: by who asked, since they went, or since they may not ask any more. */
      reason: z.enum(["person", "disconnected", "credential"]).optional(),
      answerId: id.optional(),
      responseLength: count.optional(),
      toolsCalled: z.array(text).optional(),
      model: text.optional(),
      inputTokens: count.optional(),
      outputTokens: count.optional(),
      cachedTokens: count.optional(),
      thinkingTokens: count.optional(),
      costMicros: count.optional(),
    }),
    ["query"],
  ),
  "allowlist.edge.added": define("agent", z.strictObject({ recipientId: id, recipientName: text }), [
    "recipientName",
  ]),
  "allowlist.edge.removed": define("agent", z.strictObject({ recipientId: id, recipientName: text }), [
    "recipientName",
  ]),
  "message.sent": define("message", z.strictObject({ ...messageDetails, sequence: z.number().int() })),
  "message.blocked": define(
    "message",
    z.strictObject({
      ...messageDetails,
      reason: z.enum(["no_allowlist_edge", "agent_paused", "no_conversation"]),
    }),
  ),
  "message.refused": define(
    "agent",
    z.strictObject({
      reason: z.enum(["sender_mismatch"]),
      senderId: id,
      type: text.optional(),
      /** How many of a batch's messages were refused so. */
      messages: count.optional(),
    }),
  ),
  "message.expired": define(
    "message",
    z.strictObject({ recipientId: id, sequence: z.number().int().nullable() }),
  ),
  /** Pushed: its endpoint answered 2xx. Without a status: handed over when the endpoint was given up. */
  "message.delivered": define(
    "message",
    z.strictObject({
      recipientId: id,
      attempts: count,
      statusCode: count.optional(),
      durationMs: count.optional(),
    }),
  ),
  "message.failed": define("message", z.strictObject({ recipientId: id, attempts: count, error: text }), [
    "error",
  ]),
  "message.acked": define("message", z.strictObject({ recipientId: id, leases: count })),
  "message.nacked": define(
    "message",
    z.strictObject({ recipientId: id, leases: count, delaySeconds: count }),
  ),
  /** Handed out too often without an ack. */
  "message.dead": define("message", z.strictObject({ recipientId: id, leases: count })),
  "message.replayed": define(
    "message",
    z.strictObject({ recipientId: id, from: z.enum(["failed", "dead", "expired"]) }),
  ),
  "mailbox.claimed": define("mailbox", z.strictObject({ messages: count, leaseSeconds: count })),
  "mailbox.read": define("mailbox", z.strictObject({ through: count, messages: count })),
  "endpoint.created": define("endpoint", z.strictObject({ url: text }), ["url"]),
  "endpoint.changed": define("endpoint", z.strictObject({ url: change }), ["url"]),
  "endpoint.secret.rotated": define("endpoint", z.strictObject({ previousUntil: text.nullable() })),
  "endpoint.enabled": define("endpoint", z.strictObject({})),
  "endpoint.disabled": define("endpoint", z.strictObject({ reason: z.enum(["person", "gone", "failing"]) })),
  "endpoint.removed": define("endpoint", z.strictObject({ url: text }), ["url"]),
  "endpoint.tested": define(
    "endpoint",
    z.strictObject({ outcome: z.enum(["delivered", "failed"]), statusCode: count.nullable() }),
  ),
  "escalation.taken": define("message", z.strictObject({ from: id.nullable() })),
  "escalation.handed_back": define("message", z.strictObject({})),
  "escalation.resolved": define("message", z.strictObject({ resolution: text.nullable() }), ["resolution"]),
  "retention.changed": define("tenant", z.strictObject({ days: change })),
  "retention.purged": define(
    "tenant",
    z.strictObject({ messages: count, mailboxes: count, olderThan: text }),
  ),
  "hold.placed": define("hold", z.strictObject({ messageId: id.nullable(), reason: text }), ["reason"]),
  "hold.released": define("hold", z.strictObject({ messageId: id.nullable() })),
  "erasure.requested": define(
    "erasure",
    z.strictObject({ subjectId: id, includeReceived: z.boolean(), reason: text }),
    ["reason"],
  ),
  "erasure.finished": define("erasure", z.strictObject({ subjectId: id, erased: count, heldBack: count })),
  "messages.exported": define(
    "tenant",
    z.strictObject({ format: z.enum(["csv", "ndjson"]), filters: z.record(z.string(), text) }),
    ["filters"],
  ),
  "usage.exported": define(
    "tenant",
    z.strictObject({
      format: z.enum(["csv", "ndjson"]),
      reach: z.enum(["tenant", "all"]),
      filters: z.record(z.string(), text),
    }),
    ["filters"],
  ),
  /** An agent's, or without one what all of the tenant's may cost together; without a `from` it is new. */
  "budget.set": define("budget", z.strictObject({ agentId: id.nullable(), amountMicros: change })),
  "budget.removed": define("budget", z.strictObject({ agentId: id.nullable(), amountMicros: count })),
  /** Money that was set aside for a run of the agent. */
  "reservation.made": define(
    "agent",
    z.strictObject({
      reservationId: id,
      amountMicros: count,
      ttlSeconds: count,
      runId: text.nullable(),
    }),
  ),
  "reservation.refused": define(
    "agent",
    z.strictObject({ budgetId: id, amountMicros: count, remainingMicros: count, runId: text.nullable() }),
  ),
  "reservation.settled": define("agent", z.strictObject({ reservationId: id, costMicros: count })),
  "reservation.released": define("agent", z.strictObject({ reservationId: id, costMicros: count })),
  /** Its run neither settled nor released it in time. */
  "reservation.expired": define("agent", z.strictObject({ reservationId: id, freedMicros: count })),
  "audit.verified": define(
    "verification",
    z.strictObject({ seals: count, events: count, archives: count, damages: count }),
  ),
  /** A stretch of the trail went to an archive; another's time was over. */
  "audit.archived": define(
    "archive",
    z.strictObject({ events: count, firstSeal: count, lastSeal: count, bytes: count, sha256: text }),
  ),
  "audit.archive.deleted": define(
    "archive",
    z.strictObject({ events: count, firstSeal: count, lastSeal: count }),
  ),
  /** Somebody took the file. */
  "audit.archive.downloaded": define("archive", z.strictObject({ events: count, sha256: text })),
  "audit.archive.read": define("tenant", z.strictObject({ from: text, to: text })),
  "audit.retention.changed": define("tenant", z.strictObject({ hotDays: change, coldDays: change })),
  "audit.hold.placed": define("tenant", z.strictObject({ reason: text }), ["reason"]),
  "audit.hold.released": define("tenant", z.strictObject({})),
  "audit.verification.requested": define("verification", z.strictObject({})),
  /** Somebody looked at the trail; one event for all of it within a few minutes. */
  "audit.read": define("audit_trail", z.strictObject({ reach: z.enum(["tenant", "all"]) })),
  /** Begun; how it ended is an event of its own, with the same export's id. */
  "audit.export.started": define(
    "audit_export",
    z.strictObject({
      format: z.enum(["csv", "json", "ndjson"]),
      reach: z.enum(["tenant", "all"]),
      filters: z.record(z.string(), text),
    }),
    ["filters"],
  ),
  "audit.export.finished": define(
    "audit_export",
    z.strictObject({ rows: count, bytes: count, sha256: text, durationMs: count }),
  ),
  /** So many events were lost, or late, since the database did not take them; the log has each. */
  "audit.not_recorded": define("audit_trail", z.strictObject({ events: count })),
  /** Its reader went before the end, or it failed. */
  "audit.export.broken_off": define("audit_export", z.strictObject({ rows: count, bytes: count })),
  /** Somebody looked at the sessions of another person. */
  "member.sessions.read": define("membership", z.strictObject({})),
  "job.failed": define(
    "job",
    z.strictObject({ task: text, attempts: z.number().int(), error: text, payload: z.json().optional() }),
    ["error", "payload"],
  ),
  ...alertActions,
  ...externalActions,
} as const;

export type AuditAction = keyof typeof auditRegistry;
export type AuditDetails<A extends AuditAction> = z.input<(typeof auditRegistry)[A]["details"]>;

export const auditActions = Object.keys(auditRegistry) as AuditAction[];
