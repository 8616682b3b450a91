import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AlertId, newId, toUuid } from "#db/ids.ts";
import { plantAlert } from "#tests/domain/alerts/an-alert.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import {
  type ApiClient,
  apiClient,
  createRouteTenant,
  type RouteAgent,
  type RouteTenant,
} from "./api-client.ts";

let server: TestServer;
let tenant: RouteTenant;
let other: RouteTenant;
let agent: RouteAgent;
let api: ApiClient;

beforeAll(async () => {
  server = await startTestServer({ env: { ALERT_CHECK_RATE_LIMIT_REQUESTS: "6" } });
  tenant = await createRouteTenant(server.runtime, server.origin);
  other = await createRouteTenant(server.runtime, server.origin);
  agent = await tenant.addAgent("Planner");
  api = tenant.client;
});
afterAll(() => server.close());

const plant = (planted: Parameters<typeof plantAlert>[2] = {}) =>
  plantAlert(server.database.owner, tenant.tenantId, planted);
const ofAgent = () => plant({ subject: { type: "agent", id: agent.id, name: "Planner" } });

describe("GET /api/alerts", () => {
  it("lists the tenant's, and goes on by its cursor", async () => {
    const ids = [
      await plant({ secondsAgo: 300 }),
      await plant({ secondsAgo: 200 }),
      await plant({ secondsAgo: 100 }),
    ];
    const first = await api.get("/api/alerts?status=open&limit=2");
    expect(first).toMatchObject({ status: 200, body: { alerts: [{ id: ids[2] }, { id: ids[1] }] } });
    const rest = await api.get(`/api/alerts?status=open&limit=2&cursor=${String(first.body.nextCursor)}`);
    expect(rest.body).toMatchObject({ alerts: [{ id: ids[0] }], nextCursor: null });
    expect((await other.client.get("/api/alerts")).body).toEqual({ alerts: [], nextCursor: null });
  });

  it.each([
    ["status=closed", "query.status"],
    ["severity=fatal", "query.severity"],
    ["kind=earthquake", "query.kind"],
    ["agentId=usr_1", "query.agentId"],
    ["from=yesterday", "query.from"],
    ["from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z", "query.to"],
    ["limit=0", "query.limit"],
    ["limit=101", "query.limit"],
    ["cursor=forged", "query.cursor"],
    ["tenantId=everybody", "query.tenantId"],
    ["subjectId=%00", "query.subjectId"],
    ["unknown=1", "query.unknown"],
  ])("refuses %s, naming the field", async (query, path) => {
    const answer = await api.get(`/api/alerts?${query}`);
    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.body)).toContain(path);
  });

  it("is for those who may read alerts", async () => {
    expect((await agent.client.get("/api/alerts")).status).toBe(403);
    for (const reach of ["all", other.tenantId])
      expect((await api.get(`/api/alerts?tenantId=${reach}`)).status).toBe(403);
  });
});

describe("an alert over HTTP", () => {
  it("is acknowledged, acted on and resolved with a note, each once however often it is sent", async () => {
    const alertId = await ofAgent();
    const path = `/api/alerts/${alertId}`;
    for (let n = 0; n < 2; n++)
      expect(await api.put(`${path}/acknowledge`, { note: "on it" })).toMatchObject({
        ...{ status: 200, body: { id: alertId, status: "acknowledged" } },
      });
    for (let n = 0; n < 2; n++)
      expect((await api.post(`${path}/actions`, { action: "pause_agent", reason: "to look" })).status).toBe(
        200,
      );
    expect((await api.get(`/api/agents/${agent.id}`)).body).toMatchObject({
      ...{ status: "paused", pausedReason: "to look" },
    });
    expect((await api.post(`${path}/notes`, { text: "a loop" })).status).toBe(201);
    for (let n = 0; n < 2; n++)
      expect((await api.put(`${path}/resolve`, { note: "mended" })).body).toMatchObject({
        ...{ status: "resolved", resolution: "mended" },
      });
    const detail = await api.get(path);
    expect(detail.body).toMatchObject({
      entries: [{ kind: "acknowledged" }, { kind: "action" }, { kind: "note" }, { kind: "resolved" }],
      actions: [{ action: "pause_agent", state: "done" }],
    });
    expect((await api.put(`${path}/acknowledge`, {})).status).toBe(409);
  });

  it("is snoozed by minutes or until a time, never into the past", async () => {
    const path = `/api/alerts/${await plant()}`;
    expect((await api.put(`${path}/snooze`, { minutes: 30 })).body.snoozedUntil).toMatch(/Z$/);
    expect((await api.put(`${path}/unsnooze`)).body.snoozedUntil).toBeNull();
    for (const body of [{ until: "2020-01-01T00:00:00Z" }, { minutes: 0 }, { minutes: 5, until: "x" }, {}])
      expect((await api.put(`${path}/snooze`, body)).status).toBe(400);
  });

  it("is nobody else's", async () => {
    const alertId = await ofAgent();
    const asked = (client: ApiClient, id: AlertId) =>
      Promise.all([
        client.get(`/api/alerts/${id}`),
        client.put(`/api/alerts/${id}/acknowledge`, {}),
        client.put(`/api/alerts/${id}/resolve`, {}),
        client.put(`/api/alerts/${id}/snooze`, { minutes: 5 }),
        client.post(`/api/alerts/${id}/notes`, { text: "x" }),
        client.post(`/api/alerts/${id}/actions`, { action: "pause_agent" }),
        client.get(`/api/alerts/${id}?tenantId=${tenant.tenantId}`),
      ]);
    const theirs = await asked(other.client, alertId);
    const none = await asked(other.client, newId("alr"));
    expect(theirs.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404, 404, 403]);
    const say = (answers: typeof theirs) => answers.map(({ body }) => [body.code, body.detail]);
    expect(say(theirs)).toEqual(say(none));
    const bulk = await other.client.post("/api/alerts/answers", { alertIds: [alertId], answer: "resolve" });
    expect(bulk).toMatchObject({ status: 200, body: { answers: [{ alertId, outcome: "not_found" }] } });
    const [row] = await server.database.owner`select status from alerts where id = ${toUuid(alertId)}`;
    expect(row).toEqual({ status: "open" });
  });
});

describe("rules, silences and the bell over HTTP", () => {
  it("lists, adds, changes and removes rules", async () => {
    const { body } = await api.get("/api/alerts/configs");
    expect(body.rules).toHaveLength(12);
    const made = await api.post("/api/alerts/configs", {
      kind: "policy_denials",
      agentId: agent.id,
      threshold: 2,
    });
    expect(made).toMatchObject({ status: 201, body: { builtIn: false, threshold: 2, agentName: "Planner" } });
    const path = `/api/alerts/configs/${String(made.body.id)}`;
    expect((await api.patch(path, { threshold: 4 })).body).toMatchObject({ threshold: 4 });
    const refused = await api.patch(path, { threshold: 0 });
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ path: "threshold" }] } });
    expect((await other.client.patch(path, { threshold: 9 })).status).toBe(404);
    expect((await other.client.delete(path)).status).toBe(404);
    expect((await api.delete(path)).status).toBe(204);
    expect((await api.get(path)).status).toBe(404);
  });

  it("makes silences and ends them", async () => {
    const endsAt = new Date(Date.now() + 3_600_000).toISOString();
    const made = await api.post("/api/alerts/silences", { kind: "rate_limit", reason: "load test", endsAt });
    expect(made).toMatchObject({ status: 201, body: { isActive: true, reason: "load test" } });
    const path = `/api/alerts/silences/${String(made.body.id)}`;
    expect((await other.client.delete(path)).status).toBe(404);
    for (let n = 0; n < 2; n++) expect((await api.delete(path)).status).toBe(204);
    expect((await api.get("/api/alerts/silences")).body).toMatchObject({ silences: [{ isActive: false }] });
  });

  it("counts what is unread, until it is read", async () => {
    // Where nothing else is found meanwhile.
    const { client, tenantId } = await createRouteTenant(server.runtime, server.origin);
    await plantAlert(server.database.owner, tenantId, { secondsAgo: 1 });
    const bell = await client.get("/api/alerts/bell");
    expect(bell.body.unread).toBe(1);
    expect(await client.put("/api/alerts/read", { all: true })).toMatchObject({
      status: 200,
      body: { unread: 0 },
    });
    expect((await client.get("/api/alerts/bell")).body.unread).toBe(0);
    const wanted = { minSeverity: "critical", mutedKinds: ["rate_limit"] };
    expect((await client.put("/api/alerts/preferences", wanted)).body).toEqual(wanted);
    expect((await client.get("/api/alerts/preferences")).body).toEqual(wanted);
    expect((await other.client.get("/api/alerts/preferences")).body).toEqual({
      minSeverity: "info",
      mutedKinds: [],
    });
  });

  it("gives statistics and counts", async () => {
    expect((await api.get("/api/alerts/statistics?window=24h")).body).toMatchObject({ window: "24h" });
    expect((await api.get("/api/alerts/statistics?window=1y")).status).toBe(400);
    expect((await api.get("/api/alerts/counts")).body).toHaveProperty("bySeverity");
  });
});

describe("POST /api/alerts/check", () => {
  it("looks now, says how many it has opened, is recorded, and cannot be asked for all the time", async () => {
    // What others have asked for here before may be found just now.
    expect((await api.post("/api/alerts/check")).body).toEqual({ opened: expect.any(Number) });
    const asked = async () =>
      server.database.owner`
        select from audit_events
        where tenant_id = ${toUuid(tenant.tenantId)} and action = 'alert.check.requested'`;
    expect(await asked()).toHaveLength(1);
    expect((await agent.client.post("/api/alerts/check")).status).toBe(403);
    expect((await api.post(`/api/alerts/check?tenantId=${other.tenantId}`)).status).toBe(403);
    const statuses = [];
    for (let n = 0; n < 7; n++) statuses.push((await other.client.post("/api/alerts/check")).status);
    expect(statuses).toEqual([...Array(6).fill(200), 429]);
    expect(await asked()).toHaveLength(1);
  });
});

it("writes nothing for a tenant that is not there, whoever asks", async () => {
  const admin = await createRouteTenant(server.runtime, server.origin);
  await server.database.owner`update users set platform_admin = true where id = ${toUuid(admin.adminId)}`;
  const client = apiClient(server.origin, {
    Cookie: await server.signIn(admin),
    Origin: server.runtime.env.http.origin,
  });
  const nobody = newId("ten");
  const endsAt = new Date(Date.now() + 3_600_000).toISOString();
  const answers = [
    await client.post(`/api/alerts/check?tenantId=${nobody}`),
    await client.post(`/api/alerts/configs?tenantId=${nobody}`, { kind: "rate_limit" }),
    await client.post(`/api/alerts/silences?tenantId=${nobody}`, { reason: "Works", endsAt }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
  const recorded = await server.database.owner`
    select from audit_events where tenant_id = ${toUuid(nobody)}`;
  expect(recorded).toEqual([]);
});
