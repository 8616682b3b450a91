import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { newId } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import { startTcpProxy } from "#tests/setup/tcp-proxy.ts";
import { type ApiAnswer, apiClient, bearer, createRouteTenant } from "./api-client.ts";
import { openEventStream } from "./open-stream.ts";

let database: TestDatabase;
let server: TestServer;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterEach(() => server.close());
afterAll(() => database.drop());

async function start(env: Record<string, string>): Promise<TestServer> {
  await database.owner`truncate rate_limits`;
  server = await startTestServer({ database, env });
  return server;
}

/** `times` of something, in turn. */
async function inTurn<T>(times: number, one: () => Promise<T>): Promise<T[]> {
  const all: T[] = [];
  for (let i = 0; i < times; i += 1) all.push(await one());
  return all;
}

const statuses = (answers: readonly { status: number }[]): number[] => answers.map(({ status }) => status);

function expectRefusal({ status, headers, body }: ApiAnswer, limit: string, requests: number): void {
  expect(status).toBe(429);
  expect(headers.get("Content-Type")).toBe("application/problem+json");
  expect(body).toMatchObject({ code: "rate_limited", category: "rate_limit", limit });
  expect(headers.get("Retry-After")).toMatch(/^[1-9]\d?$/);
  expect(headers.get("X-RateLimit-Limit")).toBe(String(requests));
  expect(headers.get("X-RateLimit-Remaining")).toBe("0");
  expect(headers.get("RateLimit")).toMatch(new RegExp(`^"${limit}";r=0;t=\\d+$`));
}

describe("over its limit", () => {
  test("a person gets 429 on the API and on pages, in all browsers", async () => {
    await start({ USER_RATE_LIMIT_REQUESTS: "6" });
    const tenant = await createRouteTenant(server.runtime, server.origin);
    const cookie = await server.signIn(tenant);
    expect(statuses(await inTurn(5, () => tenant.client.get("/api/agents")))).toEqual([
      200, 200, 200, 200, 200,
    ]);
    // A page has several loaders, and counts once.
    const page = await server.fetch("/dashboard/agents", { headers: { Cookie: cookie } });
    expect(page.status).toBe(200);
    expectRefusal(await tenant.client.get("/api/agents"), "user", 6);
    for (const path of ["/dashboard/agents", "/dashboard/agents.data"]) {
      const refused = await server.fetch(path, { headers: { Cookie: cookie } });
      expect(refused.status).toBe(429);
      expect(refused.headers.get("Retry-After")).toMatch(/^[1-9]\d?$/);
      expect(await refused.text()).toContain("Please try again in");
    }
    expect((await server.fetch("/favicon.svg")).status).toBe(200);
  });

  test("a key gets 429 before its body is read, and a stream counts when it is opened", async () => {
    await start({ API_KEY_RATE_LIMIT_REQUESTS: "3" });
    const tenant = await createRouteTenant(server.runtime, server.origin);
    const agent = await tenant.addAgent("courier");
    const address = new URL(`/api/messaging/inbox/${agent.id}/stream`, server.origin);
    const stream = await openEventStream(address, bearer(agent.key));
    expect(stream.status).toBe(200);
    expect(stream.headers.get("X-RateLimit-Remaining")).toBe("2");
    expect(statuses(await inTurn(2, () => agent.client.get("/api/agents")))).toEqual([200, 200]);
    const unread = await agent.client.post("/api/messaging/send", "this is no message");
    expectRefusal(unread, "api_key", 3);
    stream.close();
    // Another key of the same tenant goes on.
    expect((await (await tenant.addAgent("other")).client.get("/api/agents")).status).toBe(200);
  });

  test("a tenant gets 429, whoever of it asks", async () => {
    await start({ TENANT_RATE_LIMIT_REQUESTS: "4" });
    const tenant = await createRouteTenant(server.runtime, server.origin);
    const agent = await tenant.addAgent("courier");
    const answers = [
      ...(await inTurn(2, () => agent.client.get("/api/agents"))),
      ...(await inTurn(2, () => tenant.client.get("/api/agents"))),
    ];
    expect(statuses(answers)).toEqual([200, 200, 200, 200]);
    expectRefusal(await agent.client.get("/api/agents"), "tenant", 4);
    expectRefusal(await tenant.client.get("/api/agents"), "tenant", 4);
    const neighbour = await createRouteTenant(server.runtime, server.origin);
    expect((await neighbour.client.get("/api/agents")).status).toBe(200);
  });

  test("an address gets 429 for what nobody known asks; who is known goes on, and so do probes", async () => {
    await start({ ADDRESS_RATE_LIMIT_REQUESTS: "4" });
    const tenant = await createRouteTenant(server.runtime, server.origin);
    const stranger = apiClient(server.origin, {});
    const answers = [
      await stranger.get("/api/ping"),
      await stranger.get("/api/agents"),
      await stranger.get("/api/agents", bearer("sb_wrong")),
      await stranger.get("/api/no/such/thing"),
    ];
    expect(statuses(answers)).toEqual([200, 401, 401, 404]);
    for (const [i, { headers }] of answers.entries())
      expect(headers.get("X-RateLimit-Remaining")).toBe(String(3 - i));
    for (const path of ["/api/ping", "/api/agents", "/api/no/such/thing"])
      expectRefusal(await stranger.get(path), "address", 4);
    for (const path of ["/sign-in", "/no-such-page"]) {
      const page = await server.fetch(path);
      expect(page.status).toBe(429);
      expect(page.headers.get("Retry-After")).toMatch(/^[1-9]\d?$/);
    }
    expect((await tenant.client.get("/api/agents")).status).toBe(200);
    for (const path of ["/health/live", "/health/ready", "/metrics"])
      expect(statuses(await inTurn(3, () => server.fetch(path)))).toEqual([200, 200, 200]);
  });

  test("is counted by limit, and recorded once", async () => {
    await start({ API_KEY_RATE_LIMIT_REQUESTS: "2" });
    const tenant = await createRouteTenant(server.runtime, server.origin);
    const agent = await tenant.addAgent("courier");
    await inTurn(30, () => agent.client.get("/api/agents"));
    const figures = await (await server.fetch("/metrics")).text();
    expect(figures).toContain('signalbox_rate_limit_refusals_total{limit="api_key"} 28');
    await server.runtime.limits.flush();
    const events = await database.owner`
      select actor_id, details from audit_events where action = 'rate_limit.refused' and actor_id = ${agent.id}
    `;
    expect(events).toEqual([{ actor_id: agent.id, details: { limit: "api_key", refusals: 28 } }]);
  });
});

describe("an answer of the API", () => {
  test("says what is left of the tightest limit, also when it is an error, by the fast lane and by Remix", async () => {
    await start({ API_KEY_RATE_LIMIT_REQUESTS: "50", API_KEY_RATE_LIMIT_WINDOW_MS: "30000" });
    const tenant = await createRouteTenant(server.runtime, server.origin);
    const agent = await tenant.addAgent("courier");
    const paths = ["/api/agents", "/api/agents?nonsense=1", `/api/agents/${newId("agt")}`, "/api/%61gents"];
    const expected = [200, 400, 404, 200];
    for (const [i, path] of paths.entries()) {
      const { status, headers } = await agent.client.get(path);
      expect(status).toBe(expected[i]);
      expect(headers.get("X-RateLimit-Limit")).toBe("50");
      expect(headers.get("X-RateLimit-Remaining")).toBe(String(49 - i));
      const resetIn = Number(headers.get("X-RateLimit-Reset")) - Date.now() / 1000;
      expect(resetIn).toBeGreaterThan(0);
      expect(resetIn).toBeLessThanOrEqual(32);
      expect(headers.get("RateLimit-Policy")).toBe('"api_key";q=50;w=30');
      expect(headers.get("RateLimit")).toMatch(new RegExp(`^"api_key";r=${49 - i};t=(?:[12]?\\d|30)$`));
    }
  });
});

describe("without the database", () => {
  test("limits hold from memory, what they let through answers 503 by itself, and all is well when it is back", async () => {
    const proxy = await startTcpProxy(database.ownerUrl);
    await start({
      ADDRESS_RATE_LIMIT_REQUESTS: "5",
      DATABASE_TENANT_URL: proxy.through(database.tenantUrl),
      DATABASE_SYSTEM_URL: proxy.through(database.systemUrl),
    });
    const tenant = await createRouteTenant(server.runtime, server.origin);
    const agent = await tenant.addAgent("courier");
    expect((await agent.client.get("/api/agents")).status).toBe(200);

    await proxy.refuse();
    const stranger = apiClient(server.origin, {});
    expect(statuses(await inTurn(7, () => stranger.get("/api/ping")))).toEqual([
      ...[200, 200, 200, 200, 200],
      ...[429, 429],
    ]);
    expect(statuses(await inTurn(3, () => agent.client.get("/api/agents")))).toEqual([503, 503, 503]);

    await proxy.restore();
    await expect.poll(async () => (await agent.client.get("/api/agents")).status).toBe(200);
    // What was refused meanwhile is recorded with what comes after.
    await server.runtime.limits.flush();
    const events = await database.owner`
      select details from audit_events where action = 'rate_limit.refused' and resource_id = 'address'
      order by xid desc limit 1
    `;
    expect(events).toEqual([{ details: { limit: "address", refusals: 2 } }]);
    server.takeErrors();
    await server.close();
    await proxy.close();
  });
});
