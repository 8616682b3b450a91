import { newId } from "#db/ids.ts";
import type { Thing } from "./world.ts";

/** Names a thing of whichever tenant the sweep is asking about; each call is an id position. */
export type NameThing = (thing: Thing) => string;

/** A request that is right for its route, as far as its parameters, query and body go. */
export interface Sample {
  /** Where the kind of a path's parameter does not say which thing is meant. */
  params?: Record<string, string>;
  query?: Record<string, string>;
  /** JSON, or the fields of a form. */
  body?: unknown;
  /** What the owner's admin may be answered, where that is not only data or a redirect. */
  statuses?: readonly number[];
}

export type MakeSample = (id: NameThing) => Sample;

const anEscalation = { type: "escalation", payload: { reason: "hello", severity: "low" } };
const anUpdate = { type: "status_update", payload: { status: "runs" } };
const someUsage = { model: "claude-sonnet-4-5", inputTokens: 10, outputTokens: 1 };
const claiming = (id: NameThing) => ({ params: { mailboxId: id("claimingAgent") } });
const leased = (id: NameThing) => [{ messageId: id("leasedMessage"), leaseId: id("lease") }];

/** For the mailbox's own agent alone. */
const forItsAgent = [403];

/** Done already, by an earlier request of the sweep. */
const mayBeDone = [200, 201, 409];

/** A link's token that is not one, and a password: nothing is changed by them. */
const noToken = "not-a-token-of-any-link";
const aPassword = "quite a long password 1";
/** Too often, to somebody who is asked already, or in a form that is none. */
const inviting = [200, 400, 409, 429];
/** Refused for what it says, not for who says it. */
const wrongWords = [400, 401, 403, 404, 409, 410, 422, 429];

const agentForm = { name: "Renamed", description: "", modelTier: "haiku", thinkingMode: "off" };
const edges = (path: string): MakeSample[] =>
  ["allow", "disallow"]
    .map(
      (intent): MakeSample =>
        (id) => ({ ...at(path, id), body: { intent, recipientId: id("otherAgent") } }),
    )
    .concat(
      ["allow-sender", "disallow-sender"].map(
        (intent): MakeSample =>
          (id) => ({ ...at(path, id), body: { intent, senderId: id("otherAgent") } }),
      ),
    );
/** Another answer of the sweep may have been first. */
const anAlertsAnswers: MakeSample[] = [
  () => ({ body: { intent: "acknowledge" }, statuses: mayBeDone }),
  () => ({ body: { intent: "unacknowledge" }, statuses: mayBeDone }),
  () => ({ body: { intent: "snooze", minutes: "60" }, statuses: mayBeDone }),
  () => ({ body: { intent: "unsnooze" }, statuses: mayBeDone }),
  () => ({ body: { intent: "note", text: "hello" } }),
  () => ({ body: { intent: "silence", hours: "1", reason: "works" } }),
  // It is about nobody that this can be done to, or is of another tenant than the platform admin's.
  (id) => ({
    body: { intent: "action", action: "pause_agent", targetId: id("agent") },
    statuses: [200, 400, 403, 409],
  }),
  (id) => ({ body: { intent: "retry-delivery", deliveryId: id("notice") }, statuses: mayBeDone }),
  () => ({ body: { intent: "resolve", note: "done" }, statuses: mayBeDone }),
];
/** What the page of channels takes, of a tenant's own channels. */
const channelForm = { name: "New", minSeverity: "info" };
const alertChannels = (): MakeSample[] => [
  // Once; then its name is taken.
  () => ({
    body: { ...channelForm, intent: "add-channel", kind: "email", toAdmins: "on" },
    statuses: mayBeDone,
  }),
  () => ({ body: { intent: "mail-admins" }, statuses: mayBeDone }),
  (id) => ({
    body: {
      ...{ ...channelForm, name: "Changed", intent: "change-channel" },
      ...{ kind: "email", toAdmins: "on", channelId: id("channel") },
    },
    statuses: mayBeDone,
  }),
  (id) => ({ body: { intent: "switch-channel", channelId: id("channel"), status: "active" } }),
  (id) => ({ body: { intent: "rotate-channel", channelId: id("hook"), keepPreviousHours: "1" } }),
  (id) => ({ body: { intent: "retry-channel", channelId: id("channel") } }),
  (id) => ({ body: { intent: "retry-delivery", deliveryId: id("notice") } }),
  (id) => ({ body: { intent: "remove-channel", channelId: id("spareChannel") }, statuses: [200, 404] }),
];
const ruleForm = { severity: "info", cooldownSeconds: "3600" };
const alertRules = (): MakeSample[] => [
  (id) => ({
    body: {
      ...{ ...ruleForm, intent: "add-rule", kind: "policy_denials", agentId: id("agent") },
      ...{ told: "chosen", channelIds: id("channel") },
    },
  }),
  (id) => ({
    body: {
      ...{ ...ruleForm, intent: "change-rule", ruleId: id("rule"), threshold: "30" },
      ...{ windowSeconds: "600", told: "chosen", channelIds: id("channel") },
    },
  }),
  (id) => ({ body: { intent: "switch-rule", ruleId: id("rule"), enabled: "on" } }),
  (id) => ({ body: { intent: "remove-rule", ruleId: id("spareRule") }, statuses: [200, 404] }),
];
const alertSilences = (): MakeSample[] => [
  (id) => ({
    body: {
      ...{ intent: "add-silence", subjectId: id("agent"), maxSeverity: "info" },
      ...{ reason: "works", hours: "1" },
    },
  }),
  (id) => ({ body: { intent: "end-silence", silenceId: id("spareSilence") } }),
];
/** Forms of the service's own pages, where what they name of a tenant's is not found. */
const ofTheService = (forms: MakeSample[]): MakeSample[] =>
  forms.map((make) => (id) => ({ ...make(id), statuses: [200, 400, 404, 409] }));
const at = (path: string, id: NameThing) => (path === "query" ? { query: { agent: id("agent") } } : {});

/**
 * What the sweep sends to each route that takes a body, by method and path; several where the body is
 * one of several forms. A route with a body and no sample fails the sweep, as does an id that its schema
 * has and no sample names.
 */
export const samples: Record<string, MakeSample[]> = {
  "POST /api/activity": [
    (id) => ({
      body: { action: "external.deployed", resource: { id: id("agent") } },
      statuses: [200, 201, 400],
    }),
  ],
  // There is a row of it, and no file.
  "GET /api/audit/archives/:archiveId/file": [() => ({ statuses: [404] })],
  "GET /api/audit/archives/events": [
    () => ({ query: { from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z" } }),
  ],
  "PATCH /api/audit/retention": [() => ({ body: { hotDays: 90, coldDays: 2_555 } })],
  "GET /api/audit/logs/:eventId/proof": [() => ({ statuses: [200, 404, 409] })],
  "GET /api/audit/seals/:sequence": [() => ({ statuses: [200, 404] })],
  "POST /api/auth/change-password": [
    () => ({ body: { currentPassword: "wrong", newPassword: aPassword }, statuses: wrongWords }),
  ],
  "POST /api/auth/change-email": [
    () => ({ body: { email: "new@example.com", currentPassword: "wrong" }, statuses: wrongWords }),
  ],
  "PATCH /api/auth/account": [() => ({ body: { name: "Renamed" } })],
  "POST /api/auth/forgot-password": [() => ({ body: { email: "nobody@example.com" }, statuses: [202, 429] })],
  "POST /api/auth/login": [
    (id) => ({
      body: { email: "nobody@example.com", password: "wrong", tenantId: id("tenant") },
      statuses: wrongWords,
    }),
  ],
  "POST /api/auth/refresh": [() => ({ body: { refreshToken: "not-a-token" }, statuses: wrongWords })],
  "POST /api/auth/register": [
    () => ({
      body: { tenantName: "New", name: "New", email: "new@example.com", password: aPassword },
      statuses: [201, 409],
    }),
  ],
  "POST /api/auth/reset-password": [
    () => ({ body: { token: noToken, password: aPassword }, statuses: wrongWords }),
  ],
  "POST /api/auth/verify-email": [() => ({ body: { token: noToken }, statuses: wrongWords })],
  // It is a key that is traded; a person has none.
  "POST /api/auth/token": [() => ({ body: {}, statuses: [403] })],
  "POST /api/admin/jobs/retry": [() => ({ body: { task: "send-mail" } })],
  "POST /api/admin/tenants/:tenantId/suspend": [() => ({ body: { reason: "unpaid" } })],
  "PATCH /api/admin/tenants/:tenantId": [() => ({ body: { plan: "growth" } })],
  // The layout is for everybody who is signed in, and its first page for platform admins.
  "GET /admin": [() => ({ statuses: [403] })],
  "POST /admin/tenants/:tenantId": [
    () => ({ body: { intent: "suspend", reason: "unpaid" } }),
    () => ({ body: { intent: "resume" } }),
    () => ({ body: { intent: "plan", plan: "growth" } }),
  ],
  "POST /admin/system": [
    () => ({ body: { intent: "retry", jobId: "1" } }),
    () => ({ body: { intent: "retry-all", task: "send-mail" } }),
  ],
  "POST /api/invitations": [
    () => ({ body: { email: "guest@example.com", role: "member" }, statuses: [201, 409, 429] }),
  ],
  "POST /api/invitations/:invitationId/resend": [() => ({ statuses: [200, 204, 409, 429] })],
  "POST /api/agents": [() => ({ body: { name: "New", modelTier: "haiku" } })],
  "PATCH /api/agents/:agentId": [() => ({ body: { name: "Renamed" } })],
  "POST /api/agents/:agentId/query": [() => ({ body: { query: "How are you?", wait: false } })],
  // Nobody waits for an answer to the message.
  "POST /api/agents/:agentId/query/:messageId/cancel": [() => ({ statuses: [404] })],
  "PUT /api/agents/:agentId/endpoint": [() => ({ body: { url: "https://hooks.example.com/x" } })],
  "POST /api/agents/:agentId/endpoint/rotate-secret": [
    (id) => ({ params: { agentId: id("pushedAgent") }, body: {} }),
  ],
  "POST /api/agents/:agentId/endpoint/test": [
    // Nobody answers there, which the answer says.
    (id) => ({ params: { agentId: id("pushedAgent") } }),
  ],
  "POST /api/agents/:agentId/endpoint/disable": [(id) => ({ params: { agentId: id("pushedAgent") } })],
  "POST /api/agents/:agentId/endpoint/enable": [(id) => ({ params: { agentId: id("pushedAgent") } })],
  "GET /api/agents/:agentId/endpoint": [(id) => ({ params: { agentId: id("pushedAgent") } })],
  "DELETE /api/agents/:agentId/endpoint": [(id) => ({ params: { agentId: id("pushedAgent") } })],
  "POST /api/auth/api-keys": [
    (id) => ({ body: { name: "k", agentId: id("agent"), scopes: ["messages:read"] } }),
  ],
  "GET /api/audit/logs": [
    () => ({}),
    (id) => ({ query: { actor: id("agent") } }),
    (id) => ({ query: { resourceId: id("message") } }),
    (id) => ({ query: { correlationId: id("conversation") } }),
    (id) => ({ query: { tenantId: id("tenant") } }),
  ],
  "POST /api/erasures": [
    (id) => ({ body: { subjectId: id("agent"), reason: "asked for" } }),
    (id) => ({ body: { subjectId: id("member"), reason: "asked for" } }),
  ],
  "POST /api/holds": [
    (id) => ({ body: { messageId: id("escalation"), reason: "a claim" } }),
    (id) => ({ body: { correlationId: id("conversation"), reason: "a claim" }, statuses: mayBeDone }),
  ],
  "GET /api/live": [
    (id) => ({ query: { topics: `inbox:${id("agent")},traffic` } }),
    (id) => ({ query: { topics: `inbox:${id("desk")}` } }),
    (id) => ({ query: { topics: `conversation:${id("conversation")}` } }),
  ],
  "PATCH /api/members/:memberId": [
    (id) => ({ params: { memberId: id("spareMember") }, body: { role: "developer" } }),
  ],
  "DELETE /api/members/:memberId": [
    (id) => ({ params: { memberId: id("thirdMember") }, statuses: [204, 404] }),
  ],
  "PUT /api/usage/budgets": [
    (id) => ({ body: { agentId: id("otherAgent"), amountMicros: 1_000_000_000 } }),
    () => ({ body: { amountMicros: 9_000_000_000 } }),
  ],
  "DELETE /api/usage/budgets/:budgetId": [
    (id) => ({ params: { budgetId: id("spareBudget") }, statuses: [204, 404] }),
  ],
  "POST /api/alerts/channels": [
    () => ({
      body: { kind: "email", name: "New", addresses: ["ops@example.com"] },
      // Once; then its name is taken.
      statuses: mayBeDone,
    }),
  ],
  "PATCH /api/alerts/channels/:channelId": [() => ({ body: { minSeverity: "warning", toAdmins: true } })],
  "DELETE /api/alerts/channels/:channelId": [
    (id) => ({ params: { channelId: id("spareChannel") }, statuses: [204, 404] }),
  ],
  "POST /api/alerts/channels/:channelId/rotate-secret": [
    (id) => ({ params: { channelId: id("hook") }, body: { keepPreviousHours: 1 } }),
  ],
  "POST /api/tools/check": [(id) => ({ body: { agentId: id("agent"), toolName: "fs.read" } })],
  "PUT /api/agents/:agentId/tools": [() => ({ body: { allow: ["fs.*"], deny: ["shell.*"] } })],
  "POST /api/usage/reserve": [(id) => ({ body: { agentId: id("agent"), amountMicros: 1 } })],
  "POST /api/usage/reservations/:reservationId/settle": [() => ({ body: {} })],
  "POST /api/usage/reservations/:reservationId/release": [
    (id) => ({ params: { reservationId: id("spareReservation") } }),
  ],
  "POST /api/messaging/send": [
    (id) => ({ body: { recipientId: id("agent"), ...anEscalation } }),
    (id) => ({ body: { recipientId: id("agent"), replyTo: id("escalation"), ...anUpdate } }),
    (id) => ({ body: { recipientId: id("desk"), ...anEscalation }, statuses: [403] }),
    (id) => ({ body: { senderId: id("member"), recipientId: id("agent"), ...anUpdate }, statuses: [403] }),
  ],
  "POST /api/messaging/batch": [
    (id) => ({
      body: {
        messages: [
          { recipientId: id("agent"), ...anEscalation },
          { recipientId: id("otherAgent"), replyTo: id("escalation"), ...anUpdate },
        ],
      },
    }),
  ],
  "POST /api/messaging/check": [
    (id) => ({ body: { recipientId: id("agent"), replyTo: id("escalation"), ...anUpdate } }),
  ],
  "POST /api/messaging/dead-letters/replay": [
    (id) => ({ body: { messageIds: [id("deadMessage"), id("message")] } }),
    (id) => ({ body: { recipientId: id("otherAgent") } }),
  ],
  "POST /api/messaging/inbox/:mailboxId/claim": [
    (id) => ({ ...claiming(id), body: {}, statuses: forItsAgent }),
  ],
  "POST /api/messaging/inbox/:mailboxId/ack": [
    (id) => ({ ...claiming(id), body: { messages: leased(id) }, statuses: forItsAgent }),
  ],
  "POST /api/messaging/inbox/:mailboxId/nack": [
    (id) => ({ ...claiming(id), body: { messages: leased(id) }, statuses: forItsAgent }),
  ],
  "POST /api/messaging/inbox/:mailboxId/extend": [
    (id) => ({ ...claiming(id), body: { messages: leased(id) }, statuses: forItsAgent }),
  ],
  "POST /api/messaging/inbox/:mailboxId/read": [() => ({ body: { through: 0 }, statuses: forItsAgent })],

  // One of them resolves it.
  "PUT /api/alerts/:alertId/acknowledge": [() => ({ body: { note: "seen" }, statuses: mayBeDone })],
  "PUT /api/alerts/:alertId/snooze": [() => ({ body: { minutes: 5 }, statuses: mayBeDone })],
  "PUT /api/alerts/:alertId/resolve": [() => ({ body: {}, statuses: mayBeDone })],
  "PUT /api/alerts/:alertId/unacknowledge": [() => ({ statuses: mayBeDone })],
  "POST /api/alerts/:alertId/notes": [() => ({ body: { text: "seen" } })],
  "POST /api/alerts/:alertId/actions": [
    (id) => ({ body: { action: "pause_agent", targetId: id("agent") } }),
    (id) => ({
      body: { action: "revoke_edge", targetId: id("agent"), recipientId: id("otherAgent") },
      // It is not about an edge.
      statuses: [409],
    }),
  ],
  "POST /api/alerts/answers": [(id) => ({ body: { alertIds: [id("foundAlert")], answer: "acknowledge" } })],
  "PUT /api/alerts/read": [
    (id) => ({ body: { alertIds: [id("foundAlert")] } }),
    () => ({ body: { all: true } }),
  ],
  "PUT /api/alerts/preferences": [() => ({ body: { minSeverity: "info", mutedKinds: [] } })],
  "POST /api/alerts/configs": [
    (id) => ({ body: { kind: "policy_denials", agentId: id("agent") } }),
    (id) => ({ body: { kind: "rate_limit", channelIds: [id("channel")] } }),
  ],
  "PATCH /api/alerts/configs/:ruleId": [
    () => ({ body: { threshold: 30 } }),
    (id) => ({ body: { channelIds: [id("channel")] } }),
  ],
  "DELETE /api/alerts/configs/:ruleId": [
    (id) => ({ params: { ruleId: id("spareRule") }, statuses: [204, 404] }),
  ],
  "POST /api/alerts/silences": [
    (id) => ({
      body: {
        subjectId: id("agent"),
        reason: "works",
        endsAt: new Date(Date.now() + 3_600_000).toISOString(),
      },
    }),
  ],
  "DELETE /api/alerts/silences/:silenceId": [(id) => ({ params: { silenceId: id("spareSilence") } })],

  "POST /api/usage": [
    (id) => ({ body: { ...someUsage, agentId: id("agent") }, statuses: [201] }),
    (id) => ({
      body: {
        events: [
          { ...someUsage, agentId: id("agent") },
          { ...someUsage, agentId: id("otherAgent") },
        ],
      },
    }),
  ],
  // It has not used up anything.
  "POST /api/usage/agents/:agentId/resume": [() => ({ body: {}, statuses: [409] })],

  "POST /dashboard/alerts": [
    (id) => ({ body: { intent: "acknowledge", alertIds: id("alert") } }),
    (id) => ({ body: { intent: "resolve", alertIds: id("alert"), note: "done" } }),
  ],
  "POST /dashboard/alerts/:alertId": anAlertsAnswers,
  "POST /admin/alerts": [
    (id) => ({ body: { intent: "acknowledge", alertIds: `${id("tenant")}.${id("alert")}` } }),
    (id) => ({ body: { intent: "resolve", alertIds: `${id("tenant")}.${id("alert")}` } }),
  ],
  "GET /admin/alerts/:alertId": [(id) => ({ query: { tenantId: id("tenant") } })],
  "POST /admin/alerts/:alertId": anAlertsAnswers.map(
    (make): MakeSample =>
      (id) => ({ ...make(id), query: { tenantId: id("tenant") } }),
  ),

  "POST /dashboard/account": [
    () => ({
      body: { intent: "change-password", currentPassword: "wrong", newPassword: aPassword },
      statuses: wrongWords,
    }),
    () => ({ body: { intent: "change-name", name: "Renamed" } }),
    () => ({ body: { intent: "cancel-email-change" } }),
    // The address of whom the sweep makes is confirmed.
    () => ({ body: { intent: "resend-verification" }, statuses: [409] }),
  ],
  "POST /dashboard/account/email": [
    () => ({ body: { email: "new@example.com", currentPassword: "wrong" }, statuses: wrongWords }),
  ],
  "POST /preferences/notice": [() => ({ body: { dismiss: "confirm-email" } })],
  "POST /dashboard/account/sessions": [
    (id) => ({ body: { intent: "revoke-session", sessionId: id("adminSession") } }),
    () => ({ body: { intent: "revoke-others" } }),
  ],
  "POST /dashboard/agents/:agentId": [
    () => ({ body: { intent: "pause", reason: "a rest" } }),
    () => ({ body: { intent: "resume" } }),
    () => ({ body: { intent: "resume-quota" }, statuses: [409] }),
    () => ({ body: { intent: "create-key", name: "k" } }),
    (id) => ({ body: { intent: "revoke-key", keyId: id("spareKey") } }),
    ...edges("path"),
    () => ({ body: { intent: "put-endpoint", url: "https://hooks.example.com/y" } }),
    () => ({ body: { intent: "rotate-secret", keepPreviousHours: "0" } }),
    () => ({ body: { intent: "test-endpoint" } }),
    () => ({ body: { intent: "enable-endpoint" } }),
    () => ({ body: { intent: "disable-endpoint" } }),
    () => ({ body: { intent: "remove-endpoint" } }),
    () => ({ body: { intent: "set-tools", allow: "fs.*", deny: "shell.*" } }),
  ],
  "POST /dashboard/agents/:agentId/edit": [() => ({ body: agentForm })],
  "POST /dashboard/agents/new": [() => ({ body: { ...agentForm, name: "New" } })],
  "POST /dashboard/allowlist": [
    ...edges("query"),
    (id) => ({ ...at("query", id), body: { intent: "set-all", side: "sender", allowed: "true" } }),
  ],
  "POST /dashboard/compose": [
    (id) => ({
      body: {
        recipientId: id("agent"),
        replyTo: id("escalation"),
        type: "escalation",
        reason: "x",
        severity: "low",
      },
    }),
  ],
  "POST /dashboard/dead-letters": [
    (id) => ({ body: { intent: "replay", messageIds: id("deadMessage") } }),
    (id) => ({ body: { intent: "replay-all", recipientId: id("otherAgent") } }),
  ],
  "POST /dashboard/desk": [
    (id) => ({ body: { intent: "take", messageId: id("escalation") } }),
    (id) => ({ body: { intent: "take-over", messageId: id("escalation") } }),
    (id) => ({ body: { intent: "hand-back", messageId: id("escalation") }, statuses: mayBeDone }),
    (id) => ({
      body: { intent: "resolve", messageId: id("escalation"), resolution: "done", tell: "on" },
      statuses: mayBeDone,
    }),
  ],
  "GET /dashboard/holds": [(id) => ({ query: { message: id("message") } })],
  "POST /dashboard/holds": [
    (id) => ({ body: { intent: "release", holdId: id("thirdHold") } }),
    (id) => ({ body: { intent: "hold-message", messageId: id("message"), reason: "a claim" } }),
    (id) => ({
      body: { intent: "hold-conversation", correlationId: id("conversation"), reason: "a claim" },
      statuses: mayBeDone,
    }),
  ],
  "POST /dashboard/alerts/rules": alertRules(),
  "POST /admin/alerts/rules": ofTheService(alertRules()),
  "POST /dashboard/alerts/silences": alertSilences(),
  "POST /admin/alerts/silences": ofTheService(alertSilences()),
  "POST /dashboard/alerts/preferences": [() => ({ body: { minSeverity: "info", kinds: "rate_limit" } })],
  "POST /dashboard/alerts/channels": alertChannels(),
  // The service's own: what is a tenant's is not there.
  "POST /admin/alerts/channels": ofTheService(alertChannels()),
  "POST /dashboard/bell": [(id) => ({ body: { alertId: id("foundAlert") } }), () => ({ body: {} })],
  "POST /dashboard/inbox/seen": [(id) => ({ body: { mailboxId: id("otherAgent"), through: "1" } })],
  "POST /dashboard/usage": [
    (id) => ({ body: { intent: "set-budget", agentId: id("otherAgent"), amount: "100" } }),
    (id) => ({ body: { intent: "remove-budget", budgetId: id("spareBudget") }, statuses: [200, 404] }),
  ],
  "GET /dashboard/usage/export": [() => ({ query: { format: "csv" } })],
  "GET /dashboard/messages/export": [() => ({ query: { format: "csv" } })],
  "POST /dashboard/settings": [
    () => ({ body: { intent: "retention", days: "30" } }),
    (id) => ({ body: { intent: "release", holdId: id("spareHold") } }),
    (id) => ({ body: { intent: "erase", subjectId: id("claimingAgent"), reason: "asked for" } }),
  ],
  "PUT /api/billing/overage": [() => ({ body: { enabled: false } })],
  "PUT /api/billing/plan": [() => ({ body: { plan: "growth" } })],
  "POST /dashboard/billing": [
    () => ({ body: { intent: "plan", plan: "growth" } }),
    () => ({ body: { intent: "overage", enabled: "false" } }),
  ],
  "POST /dashboard/settings/members": [
    (id) => ({ body: { intent: "role", memberId: id("spareMember"), role: "member" } }),
    (id) => ({ body: { intent: "remove", memberId: id("fourthMember") } }),
    (id) => ({ body: { intent: "revoke-session", sessionId: id("spareSession") } }),
    () => ({
      body: { intent: "invite", email: "other@example.com", role: "member" },
      statuses: inviting,
    }),
    (id) => ({ body: { intent: "resend", invitationId: id("spareInvitation") }, statuses: inviting }),
    (id) => ({
      body: { intent: "revoke-invitation", invitationId: id("spareInvitation") },
      statuses: inviting,
    }),
  ],
  "POST /dashboard/settings/keys": [
    () => ({ body: { intent: "create", name: "k", scopes: "messages:read", expiresInDays: "30" } }),
    (id) => ({ body: { intent: "revoke", keyId: id("spareKey") } }),
  ],
  "GET /dashboard/audit/export": [() => ({ query: { format: "ndjson" } })],
  "GET /dashboard/audit/exports/:exportId": [() => ({ statuses: [404] })],
  "GET /dashboard/audit/new": [
    () => ({ query: { since: `1700000000000000-${newId("evt").slice("evt_".length)}` } }),
  ],
  "POST /dashboard/audit/retention": [
    () => ({ body: { intent: "days", hotDays: "90", coldDays: "2555" } }),
    () => ({ body: { intent: "hold", reason: "a claim" }, statuses: mayBeDone }),
    () => ({ body: { intent: "release" } }),
  ],
  "POST /dashboard/audit/integrity": [() => ({ body: { intent: "verify" } })],
  "POST /dashboard/topology": [
    (id) => ({ body: { intent: "allow", senderId: id("agent"), recipientId: id("otherAgent") } }),
    (id) => ({ body: { intent: "revoke", senderId: id("agent"), recipientId: id("otherAgent") } }),
  ],
  "POST /forgot-password": [() => ({ body: { email: "nobody@example.com" } })],
  "POST /reset-password": [() => ({ body: { token: noToken, password: aPassword }, statuses: wrongWords })],
  "POST /sign-up": [
    () => ({
      body: { tenantName: "New", name: "New", email: "other@example.com", password: aPassword },
      statuses: [200, 302, 409],
    }),
  ],
  "POST /verify-email": [() => ({ body: { token: noToken }, statuses: wrongWords })],
  "POST /invitation": [
    () => ({
      body: { intent: "join-as-new", token: noToken, name: "New", password: aPassword },
      statuses: wrongWords,
    }),
    () => ({ body: { intent: "join", token: noToken }, statuses: wrongWords }),
    () => ({ body: { intent: "sign-out", token: noToken }, statuses: [200, 302, ...wrongWords] }),
  ],
  "POST /switch-tenant": [(id) => ({ body: { tenantId: id("tenant") } })],
  "POST /preferences/theme": [() => ({ body: { theme: "dark", returnTo: "/" } })],
  "POST /sign-in": [
    // Who is signed in already is sent on, and after all that the sweep got wrong somebody has to wait.
    () => ({ body: { email: "nobody@example.com", password: "wrong" }, statuses: [401, 302, 429] }),
  ],
  "POST /sign-out": [() => ({ body: {} })],
};
