import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createApiKey } from "#app/domain/auth/create-api-key.server.ts";
import { newId, toUuid } from "#db/ids.ts";
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
let other: RouteTenant;
let agent: RouteAgent;
let theirs: RouteAgent;

beforeAll(async () => {
  server = await startTestServer();
  tenant = await createRouteTenant(server.runtime, server.origin);
  other = await createRouteTenant(server.runtime, server.origin);
  theirs = await other.addAgent("Theirs");
});
afterAll(() => server.close());
beforeEach(async () => {
  agent = await tenant.addAgent("Agent");
});

const check = (client: ApiClient, toolName: string, rest: object = {}) =>
  client.post("/api/tools/check", { agentId: agent.id, toolName, ...rest });
const setPolicy = (allow: string[], deny: string[], client = tenant.client) =>
  client.put(`/api/agents/${agent.id}/tools`, { allow, deny });
const trail = () =>
  server.database.owner<{ action: string; status: string; actor_id: string; details: object }[]>`
    select action, status, actor_id, details from audit_events
    where tenant_id = ${toUuid(tenant.tenantId)} and resource_id = ${agent.id} and action like 'tool.%'
    order by occurred_at, id`;

describe("POST /api/tools/check", () => {
  it("answers the agent itself, and says what decided", async () => {
    expect(await check(agent.client, "fs.read")).toMatchObject({
      ...{ status: 200, body: { allowed: true, reason: "not_restricted", pattern: null } },
    });
    await setPolicy(["fs.*"], ["fs.delete"]);
    expect((await check(agent.client, "fs.read")).body).toEqual({
      ...{ allowed: true, reason: "allowed", pattern: "fs.*" },
    });
    expect(await check(agent.client, "fs.delete", { input: { path: "/etc/passwd" } })).toMatchObject({
      ...{ status: 200, body: { allowed: false, reason: "denied", pattern: "fs.delete" } },
    });
    expect((await check(agent.client, "shell.run")).body).toEqual({
      ...{ allowed: false, reason: "not_allowed", pattern: null },
    });
    await tenant.client.patch(`/api/agents/${agent.id}`, { status: "paused" });
    expect((await check(agent.client, "fs.read")).body).toMatchObject({
      ...{ allowed: false, reason: "agent_paused" },
    });
  });

  it("records every call, of its input nothing but the size", async () => {
    await setPolicy([], ["shell.*"]);
    await check(agent.client, "fs.read", { input: { path: "a secret place" } });
    await check(agent.client, "shell.run");
    const [changed, allowed, blocked] = await trail();
    expect(changed).toMatchObject({
      action: "tool.policy.changed",
      actor_id: tenant.adminId,
      details: { allow: { from: [], to: [] }, deny: { from: [], to: ["shell.*"] } },
    });
    expect(allowed).toMatchObject({
      ...{ action: "tool.allowed", status: "success", actor_id: agent.id },
      details: { tool: "fs.read", pattern: null, inputBytes: 25 },
    });
    expect(blocked).toMatchObject({
      ...{ action: "tool.blocked", status: "denied", actor_id: agent.id },
      details: { tool: "shell.run", reason: "denied", pattern: "shell.*" },
    });
    const [row] = await server.database.owner`
      select count(*)::int as found from audit_events where details::text like '%a secret place%'`;
    expect(row?.found).toBe(0);
  });

  it("lets an agent's key ask for its own agent alone", async () => {
    const peer = await tenant.addAgent("Peer");
    expect(await check(peer.client, "fs.read")).toMatchObject({
      ...{ status: 403, body: { code: "sender_mismatch" } },
    });
    expect(await trail()).toEqual([]);
  });

  it("takes activity:write of everybody else", async () => {
    const { db } = server.runtime;
    const clientOf = async (scope: "activity:write" | "agents:write") => {
      const { key } = await createApiKey(
        db,
        tenant.admin,
        { name: scope, agentId: null, scopes: [scope] },
        aRequest,
      );
      return apiClient(server.origin, bearer(key));
    };
    expect(await check(await clientOf("activity:write"), "fs.read")).toMatchObject({ status: 200 });
    expect(await check(await clientOf("agents:write"), "fs.read")).toMatchObject({
      ...{ status: 403, body: { code: "forbidden" } },
    });
    expect(await check(tenant.client, "fs.read")).toMatchObject({ status: 200 });
  });

  it("does not know an agent of another tenant, nor one that is not there", async () => {
    const ask = (agentId: string) => tenant.client.post("/api/tools/check", { agentId, toolName: "fs.read" });
    const [foreign, none] = [await ask(theirs.id), await ask(newId("agt"))];
    expect(foreign).toMatchObject({ status: 404, body: { code: "not_found" } });
    expect(none.body).toMatchObject({ code: "not_found", detail: foreign.body.detail });
    const [row] = await server.database.owner`
      select count(*)::int as found from audit_events where resource_id = ${theirs.id} and action like 'tool.%'`;
    expect(row?.found).toBe(0);
  });

  it("answers a burst of ten thousand blocked calls in well under a minute, each recorded", async () => {
    await setPolicy([], ["*"]);
    const startedAt = performance.now();
    const left = Array.from({ length: 10_000 }, (_, n) => `tool-${n}`);
    const answers = { blocked: 0 };
    const ask = async () => {
      for (let tool = left.pop(); tool !== undefined; tool = left.pop())
        if ((await check(agent.client, tool)).body.reason === "denied") answers.blocked++;
    };
    await Promise.all(Array.from({ length: 50 }, ask));
    const seconds = (performance.now() - startedAt) / 1_000;
    expect(answers.blocked).toBe(10_000);
    const [row] = await server.database.owner`
      select count(*)::int as found, count(distinct details ->> 'tool')::int as tools from audit_events
      where resource_id = ${agent.id} and action = 'tool.blocked'`;
    expect(row).toEqual({ found: 10_000, tools: 10_000 });
    expect(seconds).toBeLessThan(45);
  }, 90_000);
});

describe("an agent's tools", () => {
  it("are read and set as a whole, and the same again changes nothing", async () => {
    expect((await tenant.client.get(`/api/agents/${agent.id}/tools`)).body).toEqual({
      ...{ agentId: agent.id, allow: [], deny: [], updatedAt: null },
    });
    const set = await setPolicy(["fs.*", "fs.*"], ["fs.delete"]);
    expect(set).toMatchObject({ status: 200, body: { allow: ["fs.*"], deny: ["fs.delete"] } });
    expect((await setPolicy(["fs.*"], ["fs.delete"])).body).toEqual(set.body);
    expect((await agent.client.get(`/api/agents/${agent.id}/tools`)).body).toEqual(set.body);
    expect(await trail()).toHaveLength(1);
  });

  it("refuses what is no pattern, by its path", async () => {
    const { status, body } = await setPolicy(["fs.*", "two words"], []);
    expect(status).toBe(400);
    expect(body.errors).toMatchObject([{ path: "allow.1" }]);
  });

  it("are changed by who may change agents, and are not there for other tenants", async () => {
    expect(await setPolicy([], ["*"], agent.client)).toMatchObject({ status: 403 });
    const path = `/api/agents/${theirs.id}/tools`;
    expect(await tenant.client.get(path)).toMatchObject({ status: 404 });
    expect(await tenant.client.put(path, { allow: [], deny: ["*"] })).toMatchObject({ status: 404 });
    expect((await other.client.get(path)).body).toMatchObject({ deny: [] });
  });
});
