import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dayOf } from "#app/domain/usage/reading/days.ts";
import { keepSessionToken } from "#app/http/session-cookie.server.ts";
import { newId } from "#db/ids.ts";
import { addRollUps } from "#tests/domain/usage/roll-ups.ts";
import { createPlatformAdminFixture } from "#tests/setup/platform-admin.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import {
  type ApiClient,
  apiClient,
  createRouteTenant,
  type RouteAgent,
  type RouteTenant,
} from "./api-client.ts";

const today = dayOf(Date.now());

let server: TestServer;
let tenant: RouteTenant;
let other: RouteTenant;
let platform: ApiClient;
let ann: RouteAgent;
let bob: RouteAgent;

beforeAll(async () => {
  server = await startTestServer();
  const { runtime, origin, database } = server;
  tenant = await createRouteTenant(runtime, origin);
  other = await createRouteTenant(runtime, origin);
  const { token } = await createPlatformAdminFixture(runtime.db, runtime.credentials);
  const cookie = (await keepSessionToken(token, { runtime })).split(";")[0] ?? "";
  platform = apiClient(origin, { Cookie: cookie, Origin: origin });
  [ann, bob] = [await tenant.addAgent("Ann"), await tenant.addAgent("=Bob")];
  await addRollUps(database, tenant.tenantId, [
    { day: today, agentId: ann.id, input: 8_100_000, costMicros: 24_300_000, tools: { search: 3 } },
    { day: today, agentId: bob.id, input: 5, costMicros: 20 },
  ]);
});
afterAll(() => server.close());

const html = { Accept: "text/html" };

describe("reading usage", () => {
  test("by day, by agent, by tool, as the tenant's people and keys with the right see it", async () => {
    const daily = await tenant.client.get("/api/usage/daily?by=agent&metric=cost");
    expect(daily.status).toBe(200);
    expect(daily.body).toMatchObject({
      totals: { tokens: 8_100_005, costMicros: 24_300_020 },
      groups: [{ id: ann.id, name: "Ann", total: 24_300_000 }, { name: "=Bob" }],
    });
    const agents = await tenant.client.get("/api/usage/agents?sort=percent");
    expect(agents.body.agents).toMatchObject([
      { name: "Ann", percent: 81, quotaState: "warning" },
      { name: "=Bob", quotaState: "normal" },
    ]);
    const tools = await tenant.client.get("/api/usage/tools");
    expect(tools.body).toMatchObject({ tools: [{ tool: "search", calls: 3 }], totalCalls: 3 });
    const reader = await tenant.addAgent("Reader", { scopes: ["billing:read"] });
    expect((await reader.client.get("/api/usage/daily")).body.totals).toMatchObject({ tokens: 8_100_005 });
    expect((await ann.client.get("/api/usage/daily")).status).toBe(403);
    expect((await other.client.get("/api/usage/daily")).body.totals).toMatchObject({ tokens: 0 });
    expect((await other.client.get(`/api/usage/daily?agentId=${ann.id}`)).body.totals).toMatchObject({
      tokens: 0,
    });
  });

  test("an export is a file that reads back to what was used", async () => {
    const csv = await tenant.client.get("/api/usage/export");
    expect(csv.headers.get("Content-Type")).toBe("text/csv; charset=utf-8");
    expect(csv.headers.get("Content-Disposition")).toMatch(
      /^attachment; filename="usage-\d{4}-\d\d-\d\d\.csv"$/,
    );
    expect(csv.text).toContain(`,${bob.id},'=Bob,sonnet,`);
    const ndjson = await server.fetch("/dashboard/usage/export?format=ndjson&window=7d", {
      headers: { Cookie: await server.signIn(tenant) },
    });
    const rows = (await ndjson.text())
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(rows.reduce((sum, { costMicros }) => sum + costMicros, 0)).toBe(24_300_020);
    expect((await tenant.client.get("/admin/usage/export?format=csv")).status).toBe(403);
    const all = await platform.get(`/admin/usage/export?format=csv&tenantId=${tenant.tenantId}`);
    expect(all.text).toContain(tenant.tenantId);
  });

  test.each([
    ["/api/usage/daily?from=yesterday", "query.from"],
    ["/api/usage/daily?from=2026-02-30", "query.from"],
    ["/api/usage/daily?from=2020-01-01&to=2022-01-01", "query.to"],
    ["/api/usage/daily?from=2026-02-02&to=2026-02-01", "query.to"],
    ["/api/usage/daily?by=tenant", "query.by"],
    [`/api/usage/daily?by=user&agentId=${newId("agt")}`, "query.by"],
    ["/api/usage/daily?agentId=%00", "query.agentId"],
    ["/api/usage/daily?model=%00", "query.model"],
    ["/api/usage/daily?page=1", "query.page"],
    ["/api/usage/agents?month=2026-13", "query.month"],
    ["/api/usage/agents?month=2999-01", "query.month"],
    ["/api/usage/agents?sort=trend", "query.sort"],
    ["/api/usage/agents?limit=101", "query.limit"],
    ["/api/usage/agents?cursor=bnVsbA", "query.cursor"],
    ["/api/usage/agents?cursor=%C3%BF", "query.cursor"],
    ["/api/usage/tools?limit=0", "query.limit"],
    ["/api/usage/export?format=xml", "query.format"],
  ])("%s is refused at %s", async (path, field) => {
    const { status, body } = await tenant.client.get(path);
    expect(status).toBe(400);
    expect(body.errors).toEqual(expect.arrayContaining([expect.objectContaining({ path: field })]));
  });

  test("the pages show it, and ask for a sign-in and the right first", async () => {
    expect((await server.fetch("/dashboard/usage")).status).toBe(302);
    const page = await tenant.client.get("/dashboard/usage", html);
    expect(page.status).toBe(200);
    expect(page.text).toContain("Tokens of the last 30 days, by day (UTC)");
    expect(page.text).toContain("Near its quota");
    for (const search of ["by=user&tier=opus", "by=tenant", "window=365d&metric=cost&by=model", "sort=name"])
      expect((await tenant.client.get(`/dashboard/usage?${search}`, html)).status, search).toBe(200);
    expect((await tenant.client.get("/dashboard/usage?window=2y", html)).status).toBe(400);
    expect((await tenant.client.get("/admin/usage", html)).status).toBe(403);
    const all = await platform.get("/admin/usage?by=tenant", html);
    expect(all.status).toBe(200);
    expect(all.text).toContain("All organisations");
    expect((await platform.get(`/admin/usage?tenantId=${tenant.tenantId}`, html)).text).toContain(
      "Near its quota",
    );
  });
});

describe("budgets", () => {
  test("are set, read and removed by who may", async () => {
    const put = (body: object, who = tenant.client) => putJson(who, "/api/usage/budgets", body);
    const made = await put({ amountMicros: 500_000_000 });
    expect(made.status).toBe(200);
    expect(made.body).toMatchObject({ agentId: null, spentMicros: 24_300_020, percent: 4 });
    const own = await put({ agentId: bob.id, amountMicros: 1_000 });
    expect(own.body).toMatchObject({ agentName: "=Bob", spentMicros: 20 });
    const { body } = await tenant.client.get("/api/usage/budgets");
    expect(body.budgets).toMatchObject([{ agentId: null }, { agentId: bob.id }]);
    const path = `/api/usage/budgets/${String(own.body.id)}`;
    expect((await other.client.get(path)).status).toBe(404);
    expect((await other.client.delete(path)).status).toBe(404);
    expect((await put({ agentId: bob.id, amountMicros: 1 }, other.client)).status).toBe(404);
    expect((await put({ agentId: bob.id, amountMicros: 1 }, ann.client)).status).toBe(403);
    expect((await tenant.client.delete(path)).status).toBe(204);
    expect((await tenant.client.get(path)).status).toBe(404);
    for (const [bad, field] of [
      [{}, "amountMicros"],
      [{ amountMicros: 0 }, "amountMicros"],
      [{ amountMicros: 1.5 }, "amountMicros"],
      [{ amountMicros: 1e21 }, "amountMicros"],
      [{ amountMicros: 1, agentId: "agt_x" }, "agentId"],
      [{ amountMicros: 1, owner: "me" }, "owner"],
    ] as const) {
      const refused = await put(bad);
      expect(refused.status).toBe(400);
      expect(refused.body.errors).toEqual([expect.objectContaining({ path: field })]);
    }
    await tenant.client.delete(`/api/usage/budgets/${String(made.body.id)}`);
  });

  test("an agent reserves for itself until its budget is used up, and settles", async () => {
    await putJson(tenant.client, "/api/usage/budgets", { agentId: ann.id, amountMicros: 24_800_000 });
    const reserve = (amountMicros: number, agent = ann) =>
      agent.client.post("/api/usage/reserve", { agentId: ann.id, amountMicros, runId: "run-1" });
    const made = await reserve(400_000);
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      status: "open",
      runId: "run-1",
      budgets: [{ remainingMicros: 100_000 }],
    });
    const refused = await reserve(100_001);
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({
      ...{ code: "budget_exceeded", remainingMicros: 100_000, amountMicros: 100_001 },
    });
    expect((await reserve(1, bob)).body.code).toBe("sender_mismatch");
    const path = `/api/usage/reservations/${String(made.body.id)}`;
    expect((await bob.client.post(`${path}/settle`, {})).status).toBe(404);
    const settled = await ann.client.post(`${path}/settle`, { costMicros: 250_000 });
    expect(settled.body).toMatchObject({ status: "settled", costMicros: 250_000 });
    expect((await ann.client.post(`${path}/release`)).status).toBe(409);
    const again = await reserve(250_000);
    expect(again.status).toBe(201);
    const released = await ann.client.post(`/api/usage/reservations/${String(again.body.id)}/release`);
    expect(released.body).toMatchObject({ status: "released" });
  });
});

test("the service's figures count runs, calls of models and of tools", async () => {
  const activity = (action: string, id: string, details: object) => ({ action, resource: { id }, details });
  const recorded = await tenant.client.post("/api/activity", {
    events: [
      activity("run.started", "r1", {}),
      activity("run.started", "r2", {}),
      activity("run.started", "r3", {}),
      activity("run.ended", "r1", { outcome: "succeeded", durationMs: 2_000 }),
      activity("run.ended", "r2", { outcome: "failed", durationMs: 4_000 }),
    ],
  });
  expect(recorded.body).toMatchObject({ recorded: 5 });
  expect((await tenant.client.get("/api/metrics")).status).toBe(403);
  const { body } = await platform.get("/api/metrics");
  expect(body).toMatchObject({
    runs: {
      total: { started: 3, running: 1, succeeded: 1, failed: 1, cancelled: 0 },
      today: { started: 3, succeeded: 1, failed: 1 },
      averageDurationMs: 3_000,
    },
    llm: { today: [{ provider: "anthropic", calls: 2, tokens: 8_100_005, costMicros: 24_300_020 }] },
    tools: [{ tool: "search", calls: 3 }],
  });
  const scraped = await (await server.fetch("/metrics")).text();
  expect(scraped).toContain('signalbox_runs{status="running"} 1');
  expect(scraped).toContain('signalbox_runs_today{status="failed"} 1');
  expect(scraped).toContain("signalbox_run_average_duration_seconds 3");
});

const putJson = (client: ApiClient, path: string, body: object) =>
  client.raw(path, {
    method: "PUT",
    body: JSON.stringify(body),
    headers: { "Content-Type": "application/json" },
  });
