import { afterAll, beforeAll, expect, test } from "vitest";
import { rollUpTraffic } from "#app/domain/messaging/statistics/roll-up-traffic.server.ts";
import { newId } from "#db/ids.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import { createRouteTenant, type RouteAgent, type RouteTenant } from "./api-client.ts";

let server: TestServer;
let tenant: RouteTenant;
let ann: RouteAgent;
let bob: RouteAgent;

beforeAll(async () => {
  server = await startTestServer();
  tenant = await createRouteTenant(server.runtime, server.origin);
  ann = await tenant.addAgent("Ann");
  bob = await tenant.addAgent("Bob");
  await tenant.client.put(`/api/agents/${ann.id}/allowlist/${bob.id}`);
  const escalation = (recipientId: string) => ({
    recipientId,
    type: "escalation",
    payload: { reason: "help", severity: "low" },
  });
  for (const [agent, recipientId, status] of [
    [ann, bob.id, 201],
    [ann, "operators", 201],
    [bob, ann.id, 403],
  ] as const)
    expect((await agent.client.post("/api/messaging/send", escalation(recipientId))).status).toBe(status);
  await rollUpTraffic(server.runtime.db);
});
afterAll(() => server.close());

test("a person gets the tenant's statistics, an agent its own", async () => {
  const { status, body } = await tenant.client.get("/api/messaging/statistics?window=7d");
  expect(status).toBe(200);
  expect(body).toMatchObject({
    window: { grain: "hour" },
    totals: { sent: 3, delivered: 2, blocked: 1, failed: 0, expired: 0, pending: 0 },
    byType: { escalation: { sent: 3 } },
    byKind: { notification: { sent: 3 } },
    deliveryTime: { count: 2 },
    topSenders: [
      { party: { name: "Ann" }, sent: 2, blocked: 0 },
      { party: { name: "Bob" }, sent: 1, blocked: 1 },
    ],
  });
  expect(body.series).toHaveLength(168);
  const own = await bob.client.get("/api/messaging/statistics");
  expect(own.body).toMatchObject({ totals: { sent: 2, delivered: 1, blocked: 1 }, byType: null });
  const asked = await tenant.client.get(`/api/messaging/statistics?agentId=${bob.id}`);
  expect(asked.body).toMatchObject({ totals: { sent: 2, delivered: 1, blocked: 1 } });
});

test("an agent's communications name whom it talks to", async () => {
  const { status, body } = await tenant.client.get(`/api/agents/${ann.id}/communications?days=1`);
  expect(status).toBe(200);
  expect(body).toMatchObject({ agentId: ann.id, pagination: { total: 2, limit: 100, nextCursor: null } });
  expect(body.peers).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ peer: { id: bob.id, kind: "agent", name: "Bob" }, sent: 1, turnedAway: 1 }),
      expect.objectContaining({ peer: expect.objectContaining({ kind: "desk" }), sent: 1 }),
    ]),
  );
  expect((await ann.client.get(`/api/agents/${ann.id}/communications`)).status).toBe(200);
  expect((await ann.client.get(`/api/agents/${bob.id}/communications`)).status).toBe(404);
});

const year = (n: number) => `${n}-01-01T00:00:00Z`;
test.each([
  ["/api/messaging/statistics?window=1y", "query.window"],
  ["/api/messaging/statistics?window=7d&from=2026-01-01T00:00:00Z", "query.window"],
  ["/api/messaging/statistics?from=yesterday", "query.from"],
  ["/api/messaging/statistics?from=0000-01-01T00:00:00Z", "query.from"],
  [`/api/messaging/statistics?from=${year(2999)}`, "query.from"],
  [`/api/messaging/statistics?from=${year(2001)}`, "query.from"],
  [`/api/messaging/statistics?from=${year(2001)}&to=${year(2003)}`, "query.to"],
  [`/api/messaging/statistics?from=${year(2003)}&to=${year(2002)}`, "query.to"],
  [`/api/messaging/statistics?to=${year(2003)}`, "query.to"],
  ["/api/messaging/statistics?from=2026-01-01T00:00:00Z&to=9999-12-31T23:59:59Z", "query.to"],
  ["/api/messaging/statistics?agentId=%00", "query.agentId"],
  [`/api/messaging/statistics?agentId=${newId("msg")}`, "query.agentId"],
  ["/api/messaging/statistics?agent=x", "query.agent"],
])("%s is refused at %s", async (path, field) => {
  const { status, body } = await tenant.client.get(path);
  expect(status).toBe(400);
  expect(body.errors).toEqual(expect.arrayContaining([expect.objectContaining({ path: field })]));
});

test.each([
  ["days=0", "query.days"],
  ["days=91", "query.days"],
  ["days=1e9", "query.days"],
  ["limit=101", "query.limit"],
  ["cursor=%00", "query.cursor"],
  ["cursor=bnVsbA", "query.cursor"],
  ["page=2", "query.page"],
])("communications with %s are refused at %s", async (search, field) => {
  const { status, body } = await tenant.client.get(`/api/agents/${ann.id}/communications?${search}`);
  expect(status).toBe(400);
  expect(body.errors).toEqual(expect.arrayContaining([expect.objectContaining({ path: field })]));
});

test("the right to read messages is needed", async () => {
  const deaf = await tenant.addAgent("Deaf", { scopes: ["messages:send"] });
  expect((await deaf.client.get("/api/messaging/statistics")).status).toBe(403);
  expect((await deaf.client.get(`/api/agents/${deaf.id}/communications`)).status).toBe(403);
});

test("the page shows them, and asks for a sign-in first", async () => {
  expect((await server.fetch("/dashboard/statistics")).status).toBe(302);
  const page = await tenant.client.get("/dashboard/statistics?window=30d", { Accept: "text/html" });
  expect(page.status).toBe(200);
  expect(page.text).toContain("Messages of the last 30 days, by day (UTC)");
  expect((await tenant.client.get("/dashboard/statistics?window=2y", { Accept: "text/html" })).status).toBe(
    400,
  );
});
