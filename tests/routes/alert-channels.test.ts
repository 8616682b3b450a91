import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { parseId, SYSTEM_TENANT_ID, SYSTEM_TENANT_UUID, toUuid } from "#db/ids.ts";
import { type MailServer, startMailServer } from "#tests/setup/mail-server.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import { startWebhookReceiver, verify, type WebhookReceiver } from "#tests/setup/webhook-receiver.ts";
import { apiClient, createRouteTenant, type RouteTenant } from "./api-client.ts";

let server: TestServer;
let receiver: WebhookReceiver;
let mailServer: MailServer;
let tenant: RouteTenant;
beforeAll(async () => {
  receiver = await startWebhookReceiver();
  mailServer = await startMailServer();
  server = await startTestServer({
    env: {
      SMTP_URL: mailServer.url,
      SIGNALBOX_OUTBOUND_ALLOW: receiver.place,
      SIGNALBOX_PAGERDUTY_URL: `http://${receiver.place}/v2/enqueue`,
      CHANNEL_TEST_RATE_LIMIT_REQUESTS: "10",
    },
  });
});
beforeEach(async () => {
  tenant = await createRouteTenant(server.runtime, server.origin);
  receiver.received.splice(0);
  receiver.answer(204);
});
afterAll(async () => {
  await server.close();
  await receiver.close();
  await mailServer.stop();
});

const path = "/api/alerts/channels";
const webhookUrl = () => `http://${receiver.place}/services/T0/B0/the-secret-of-slack`;
const routingKey = "abcdefghijklmnopqrstuvwxyz012345";
const uuidOf = (id: unknown): string => {
  const parsed = parseId(id, "chn");
  if (parsed === undefined) throw new Error(`${String(id)} is no channel's id`);
  return toUuid(parsed);
};
const make = async (body: Record<string, unknown>): Promise<Record<string, unknown>> => {
  const made = await tenant.client.post(path, body);
  expect(made.status, made.text).toBe(201);
  return made.body;
};
const eventsOf = async (resourceId: unknown) => {
  const rows = await server.database.owner<{ action: string; text: string }[]>`
    select action, (audit_events.*)::text as text from audit_events where resource_id = ${String(resourceId)} order by id`;
  return { actions: rows.map(({ action }) => action), text: rows.map(({ text }) => text).join("\n") };
};

describe("channels", () => {
  test("are made, listed, read, changed and removed, each recorded, and no secret is ever shown again", async () => {
    const hook = await make({ kind: "webhook", name: "b hook", url: receiver.url });
    const slack = await make({ kind: "slack", name: "C slack", webhookUrl: webhookUrl() });
    const pager = await make({ kind: "pagerduty", name: "d pager", routingKey });
    const mail = await make({
      kind: "email",
      name: "A mail",
      addresses: ["ops@example.com"],
      minSeverity: "critical",
    });
    expect(hook.secret).toMatch(/^whsec_/);
    expect(slack).toMatchObject({ secret: null, hint: "…lack", url: null });
    expect(pager).toMatchObject({ secret: null, hint: "…2345" });
    expect(mail).toMatchObject({ secret: null, minSeverity: "critical", status: "active" });

    const list = await tenant.client.get(path);
    expect(list.body.channels).toMatchObject(
      ["A mail", "b hook", "C slack", "d pager"].map((name) => ({ name })),
    );
    const changed = await tenant.client.patch(`${path}/${hook.id}`, {
      name: "renamed",
      ruleKinds: ["error_rate"],
    });
    expect(changed.body).toMatchObject({ name: "renamed", ruleKinds: ["error_rate"], secret: null });
    const off = await tenant.client.patch(`${path}/${hook.id}`, { status: "disabled" });
    expect(off.body).toMatchObject({ status: "disabled", disabledReason: "person" });
    expect((await tenant.client.patch(`${path}/${hook.id}`, { status: "active" })).body.status).toBe(
      "active",
    );
    const rotated = await tenant.client.post(`${path}/${hook.id}/rotate-secret`, {});
    expect(rotated.body.secret).not.toBe(hook.secret);
    const replaced = await tenant.client.patch(`${path}/${pager.id}`, { routingKey: "z".repeat(32) });
    expect(replaced.body).toMatchObject({ hint: "…zzzz", secret: null });
    expect((await tenant.client.delete(`${path}/${hook.id}`)).status).toBe(204);
    expect((await tenant.client.get(`${path}/${hook.id}`)).status).toBe(404);

    const recorded = await eventsOf(hook.id);
    expect(recorded.actions).toEqual([
      ...[
        "alert_channel.created",
        "alert_channel.changed",
        "alert_channel.disabled",
        "alert_channel.enabled",
      ],
      ...["alert_channel.secret.rotated", "alert_channel.removed"],
    ]);
    const answers = [
      list,
      changed,
      await tenant.client.get(path),
      await tenant.client.get(`${path}/${slack.id}`),
    ];
    const shown = [...answers.map(({ text }) => text), recorded.text].join("\n");
    for (const secret of [hook.secret, rotated.body.secret, "the-secret-of-slack", routingKey])
      expect(shown).not.toContain(secret);
  });

  test.each([
    [{ kind: "email", name: "x", addresses: [] }, "addresses"],
    [{ kind: "email", name: "x", addresses: ["nobody"] }, "addresses.0"],
    [{ kind: "webhook", name: "x", url: "https://127.0.0.1/hook" }, "url"],
    [{ kind: "slack", name: "x", webhookUrl: "http://10.0.0.1/x" }, "webhookUrl"],
    [{ kind: "pagerduty", name: "x", routingKey: "short" }, "routingKey"],
    [{ kind: "webhook", name: "x", url: "https://example.com", routingKey }, "routingKey"],
  ])("refuse %o, naming %s", async (body, field) => {
    const answer = await tenant.client.post(path, body);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(field);
  });

  test("refuse what is another kind's, a name that is taken, and mail to nobody", async () => {
    const mail = await make({ kind: "email", name: "mail", addresses: ["ops@example.com"] });
    const hook = await make({ kind: "webhook", name: "hook", url: receiver.url });
    expect((await tenant.client.patch(`${path}/${mail.id}`, { url: receiver.url })).status).toBe(400);
    expect((await tenant.client.patch(`${path}/${hook.id}`, { name: "mail" })).status).toBe(409);
    expect(
      (await tenant.client.post(path, { kind: "webhook", name: "mail", url: receiver.url })).status,
    ).toBe(409);
    expect((await tenant.client.patch(`${path}/${mail.id}`, { addresses: [] })).status).toBe(400);
    expect((await tenant.client.post(`${path}/${mail.id}/rotate-secret`, {})).status).toBe(409);
  });

  test("take another URL with another secret, and the one before signs nothing for it", async () => {
    const hook = await make({ kind: "webhook", name: "hook", url: receiver.url });
    const moved = await tenant.client.patch(`${path}/${hook.id}`, { url: `${receiver.url}/moved` });
    expect(moved.body.secret).toMatch(/^whsec_/);
    await tenant.client.post(`${path}/${hook.id}/test`);
    const [one] = receiver.received;
    if (one === undefined) throw new Error("nothing came");
    expect(verify(String(moved.body.secret), one)).toMatchObject({ type: "alert.test" });
    expect(() => verify(String(hook.secret), one)).toThrow();
  });

  test("sign with both secrets while one is being rotated", async () => {
    const hook = await make({ kind: "webhook", name: "hook", url: receiver.url });
    const rotated = await tenant.client.post(`${path}/${hook.id}/rotate-secret`, { keepPreviousHours: 1 });
    await tenant.client.post(`${path}/${hook.id}/test`);
    const [one] = receiver.received;
    if (one === undefined) throw new Error("nothing came");
    for (const secret of [hook.secret, rotated.body.secret])
      expect(verify(String(secret), one)).toBeDefined();
  });

  test("of rules that told a removed one alone are all of them from then on", async () => {
    const hook = await make({ kind: "webhook", name: "hook", url: receiver.url });
    const { owner } = server.database;
    await owner`
      insert into alert_rules (tenant_id, id, kind, severity, threshold, window_seconds, channel_ids)
      values (${toUuid(tenant.tenantId)}, gen_random_uuid(), 'rate_limit', 'info', 5, 300,
        ${owner.array([uuidOf(hook.id)])}::uuid[])`;
    await tenant.client.delete(`${path}/${hook.id}`);
    expect(
      await owner`select channel_ids from alert_rules where tenant_id = ${toUuid(tenant.tenantId)}`,
    ).toMatchObject([{ channel_ids: null }]);
  });
});

describe("a test-send", () => {
  test.each([
    ["webhook", { url: () => receiver.url }],
    ["slack", { webhookUrl }],
    ["pagerduty", { routingKey: () => routingKey }],
    ["email", { addresses: () => ["test-send@example.com"] }],
  ])("to %s says what came back, is kept, and recorded", async (kind, fields) => {
    const given = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value()]));
    const channel = await make({ kind, name: kind, ...given });
    const answer = await tenant.client.post(`${path}/${channel.id}/test`);
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body).toMatchObject({
      reason: "test",
      status: "delivered",
      alertId: null,
      channelId: channel.id,
    });
    const list = await tenant.client.get(`/api/alerts/deliveries?channelId=${channel.id}`);
    expect(list.body).toMatchObject({
      deliveries: [{ id: answer.body.id, attempts: answer.body.attempts }],
    });
    expect((await eventsOf(channel.id)).actions).toContain("alert_channel.tested");
    if (kind === "email") expect(mailServer.to("test-send@example.com")).toHaveLength(1);
    // Nobody is to be called for a test.
    if (kind === "pagerduty")
      expect(receiver.received.map(({ body }) => Reflect.get(body, "event_action"))).toEqual([
        "trigger",
        "resolve",
      ]);
    const again = await tenant.client.post(`/api/alerts/deliveries/${String(answer.body.id)}/retry`);
    expect(again.status).toBe(409);
  });

  test("that fails is told too, whatever the channel's state", async () => {
    receiver.answer(500);
    const channel = await make({ kind: "webhook", name: "hook", url: receiver.url });
    await tenant.client.patch(`${path}/${channel.id}`, { status: "disabled" });
    const answer = await tenant.client.post(`${path}/${channel.id}/test`);
    expect(answer.body).toMatchObject({
      status: "failed",
      attempts: [{ outcome: "failed", statusCode: 500, responseBody: "answer 500" }],
    });
    expect((await tenant.client.get(`${path}/${channel.id}`)).body).toMatchObject({ failingSince: null });
  });

  test("is limited to ten a minute for a tenant", async () => {
    const channel = await make({ kind: "webhook", name: "hook", url: receiver.url });
    const statuses: number[] = [];
    for (let n = 0; n < 11; n++)
      statuses.push((await tenant.client.post(`${path}/${channel.id}/test`)).status);
    expect(statuses).toEqual([...Array(10).fill(200), 429]);
    expect(receiver.received).toHaveLength(10);
  });
});

describe("another tenant's channels", () => {
  test("are read and changed by who administers the service, and by nobody else", async () => {
    const channel = await make({ kind: "webhook", name: "theirs", url: receiver.url });
    const stranger = await createRouteTenant(server.runtime, server.origin);
    const query = `?tenantId=${tenant.tenantId}`;
    expect((await stranger.client.get(`${path}${query}`)).status).toBe(403);
    expect((await stranger.client.get(`${path}/${channel.id}`)).status).toBe(404);
    expect((await stranger.client.post(`${path}/${channel.id}/test`)).status).toBe(404);
    expect((await stranger.client.get("/api/alerts/deliveries")).body).toEqual({
      deliveries: [],
      nextCursor: null,
    });

    await server.database
      .owner`update users set platform_admin = true where id = ${toUuid(stranger.adminId)}`;
    const platform = apiClient(server.origin, {
      Cookie: await server.signIn(stranger),
      Origin: server.runtime.env.http.origin,
    });
    expect((await platform.get(`${path}${query}`)).body.channels).toMatchObject([{ id: channel.id }]);
    expect((await platform.patch(`${path}/${channel.id}${query}`, { name: "by us" })).status).toBe(200);
    expect((await eventsOf(channel.id)).text).toContain(stranger.adminId);
    const ours = await platform.post(`${path}?tenantId=${SYSTEM_TENANT_ID}`, {
      ...{ kind: "email", name: "ours", toAdmins: true },
    });
    expect(ours.status, ours.text).toBe(201);
    const [row] = await server.database
      .owner`select tenant_id from alert_channels where id = ${uuidOf(ours.body.id)}`;
    expect(row).toEqual({ tenant_id: SYSTEM_TENANT_UUID });
    const nobody = await platform.post(`${path}?tenantId=ten_01m8fgmmccf9fryk5g3e8nj603`, {
      ...{ kind: "email", name: "nobody", toAdmins: true },
    });
    expect(nobody.status).toBe(404);
  });
});

test("deliveries are listed by pages, channel and state", async () => {
  const hook = await make({ kind: "webhook", name: "hook", url: receiver.url });
  const other = await make({ kind: "webhook", name: "other", url: receiver.url });
  for (let n = 0; n < 3; n++) await tenant.client.post(`${path}/${hook.id}/test`);
  receiver.answer(500);
  await tenant.client.post(`${path}/${other.id}/test`);
  const first = await tenant.client.get("/api/alerts/deliveries?limit=3");
  const rest = await tenant.client.get(
    `/api/alerts/deliveries?limit=3&cursor=${String(first.body.nextCursor)}`,
  );
  expect(first.body.deliveries).toMatchObject([
    { channelId: other.id },
    { channelId: hook.id },
    { channelId: hook.id },
  ]);
  expect(rest.body).toMatchObject({ deliveries: [{ channelId: hook.id }], nextCursor: null });
  expect((await tenant.client.get("/api/alerts/deliveries?status=failed")).body.deliveries).toHaveLength(1);
  expect((await tenant.client.get("/api/alerts/deliveries?status=nothing")).status).toBe(400);
});
