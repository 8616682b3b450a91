import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toUuid } from "#db/ids.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import { startWebhookReceiver, verify, type WebhookReceiver } from "#tests/setup/webhook-receiver.ts";
import { type ApiClient, createRouteTenant, type RouteAgent, type RouteTenant } from "./api-client.ts";

let server: TestServer;
let tenant: RouteTenant;
let agent: RouteAgent;
let receiver: WebhookReceiver;

beforeAll(async () => {
  receiver = await startWebhookReceiver();
  server = await startTestServer({ env: { SIGNALBOX_OUTBOUND_ALLOW: receiver.place } });
  tenant = await createRouteTenant(server.runtime, server.origin);
  agent = await tenant.addAgent("Pushed");
});
afterAll(async () => {
  await server.close();
  await receiver.close();
});

const pathOf = (id: string) => `/api/agents/${id}/endpoint`;
const put = (client: ApiClient, id: string, body: unknown) =>
  client.raw(pathOf(id), {
    method: "PUT",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });

describe("an endpoint", () => {
  test("is made, tested, rotated, disabled, enabled, moved and removed; each secret is shown once", async () => {
    const path = pathOf(agent.id);
    expect((await tenant.client.get(path)).status).toBe(404);
    const created = await put(tenant.client, agent.id, { url: receiver.url });
    expect(created).toMatchObject({
      status: 201,
      body: {
        agentId: agent.id,
        url: receiver.url,
        health: "healthy",
        status: "active",
        waiting: 0,
        secret: expect.stringMatching(/^whsec_[\w+/]{43}=$/),
      },
    });
    expect((await tenant.client.get(`/api/agents/${agent.id}`)).body).toMatchObject({ mailboxMode: "push" });
    const secret = String(created.body.secret);
    const read = await tenant.client.get(path);
    expect(read).toMatchObject({ status: 200, body: { url: receiver.url, attempts: [] } });
    expect(read.text).not.toContain('secret"');
    expect(read.text).not.toContain(secret.slice(6));
    const again = await put(tenant.client, agent.id, { url: receiver.url });
    expect(again.status).toBe(200);
    expect(again.body).not.toHaveProperty("secret");

    const tested = await tenant.client.post(`${path}/test`);
    expect(tested).toMatchObject({
      status: 200,
      body: { outcome: "delivered", statusCode: 204, error: null },
    });
    const [event] = receiver.received;
    if (event === undefined) throw new Error("nothing was received");
    expect(verify(secret, event)).toMatchObject({ type: "endpoint.test", data: { agentId: agent.id } });

    const rotated = await tenant.client.post(`${path}/rotate-secret`, { keepPreviousHours: 2 });
    expect(rotated).toMatchObject({ status: 200, body: { previousSecretUntil: expect.any(String) } });
    expect(rotated.body.secret).not.toBe(secret);
    const ended = await tenant.client.post(`${path}/rotate-secret`, { keepPreviousHours: 0 });
    expect(ended.body).toMatchObject({ previousSecretUntil: null });

    for (let i = 0; i < 2; i++)
      expect((await tenant.client.post(`${path}/disable`)).body).toMatchObject({
        status: "disabled",
        health: "disabled",
        disabledReason: "person",
      });
    for (let i = 0; i < 2; i++)
      expect((await tenant.client.post(`${path}/enable`)).body).toMatchObject({
        status: "active",
        health: "healthy",
      });

    const moved = await put(tenant.client, agent.id, { url: "https://hooks.example.com/in#part" });
    expect(moved).toMatchObject({
      status: 200,
      body: { url: "https://hooks.example.com/in", secret: expect.any(String) },
    });
    expect((await tenant.client.delete(path)).status).toBe(204);
    expect((await tenant.client.delete(path)).status).toBe(404);
    expect((await tenant.client.get(`/api/agents/${agent.id}`)).body).toMatchObject({ mailboxMode: "read" });
    const events = await server.database.owner`
      select action from audit_events where resource_id = ${agent.id} and action like 'endpoint.%' order by id`;
    expect(events.map(({ action }) => action)).toEqual([
      "endpoint.created",
      "endpoint.tested",
      "endpoint.secret.rotated",
      "endpoint.secret.rotated",
      "endpoint.disabled",
      "endpoint.enabled",
      "endpoint.changed",
      "endpoint.removed",
    ]);
  });

  test("is refused with a 400 that names the URL, and nothing is kept", async () => {
    const { id } = await tenant.addAgent("Refused");
    for (const url of [
      "http://example.com/",
      "https://127.0.0.1/",
      "https://2130706433/",
      "https://0x7f.1/",
      "https://[::ffff:10.0.0.1]/",
      "https://169.254.169.254/latest/meta-data",
      "https://user:secret@example.com/",
      "https://localhost/",
      "ftp://example.com",
      "not a url",
      "",
      "https://exa mple.com/",
      `https://example.com/${"x".repeat(3_000)}`,
      "https://example.com/\0",
      "https://example.com/\ud800",
      7,
      null,
    ]) {
      const answer = await put(tenant.client, id, { url });
      expect(answer, String(url)).toMatchObject({ status: 400, body: { errors: [{ path: "url" }] } });
    }
    expect((await put(tenant.client, id, {})).body).toMatchObject({ errors: [{ path: "url" }] });
    expect((await put(tenant.client, id, { url: "https://example.com", secret: "mine" })).body).toMatchObject(
      {
        errors: [{ path: "secret" }],
      },
    );
    expect((await tenant.client.get(pathOf(id))).status).toBe(404);
    expect((await tenant.client.get(`/api/agents/${id}`)).body).toMatchObject({ mailboxMode: "read" });
  });

  test("has no hours beyond a week, nor parts of one", async () => {
    const { id } = await tenant.addAgent("Hours");
    await put(tenant.client, id, { url: receiver.url });
    for (const keepPreviousHours of [-1, 169, 1.5, "24", 1e308])
      expect(
        (await tenant.client.post(`${pathOf(id)}/rotate-secret`, { keepPreviousHours })).body,
      ).toMatchObject({
        status: 400,
        errors: [{ path: "keepPreviousHours" }],
      });
  });

  test("is for those who may write agents; readers see it", async () => {
    const { id } = await tenant.addAgent("Guarded");
    await put(tenant.client, id, { url: receiver.url });
    const reader = await tenant.addAgent("Reader", { scopes: ["agents:read"] });
    const path = pathOf(id);
    expect((await reader.client.get(path)).status).toBe(200);
    expect((await put(reader.client, id, { url: receiver.url })).status).toBe(403);
    expect((await reader.client.delete(path)).status).toBe(403);
    for (const action of ["rotate-secret", "enable", "disable", "test"])
      expect(
        (await reader.client.post(`${path}/${action}`, action === "rotate-secret" ? {} : undefined)).status,
      ).toBe(403);
  });

  test("is what pushing begins with: the mode alone is refused", async () => {
    const { id } = await tenant.addAgent("Modeless");
    const answer = await tenant.client.patch(`/api/agents/${id}`, { mailboxMode: "push" });
    expect(answer.body).toMatchObject({
      status: 400,
      errors: [{ path: "mailboxMode", message: expect.stringContaining("endpoint") }],
    });
  });

  test("makes a send pending, with its job in the same transaction", async () => {
    const target = await tenant.addAgent("Target");
    const writer = await tenant.addAgent("Writer");
    await put(tenant.client, target.id, { url: receiver.url });
    await tenant.client.put(`/api/agents/${writer.id}/allowlist/${target.id}`);
    const sent = await writer.client.post("/api/messaging/send", {
      recipientId: target.id,
      type: "status_update",
      payload: { status: "working" },
    });
    expect(sent).toMatchObject({ status: 201, body: { status: "pending" } });
    expect(await tenant.client.get(pathOf(target.id))).toMatchObject({ body: { waiting: 1 } });
    const jobs = await server.database.owner`
      select from graphile_worker.jobs where task_identifier = 'push-deliveries' and key = ${`push:${toUuid(target.id)}`}`;
    expect(jobs).toHaveLength(1);
  });
});
