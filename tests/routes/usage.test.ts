import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { createApiKey } from "#app/domain/auth/create-api-key.server.ts";
import { maxUsageEvents } from "#app/domain/usage/schema.ts";
import { newId, toUuid } from "#db/ids.ts";
import { addMember } from "#tests/setup/add-member.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import { aRequest } from "#tests/setup/tenant-fixture.ts";
import {
  type ApiClient,
  apiClient,
  bearer,
  createRouteTenant,
  type RouteAgent,
  type RouteTenant,
} from "./api-client.ts";

let server: TestServer;
let tenant: RouteTenant;
let agent: RouteAgent;
let peer: RouteAgent;
let service: ApiClient;

beforeAll(async () => {
  server = await startTestServer();
  tenant = await createRouteTenant(server.runtime, server.origin);
  [agent, peer] = [await tenant.addAgent("Agent"), await tenant.addAgent("Peer")];
  const { key } = await createApiKey(
    server.runtime.db,
    tenant.admin,
    { name: "Reporter", agentId: null, scopes: ["activity:write"] },
    aRequest,
  );
  service = apiClient(server.origin, bearer(key));
});
afterAll(() => server.close());

const event = (rest: object = {}) => ({
  ...{ agentId: agent.id, model: "claude-sonnet-4-5", inputTokens: 100, outputTokens: 10 },
  ...rest,
});
const countEvents = async () => {
  const [row] = await server.database.owner`
    select count(*)::int as events from usage_events where tenant_id = ${toUuid(tenant.tenantId)}`;
  return row?.events;
};
const use = (tokens: number, who: RouteAgent) =>
  service.post("/api/usage", event({ agentId: who.id, inputTokens: tokens, outputTokens: 0 }));

describe("POST /api/usage", () => {
  it("records one event, and answers the same again with its id", async () => {
    const key = { "Idempotency-Key": "query-1" };
    const first = await agent.client.post("/api/usage", event(), key);
    expect(first).toMatchObject({
      status: 201,
      body: { outcome: "recorded", id: expect.stringMatching(/^usg_/), costMicros: 450 },
    });
    const again = await agent.client.post("/api/usage", event(), key);
    expect(again).toMatchObject({ status: 200, body: { outcome: "duplicate", id: first.body.id } });
    const asMember = await agent.client.post("/api/usage", event({ idempotencyKey: "query-1" }));
    expect(asMember).toMatchObject({ status: 200, body: { outcome: "duplicate", id: first.body.id } });
    const two = await agent.client.post("/api/usage", event({ idempotencyKey: "query-2" }), key);
    expect(two.body).toMatchObject({ status: 400, errors: [{ path: "idempotencyKey" }] });
  });

  it("records many, with an outcome for each", async () => {
    const other = await createRouteTenant(server.runtime, server.origin);
    const theirs = await other.addAgent("Theirs");
    const answer = await service.post("/api/usage", {
      events: [
        event({ idempotencyKey: "a" }),
        event({ agentId: peer.id, costMicros: 12 }),
        event({ idempotencyKey: "a" }),
        event({ agentId: theirs.id }),
        event({ cachedTokens: 101 }),
        "no event",
      ],
    });
    expect(answer).toMatchObject({
      status: 200,
      body: { recorded: 2, duplicates: 1, rejected: 3, failed: 0 },
    });
    expect(answer.body.results).toEqual([
      { index: 0, outcome: "recorded", id: expect.stringMatching(/^usg_/), costMicros: 450 },
      { index: 1, outcome: "recorded", id: expect.stringMatching(/^usg_/), costMicros: 12 },
      { index: 2, outcome: "duplicate", id: expect.stringMatching(/^usg_/) },
      { index: 3, outcome: "rejected", code: "not_found", detail: "There is no such agent." },
      expect.objectContaining({
        ...{ index: 4, code: "invalid_input" },
        errors: [{ path: "events.4.cachedTokens", message: expect.any(String) }],
      }),
      expect.objectContaining({
        index: 5,
        code: "invalid_input",
        errors: [expect.objectContaining({ path: "events.5" })],
      }),
    ]);
    const counted = await server.database
      .owner`select from usage_events where agent_id = ${toUuid(theirs.id)}`;
    expect(counted).toHaveLength(0);
  });

  it("takes 1,000 at once, and no more", async () => {
    const events = Array.from({ length: maxUsageEvents }, (_, n) => event({ idempotencyKey: `many-${n}` }));
    const before = await countEvents();
    const answer = await service.post("/api/usage", { events });
    expect(answer).toMatchObject({ status: 200, body: { recorded: maxUsageEvents } });
    expect(await countEvents()).toBe(before + maxUsageEvents);
    const tooMany = await service.post("/api/usage", { events: [...events, event()] });
    expect(tooMany.body).toMatchObject({ status: 400, errors: [{ path: "events" }] });
    expect((await service.post("/api/usage", { events: [] })).body).toMatchObject({
      ...{ status: 400, errors: [{ path: "events" }] },
    });
    expect(await countEvents()).toBe(before + maxUsageEvents);
  });

  test.each<[string, object, string]>([
    ["no agent", { agentId: undefined }, "agentId"],
    ["what is no agent", { agentId: newId("msg") }, "agentId"],
    ["no model", { model: "" }, "model"],
    ["a model of two lines", { model: "a\nb" }, "model"],
    ["a provider with capitals", { provider: "Anthropic" }, "provider"],
    ["no input tokens", { inputTokens: undefined }, "inputTokens"],
    ["negative tokens", { outputTokens: -1 }, "outputTokens"],
    ["half a token", { inputTokens: 1.5 }, "inputTokens"],
    ["tokens as text", { inputTokens: "100" }, "inputTokens"],
    ["too many tokens", { inputTokens: 1_000_000_001 }, "inputTokens"],
    ["more cached than input", { cachedTokens: 101 }, "cachedTokens"],
    ["more thinking than output", { thinkingTokens: 11 }, "thinkingTokens"],
    ["tools that are no list", { toolsCalled: "search" }, "toolsCalled"],
    ["a tool without a name", { toolsCalled: ["ok", ""] }, "toolsCalled.1"],
    ["101 tools", { toolsCalled: Array(101).fill("t") }, "toolsCalled"],
    ["a negative cost", { costMicros: -1 }, "costMicros"],
    ["a cost in fractions", { costMicros: 0.5 }, "costMicros"],
    ["a negative duration", { durationMs: -5 }, "durationMs"],
    ["a response longer than a number", { responseLength: 2 ** 40 }, "responseLength"],
    ["a time that is none", { occurredAt: "yesterday" }, "occurredAt"],
    ["a day that is none", { occurredAt: "2026-02-30T00:00:00Z" }, "occurredAt"],
    ["a time without a zone", { occurredAt: "2026-02-03T00:00:00" }, "occurredAt"],
    ["a time long ago", { occurredAt: "2020-01-01T00:00:00Z" }, "occurredAt"],
    ["a time to come", { occurredAt: "2999-01-01T00:00:00Z" }, "occurredAt"],
    ["a key with a space", { idempotencyKey: "a b" }, "idempotencyKey"],
    ["a key that is too long", { idempotencyKey: "k".repeat(201) }, "idempotencyKey"],
    ["a user of control characters", { userId: "a\u0007" }, "userId"],
    ["an empty run", { runId: "" }, "runId"],
    ["a reservation that is none", { reservationId: "rsv_1" }, "reservationId"],
    ["a field that is none", { tokens: 1 }, "tokens"],
    ["NUL in the query", { query: "a\0b" }, "query"],
    ["half a character in the query", { query: "\uD83D" }, "query"],
  ])("refuses %s and names the field", async (_, rest, path) => {
    const before = await countEvents();
    const answer = await service.post("/api/usage", event(rest));
    expect(answer.body).toMatchObject({ status: 400, code: "invalid_input" });
    expect(answer.body.errors).toContainEqual({ path, message: expect.any(String) });
    const among = await service.post("/api/usage", { events: [event(rest)] });
    expect(among.body).toMatchObject({ rejected: 1, recorded: 0 });
    const [result] = [among.body.results].flat();
    expect(Object(result).errors).toContainEqual({ path: `events.0.${path}`, message: expect.any(String) });
    expect(await countEvents()).toBe(before);
  });

  it.each<[string, unknown]>([
    ["a list", []],
    ["null", null],
    ["text", "x"],
  ])("refuses %s as a body", async (_, body) => {
    expect((await service.post("/api/usage", body)).body).toMatchObject({
      status: 400,
      code: "invalid_input",
    });
  });

  it("refuses a single event of another agent or another tenant's like one that is not there", async () => {
    const other = await createRouteTenant(server.runtime, server.origin);
    const theirs = await other.addAgent("Theirs");
    const answers = await Promise.all(
      [theirs.id, newId("agt")].map((agentId) => service.post("/api/usage", event({ agentId }))),
    );
    for (const { body, status } of answers) {
      expect(status).toBe(404);
      expect(body).toMatchObject({ code: "not_found", detail: "There is no such agent." });
    }
    expect(await peer.client.post("/api/usage", event())).toMatchObject({
      ...{ status: 403, body: { code: "sender_mismatch" } },
    });
  });

  it("is for agents, and for who may record activity", async () => {
    expect((await tenant.client.post("/api/usage", event())).status).toBe(201);
    const { key } = await createApiKey(
      server.runtime.db,
      tenant.admin,
      { name: "Reader", agentId: null, scopes: ["messages:read"] },
      aRequest,
    );
    const reader = apiClient(server.origin, bearer(key));
    expect(await reader.post("/api/usage", event())).toMatchObject({
      status: 403,
      body: { code: "forbidden" },
    });
    expect((await apiClient(server.origin, {}).post("/api/usage", event())).status).toBe(401);
  });
});

describe("an agent over its quota", () => {
  it("is shown with its state, is told to wait, and goes on when an admin lets it", async () => {
    const own = await tenant.addAgent("Eager");
    await tenant.client.put(`/api/agents/${own.id}/allowlist/${peer.id}`);
    const path = `/api/agents/${own.id}`;
    const send = () =>
      own.client.post("/api/messaging/send", {
        ...{ recipientId: peer.id, type: "status_update", payload: { status: "working" } },
      });
    expect((await tenant.client.get(path)).body.quota).toEqual({
      ...{ state: "normal", usedTokens: 0, quotaTokens: 10_000_000, usedPercent: 0, ceilingPercent: 150 },
      until: expect.stringMatching(/^\d{4}-\d\d-01T00:00:00.000Z$/),
    });
    await use(8_000_000, own);
    expect((await tenant.client.get(path)).body.quota).toMatchObject({ state: "warning", usedPercent: 80 });
    await use(2_000_000, own);
    expect((await send()).status).toBe(201);
    // However long this machine takes for the next one.
    await server.database.owner`update send_allowances set last_at = now() + interval '1 hour'`;
    const limited = await send();
    expect(limited).toMatchObject({ status: 429, body: { code: "quota_limited", category: "rate_limit" } });
    expect(limited.headers.get("Retry-After")).toBe("1");

    await use(5_100_000, own);
    expect(await send()).toMatchObject({
      ...{ status: 403, body: { code: "agent_paused", messageId: expect.stringMatching(/^msg_/) } },
    });
    const list = await tenant.client.get("/api/agents?search=Eager");
    expect(list.body.agents).toMatchObject([
      { status: "active", quota: { state: "paused", usedPercent: 151 } },
    ]);

    expect(await own.client.post(`/api/usage/agents/${own.id}/resume`, {})).toMatchObject({ status: 403 });
    const resumed = await tenant.client.post(`/api/usage/agents/${own.id}/resume`, {});
    expect(resumed).toMatchObject({
      ...{ status: 200, body: { quota: { state: "limited", ceilingPercent: 200 } } },
    });
    expect(await tenant.client.post(`/api/usage/agents/${own.id}/resume`, {})).toMatchObject({ status: 409 });
    expect(await tenant.client.post(`/api/usage/agents/${newId("agt")}/resume`, {})).toMatchObject({
      status: 404,
    });
    expect(await tenant.client.post(`/api/usage/agents/${own.id}/resume`, { x: 1 })).toMatchObject({
      status: 400,
    });
  });

  it("is made active by an admin, while a developer is told why that is not theirs", async () => {
    const own = await tenant.addAgent("Tireless");
    await use(15_000_000, own);
    const developer = await addMember(server.runtime.db, tenant.admin, "developer");
    const asDeveloper = apiClient(server.origin, {
      Cookie: await server.signIn(developer),
      Origin: server.origin,
    });
    const refused = await asDeveloper.patch(`/api/agents/${own.id}`, { status: "active" });
    expect(refused).toMatchObject({
      ...{ status: 403, body: { code: "forbidden", detail: expect.stringContaining("billing:write") } },
    });
    expect(await tenant.client.patch(`/api/agents/${own.id}`, { status: "active" })).toMatchObject({
      ...{ status: 200, body: { status: "active", quota: { state: "limited", ceilingPercent: 200 } } },
    });
  });
});

it("what is counted shows in the metrics, with labels of the catalogue alone", async () => {
  await service.post(
    "/api/usage",
    event({ provider: "somebody-else", inputTokens: 3, toolsCalled: ["orders.lookup"] }),
  );
  const metrics = await server.runtime.metrics.registry.metrics();
  expect(metrics).toMatch(/signalbox_usage_events_total\{outcome="recorded"\} [1-9]/);
  expect(metrics).toMatch(/signalbox_usage_tokens_total\{provider="anthropic",direction="input"\} [1-9]/);
  expect(metrics).toMatch(/signalbox_llm_calls_total\{provider="anthropic"\} [1-9]/);
  expect(metrics).toContain('signalbox_tool_calls_total{tool="orders.lookup"} 1');
  expect(metrics).toMatch(/signalbox_usage_cost_dollars_total\{provider="other"\} 0\.\d/);
  expect(metrics).not.toContain("somebody-else");
});
