import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { generateApiKey } from "#app/domain/auth/secrets.server.ts";
import { newId, SYSTEM_TENANT_ID } from "#db/ids.ts";
import { enqueueJob } from "#jobs/enqueue.ts";
import { createPlatformAdminFixture, type PlatformAdminFixture } from "#tests/setup/platform-admin.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import {
  type ApiClient,
  apiClient,
  bearer,
  createRouteTenant,
  type RouteAgent,
  type RouteTenant,
} from "./api-client.ts";
import { openEventStream } from "./open-stream.ts";

let server: TestServer;
let platform: PlatformAdminFixture;
let client: ApiClient;
let tenant: RouteTenant;
let agent: RouteAgent;

beforeAll(async () => {
  server = await startTestServer();
  platform = await createPlatformAdminFixture(server.database.db);
  client = apiClient(server.origin, { Cookie: await server.signIn(platform), Origin: server.origin });
  tenant = await createRouteTenant(server.runtime, server.origin);
  agent = await tenant.addAgent("Scout");
});
afterAll(() => server.close());

const pathOf = (id: string, rest = "") => `/api/admin/tenants/${id}${rest}`;

async function failedJob(): Promise<string> {
  const id = await server.database.db.asSystem((tx) => enqueueJob(tx, "purge-sessions", {}));
  await server.database.owner`
    update graphile_worker._private_jobs set attempts = max_attempts, last_error = 'the disk is full'
    where id = ${id}::bigint`;
  return id;
}

/** Every address of the service's administration, with something that would be right. */
const requests: [string, (client: ApiClient) => Promise<{ status: number; text: string }>][] = [
  ["GET tenants", (as) => as.get("/api/admin/tenants")],
  ["GET a tenant", (as) => as.get(pathOf(tenant.tenantId))],
  ["PATCH a tenant", (as) => as.patch(pathOf(tenant.tenantId), { plan: "growth" })],
  ["POST suspend", (as) => as.post(pathOf(tenant.tenantId, "/suspend"), { reason: "x" })],
  ["POST resume", (as) => as.post(pathOf(tenant.tenantId, "/resume"))],
  ["GET system", (as) => as.get("/api/admin/system")],
  ["GET jobs", (as) => as.get("/api/admin/jobs")],
  ["POST retry one", (as) => as.post("/api/admin/jobs/1/retry")],
  ["POST retry all", (as) => as.post("/api/admin/jobs/retry", { task: "purge-sessions" })],
  ["GET metrics", (as) => as.get("/api/metrics")],
];

describe.each(requests)("%s", (_, run) => {
  test("is for nobody of a tenant, nor for its agents, and not for strangers", async () => {
    const other = await createRouteTenant(server.runtime, server.origin);
    const denied = await run(tenant.client);
    expect(denied.status).toBe(403);
    expect((await run(other.client)).status).toBe(403);
    expect((await run(agent.client)).status).toBe(403);
    expect(denied.text).not.toMatch(/tenant-[0-9a-f]{10}|"task"/);
    expect((await run(apiClient(server.origin, { Origin: server.origin }))).status).toBe(401);
  });
});

test("tenants are listed and read by platform admins", async () => {
  const list = await client.get(`/api/admin/tenants?search=${tenant.tenantId}`);
  expect(list).toMatchObject({
    status: 200,
    body: { tenants: [{ id: tenant.tenantId, members: 1, agents: 1 }], total: 1, nextCursor: null },
  });
  const one = await client.get(pathOf(tenant.tenantId));
  expect(one).toMatchObject({
    status: 200,
    body: { id: tenant.tenantId, admins: [{ email: tenant.email }] },
  });
  expect(one.text).not.toMatch(/password|hash/i);
});

test.each([
  ["a limit out of range", () => client.get("/api/admin/tenants?limit=101"), "query.limit"],
  ["a forged cursor", () => client.get("/api/admin/tenants?cursor=agt_1"), "query.cursor"],
  ["an unknown plan", () => client.patch(pathOf(tenant.tenantId), { plan: "free" }), "plan"],
  ["an unknown field", () => client.patch(pathOf(tenant.tenantId), { plan: "growth", name: "x" }), "name"],
  ["no reason", () => client.post(pathOf(tenant.tenantId, "/suspend"), { reason: " " }), "reason"],
  [
    "a reason of two lines",
    () => client.post(pathOf(tenant.tenantId, "/suspend"), { reason: "a\nb" }),
    "reason",
  ],
  ["an id that is none", () => client.get(pathOf("nonsense")), "params.tenantId"],
  ["a job that is no number", () => client.post("/api/admin/jobs/1e3/retry"), "params.jobId"],
  ["a job beyond all numbers", () => client.post(`/api/admin/jobs/${"9".repeat(19)}/retry`), "params.jobId"],
  ["a task that is no name", () => client.post("/api/admin/jobs/retry", { task: "../x" }), "task"],
])("%s is refused by its name", async (_, run, path) => {
  expect(await run()).toMatchObject({ status: 400, body: { errors: [{ path }] } });
});

test("what is not there is 404, and the service's own tenant is left as it is", async () => {
  expect((await client.get(pathOf(newId("ten")))).status).toBe(404);
  expect((await client.post(pathOf(newId("ten"), "/suspend"), { reason: "x" })).status).toBe(404);
  expect((await client.post("/api/admin/jobs/999999999999/retry")).status).toBe(404);
  expect((await client.post(pathOf(SYSTEM_TENANT_ID, "/suspend"), { reason: "x" })).status).toBe(409);
  expect((await client.patch(pathOf(SYSTEM_TENANT_ID), { plan: "growth" })).status).toBe(409);
});

test("a suspended tenant: its keys, sessions and streams end within their bounds, and sign-in says so", async () => {
  const other = await createRouteTenant(server.runtime, server.origin);
  const theirs = await other.addAgent("Theirs");
  const inbox = `/api/messaging/inbox/${theirs.id}`;
  const stream = await openEventStream(new URL(`${inbox}/stream`, server.origin), bearer(theirs.key));
  expect((await theirs.client.get(inbox)).status).toBe(200);
  const before = performance.now();
  expect(await client.post(pathOf(other.tenantId, "/suspend"), { reason: "Unpaid" })).toMatchObject({
    status: 200,
    body: { status: "suspended", suspendedReason: "Unpaid", openSessions: 0 },
  });
  expect((await other.client.get("/api/agents")).status).toBe(401);
  await expect.poll(async () => (await theirs.client.get(inbox)).status, { timeout: 3_000 }).toBe(401);
  expect(performance.now() - before).toBeLessThan(3_000);
  await expect.poll(() => stream.hasEnded, { timeout: 10_000 }).toBe(true);
  expect(performance.now() - before).toBeLessThan(10_000);

  const signIn = (password: string) =>
    server.fetch("/sign-in", {
      method: "POST",
      headers: { Origin: server.origin },
      body: new URLSearchParams({ email: other.email, password }),
    });
  const told = await signIn(other.password);
  expect(told.status).toBe(403);
  expect(await told.text()).toContain("Your organisation is suspended");
  const untold = await signIn("a wrong password");
  expect(untold.status).toBe(401);
  expect(await untold.text()).not.toContain("suspended");

  expect((await client.post(pathOf(other.tenantId, "/resume"))).body).toMatchObject({ status: "active" });
  await expect.poll(async () => (await theirs.client.get(inbox)).status).toBe(200);
  expect((await signIn(other.password)).status).toBe(302);
});

test("failed jobs are listed and retried, one or all of a task", async () => {
  const [one] = [await failedJob(), await failedJob(), await failedJob()];
  const listed = await client.get("/api/admin/jobs?task=purge-sessions&limit=2");
  expect(listed.body).toMatchObject({
    jobs: [{ error: "the disk is full" }, {}],
    nextCursor: expect.any(String),
  });
  expect((await client.post(`/api/admin/jobs/${one}/retry`)).status).toBe(204);
  expect((await client.post(`/api/admin/jobs/${one}/retry`)).status).toBe(404);
  expect((await client.post("/api/admin/jobs/retry", { task: "purge-sessions" })).body).toEqual({
    retried: 2,
  });
  expect((await client.get("/api/admin/jobs")).body).toEqual({ jobs: [], nextCursor: null });
});

test("the system and the snapshot show this process, its streams, the queues and the database", async () => {
  const { id, pid } = server.runtime.instance.facts;
  const listed = async () => (await client.get("/api/admin/system")).body.instances;
  await expect.poll(listed).toEqual([expect.objectContaining({ id, pid, isAlive: true })]);
  const stream = await openEventStream(
    new URL(`/api/messaging/inbox/${agent.id}/stream`, server.origin),
    bearer(agent.key),
  );
  const snapshot = await client.get("/api/metrics");
  expect(snapshot).toMatchObject({
    status: 200,
    body: {
      instance: {
        id,
        role: "web",
        version: expect.stringMatching(/^\d+\.\d+\.\d+/),
        streams: { open: 1, mailboxes: 1 },
        sends: { queued: 0, outcomes: { accepted: expect.any(Number) } },
        http: { requests: expect.any(Number), byStatus: { "2xx": expect.any(Number) } },
        database: { away: false },
      },
      queues: expect.arrayContaining([expect.objectContaining({ task: "purge-sessions", ready: 3 })]),
      database: { migrations: { missing: 0 } },
    },
  });
  stream.close();
});

test("no key opens it, whatever it may do", async () => {
  for (const key of [agent.key, generateApiKey()])
    expect([401, 403]).toContain((await apiClient(server.origin, bearer(key)).get("/api/metrics")).status);
});
