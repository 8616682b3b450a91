import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import type { AlertView } from "#app/domain/alerts/alert-schema.ts";
import type { RuleKind } from "#app/domain/alerts/rule-kinds.ts";
import { sealEvents } from "#app/domain/integrity/seal-events.server.ts";
import { keepSessionToken } from "#app/http/session-cookie.server.ts";
import { SYSTEM_TENANT_ID, toUuid } from "#db/ids.ts";
import { settled } from "#tests/domain/integrity/trail-fixture.ts";
import { type MailServer, startMailServer } from "#tests/setup/mail-server.ts";
import { writeMmdb } from "#tests/setup/mmdb.ts";
import { createPlatformAdminFixture } from "#tests/setup/platform-admin.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import { startWebhookReceiver, verify, type WebhookReceiver } from "#tests/setup/webhook-receiver.ts";
import { type ApiClient, apiClient, createRouteTenant, type RouteTenant } from "./api-client.ts";

/** A thing that alerts are about is to be known this long after it was done, to everybody who is told. */
const withinMs = 5_000;

const folder = mkdtempSync(join(tmpdir(), "signalbox-alerts-"));
let server: TestServer;
let mails: MailServer;
let hooks: WebhookReceiver;
let gone: WebhookReceiver;
let tenant: RouteTenant;
let other: RouteTenant;
let platform: ApiClient;

/** A channel of each kind that a test can receive, and the webhook's secret. */
interface Channels {
  address: string;
  secret: string;
}
let ofTenant: Channels;
let ofService: Channels;

beforeAll(async () => {
  [mails, hooks, gone] = await Promise.all([
    startMailServer(),
    startWebhookReceiver(),
    startWebhookReceiver(),
  ]);
  writeMmdb(join(folder, "places.mmdb"), {
    "198.51.100.0/24": { country: "DE" },
    "203.0.113.0/24": { country: "NZ" },
  });
  server = await startTestServer({
    env: {
      SIGNALBOX_ROLE: "all",
      DATABASE_POOL_SIZE: "8",
      SMTP_URL: mails.url,
      SIGNALBOX_OUTBOUND_ALLOW: `${hooks.place},${gone.place}`,
      SIGNALBOX_TRUSTED_PROXIES: "1",
      SIGNALBOX_MEMORY_BOUND_MIB: "1",
      GEOIP_DB: join(folder, "places.mmdb"),
      API_KEY_RATE_LIMIT_REQUESTS: "400",
    },
  });
  tenant = await createRouteTenant(server.runtime, server.origin);
  other = await createRouteTenant(server.runtime, server.origin);
  const { token } = await createPlatformAdminFixture(server.runtime.db, server.runtime.credentials);
  const cookie = (await keepSessionToken(token, server)).split(";")[0] ?? "";
  platform = apiClient(server.origin, { Cookie: cookie, Origin: server.origin });
  ofTenant = await addChannels(tenant.client, "on-call@example.com");
  ofService = await addChannels(platform, "operators@example.com");
}, 60_000);
afterAll(async () => {
  await server.close();
  await Promise.all([mails.stop(), hooks.close(), gone.close()]);
  rmSync(folder, { recursive: true });
});

async function addChannels(client: ApiClient, address: string): Promise<Channels> {
  const mail = await client.post("/api/alerts/channels", {
    ...{ kind: "email", name: "Mail", addresses: [address] },
  });
  const webhook = await client.post("/api/alerts/channels", {
    kind: "webhook",
    name: "Hook",
    url: hooks.url,
  });
  expect([mail.status, webhook.status], `${mail.text} ${webhook.text}`).toEqual([201, 201]);
  return { address, secret: z.string().parse(webhook.body.secret) };
}

const alertsOf = async (kind: RuleKind, client = tenant.client): Promise<AlertView[]> => {
  const { status, body, text } = await client.get(`/api/alerts?kind=${kind}`);
  expect(status, text).toBe(200);
  return body.alerts as AlertView[];
};

interface Expected {
  client?: ApiClient;
  channels?: Channels;
  /** Which of the kind's. */
  where?(alert: AlertView): boolean;
}

/** Waits until the alert is in the API, in a mail and at the webhook, whose signature fits. */
async function toldOf(
  kind: RuleKind,
  { client = tenant.client, channels = ofTenant, where = () => true }: Expected = {},
): Promise<AlertView> {
  let found: AlertView | undefined;
  const look = async () => {
    found = (await alertsOf(kind, client)).find(where);
    const { id } = found ?? {};
    const hook = hooks.received.find(({ body }) => body.type === "alert.opened" && body.data.id === id);
    return {
      found: found !== undefined,
      mailed:
        id !== undefined && mails.to(channels.address).some(({ text, html }) => (text + html).includes(id)),
      posted: hook !== undefined && verify(channels.secret, hook) !== undefined,
    };
  };
  await expect
    .poll(look, { timeout: withinMs, interval: 50 })
    .toEqual({ found: true, mailed: true, posted: true });
  if (found === undefined) throw new Error("There is no alert");
  return found;
}

const from = (address: string) => ({ "X-Forwarded-For": address });
const anyone = () => apiClient(server.origin, {});
const signIn = (address: string, password = tenant.password) =>
  anyone().post("/api/auth/login", { email: tenant.email, password }, from(address));
const ok = <A extends { status: number; text: string }>(answer: A): A => {
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer;
};

test("suspicious_activity: a sign-in from another country", async () => {
  ok(await signIn("198.51.100.7"));
  expect(await alertsOf("suspicious_activity")).toEqual([]);
  ok(await signIn("203.0.113.7"));
  expect(await toldOf("suspicious_activity")).toMatchObject({
    ...{ severity: "warning", count: 1, subject: { id: tenant.adminId } },
    facts: { newLocation: true, newNetwork: true, country: "NZ" },
  });
});

test("refresh_token_reuse: one that came a second time", async () => {
  const { refreshToken } = ok(await signIn("203.0.113.7")).body;
  ok(await anyone().post("/api/auth/refresh", { refreshToken }));
  expect((await anyone().post("/api/auth/refresh", { refreshToken })).status).toBe(401);
  expect(await toldOf("refresh_token_reuse")).toMatchObject({
    ...{ severity: "critical", subject: { id: tenant.adminId } },
  });
});

test("failed_login_threshold: five wrong passwords, of one account", async () => {
  for (let n = 0; n < 4; n++) expect((await signIn("192.0.2.9", "wrong")).status).toBe(401);
  ok(await tenant.client.get("/api/alerts"));
  expect(await alertsOf("failed_login_threshold")).toEqual([]);
  expect((await signIn("192.0.2.9", "wrong")).status).toBe(401);
  expect(await toldOf("failed_login_threshold")).toMatchObject({
    ...{ severity: "warning", count: 5, subject: { type: "user", id: tenant.adminId } },
  });
});

test("cross_tenant_access: another tenant's agent asks for an id of ours", async () => {
  const [ours, theirs] = [await tenant.addAgent("Ours"), await other.addAgent("Theirs")];
  expect((await theirs.client.get(`/api/agents/${ours.id}`)).status).toBe(404);
  expect(await toldOf("cross_tenant_access")).toMatchObject({
    ...{ severity: "critical", facts: { resourceType: "agent" } },
  });
  expect(await alertsOf("cross_tenant_access", other.client)).toEqual([]);
});

test("tool_policy_violation: one blocked call", async () => {
  const agent = await tenant.addAgent("Toolsmith");
  ok(await tenant.client.put(`/api/agents/${agent.id}/tools`, { allow: [], deny: ["shell.*"] }));
  ok(await agent.client.post("/api/tools/check", { agentId: agent.id, toolName: "shell.run" }));
  expect(await toldOf("tool_policy_violation")).toMatchObject({
    ...{ severity: "warning", facts: { agentId: agent.id, tool: "shell.run", reason: "denied" } },
  });
});

test("usage_threshold: 80 % of an agent's tokens, and then all of them in the same alert", async () => {
  const agent = await tenant.addAgent("Talker", { modelTier: "opus" });
  const use = async (tokens: number) =>
    ok(
      await agent.client.post("/api/usage", {
        ...{ agentId: agent.id, model: "claude-opus-4-5", inputTokens: tokens, outputTokens: 0 },
      }),
    );
  await use(4_100_000);
  const { id } = await toldOf("usage_threshold");
  await use(1_000_000);
  await expect
    .poll(() => alertsOf("usage_threshold"), { timeout: withinMs })
    .toMatchObject([{ id, severity: "info", facts: { agentId: agent.id, percent: 100 } }]);
});

test("budget_exceeded: a step of an agent's budget", async () => {
  const agent = await tenant.addAgent("Spender");
  ok(await tenant.client.put("/api/usage/budgets", { agentId: agent.id, amountMicros: 1_000_000 }));
  ok(
    await agent.client.post("/api/usage", {
      ...{ agentId: agent.id, model: "m", inputTokens: 1, outputTokens: 0, costMicros: 850_000 },
    }),
  );
  expect(await toldOf("budget_exceeded")).toMatchObject({
    ...{ severity: "warning", facts: { agentId: agent.id, percent: 80 } },
  });
});

const aStatus = { type: "status_update", payload: { status: "runs" } };

test("policy_denials: twenty refused sends of one agent", async () => {
  const [agent, stranger] = [await tenant.addAgent("Pusher"), await tenant.addAgent("Stranger")];
  const send = () => agent.client.post("/api/messaging/send", { recipientId: stranger.id, ...aStatus });
  for (let n = 0; n < 20; n++) expect((await send()).status).toBe(403);
  const alert = await toldOf("policy_denials");
  expect(alert).toMatchObject({ severity: "warning", count: 20, facts: { agentId: agent.id } });
});

test("rate_limit: 50 requests of one key over its limit", async () => {
  const agent = await tenant.addAgent("Hasty");
  const asks = Array.from({ length: 500 }, () => agent.client.get("/api/auth/me"));
  const answers = await Promise.all(asks);
  expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(50);
  expect(await toldOf("rate_limit")).toMatchObject({
    ...{ severity: "info", facts: { agentId: agent.id, limit: "api_key" } },
  });
});

test("error_rate: every fifth message dies", async () => {
  const [sender, taker] = [await tenant.addAgent("Sender"), await tenant.addAgent("Taker")];
  ok(await tenant.client.patch(`/api/agents/${taker.id}`, { mailboxMode: "claim" }));
  ok(await tenant.client.put(`/api/agents/${sender.id}/allowlist/${taker.id}`));
  const message = { recipientId: taker.id, ...aStatus };
  ok(
    await sender.client.post("/api/messaging/batch", {
      messages: Array.from({ length: 100 }, () => message),
    }),
  );
  const inbox = `/api/messaging/inbox/${taker.id}`;
  const claimed = z.object({
    messages: z.array(z.object({ id: z.string(), lease: z.object({ id: z.string() }) })),
  });
  for (let lease = 1; lease <= 5; lease++) {
    const { messages } = claimed.parse(ok(await taker.client.post(`${inbox}/claim`, { limit: 40 })).body);
    ok(
      await taker.client.post(`${inbox}/nack`, {
        messages: messages.map(({ id, lease }) => ({ messageId: id, leaseId: lease.id })),
      }),
    );
  }
  const alert = await toldOf("error_rate");
  expect(alert).toMatchObject({ severity: "warning", facts: { failed: 40 } });
  // Whatever the other tests have sent counts too.
  expect(alert.facts.total).toBeGreaterThanOrEqual(100);
});

test("channel_disabled: a receiver that is gone is told of by the others", async () => {
  gone.answer(410);
  const agent = await tenant.addAgent("Reason");
  ok(await tenant.client.put(`/api/agents/${agent.id}/tools`, { allow: ["none"], deny: [] }));
  const channel = ok(
    await tenant.client.post("/api/alerts/channels", {
      ...{ kind: "webhook", name: "Gone", url: gone.url, ruleKinds: ["tool_policy_violation"] },
    }),
  );
  ok(await agent.client.post("/api/tools/check", { agentId: agent.id, toolName: "fs.read" }));
  expect(await toldOf("channel_disabled")).toMatchObject({
    ...{ severity: "warning", facts: { channelId: channel.body.id, channelKind: "webhook" } },
  });
});
test("audit_integrity: damage, to whose trail it is and to who runs the service", async () => {
  const { owner } = server.database;
  await settled(owner);
  await sealEvents(server.runtime.db, server.runtime.trail.secrets);
  const [event] = await owner<{ id: string }[]>`
    update audit_events set status = 'denied'
    where tenant_id = ${toUuid(tenant.tenantId)} and id = (
      select id from audit_events
      where tenant_id = ${toUuid(tenant.tenantId)} and status = 'success' order by occurred_at limit 1
    )
    returning id`;
  ok(await tenant.client.post("/api/audit/verify"));
  expect(await toldOf("audit_integrity")).toMatchObject({
    ...{ severity: "critical", facts: { problem: "damage", damages: 1 } },
  });
  await toldOf("audit_integrity", {
    ...{ client: platform, channels: ofService },
    where: ({ tenantId, facts }) => tenantId === SYSTEM_TENANT_ID && facts.tenantId === tenant.tenantId,
  });
  await owner`update audit_events set status = 'success' where id = ${event?.id ?? null}`;
  expect(server.takeErrors()).toMatchObject([{ msg: "The audit trail is damaged" }]);
});

test("audit_integrity: an event that could not be recorded, once it can be", async () => {
  const { owner } = server.database;
  await owner`alter table audit_events add constraint refuses check (action <> 'auth.scope.denied') not valid`;
  const agent = await tenant.addAgent("Denied");
  expect((await agent.client.get("/api/audit/retention")).status).toBe(403);
  await owner`alter table audit_events drop constraint refuses`;
  await toldOf("audit_integrity", {
    ...{ client: platform, channels: ofService },
    where: ({ facts }) => facts.problem === "not_recorded",
  });
  expect(server.takeErrors()).toMatchObject([{ msg: "an audit event could not be recorded" }]);
});

test("worker_health: a job that has failed for good, and a process over its memory bound", async () => {
  const expected = { client: platform, channels: ofService };
  await server.database.owner`
    select graphile_worker.add_job('erase-contents', '{"no": "such field"}'::json, max_attempts => 1)`;
  expect(
    await toldOf("worker_health", {
      ...expected,
      where: ({ facts }) => facts.problem === "job_failed",
    }),
  ).toMatchObject({ severity: "critical", facts: { task: "erase-contents" } });
  expect(server.takeErrors().map(({ msg }) => msg)).toContain("A job failed for good");
  expect(
    await toldOf("worker_health", { ...expected, where: ({ facts }) => facts.problem === "memory" }),
  ).toMatchObject({ facts: { boundBytes: 1024 * 1024 } });
  expect(await alertsOf("worker_health")).toEqual([]);
});
