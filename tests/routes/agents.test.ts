import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "#db/ids.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import { apiClient, bearer, createRouteTenant, type RouteTenant } from "./api-client.ts";

let server: TestServer;
let tenant: RouteTenant;

beforeAll(async () => {
  server = await startTestServer();
  tenant = await createRouteTenant(server.runtime, server.origin);
});
afterAll(() => server.close());

const namesOf = (list: unknown) => (Array.isArray(list) ? list.map(({ name }) => name) : list);

describe("agents", () => {
  test("are made, read, changed, paused and listed", async () => {
    const created = await tenant.client.post("/api/agents", {
      name: "Planner",
      modelTier: "opus",
      description: "Plans",
    });
    expect(created).toMatchObject({
      status: 201,
      body: {
        id: expect.stringMatching(/^agt_/),
        name: "Planner",
        description: "Plans",
        modelTier: "opus",
        thinkingMode: "off",
        status: "active",
        tokenQuota: 5_000_000,
        mailboxMode: "read",
        inboxTotal: 0,
      },
    });
    const path = created.headers.get("Location") ?? "";
    expect(path).toBe(`/api/agents/${created.body.id}`);
    expect(await tenant.client.get(path)).toMatchObject({ status: 200, body: created.body });
    const changed = await tenant.client.patch(path, {
      thinkingMode: "high",
      status: "paused",
      pausedReason: "why",
    });
    expect(changed).toMatchObject({
      status: 200,
      body: { thinkingMode: "high", status: "paused", pausedReason: "why", name: "Planner" },
    });
    const list = await tenant.client.get("/api/agents");
    expect(list).toMatchObject({
      status: 200,
      body: { agents: [changed.body], pagination: { total: 1, limit: 100, nextCursor: null } },
    });
  });

  test("are listed in pages by a cursor", async () => {
    const own = await createRouteTenant(server.runtime, server.origin);
    for (const name of ["c", "a", "b"]) await own.addAgent(name);
    const first = await own.client.get("/api/agents?limit=2");
    expect(namesOf(first.body.agents)).toEqual(["a", "b"]);
    const { nextCursor } = Object(first.body.pagination);
    const second = await own.client.get(`/api/agents?limit=2&cursor=${nextCursor}`);
    expect(namesOf(second.body.agents)).toEqual(["c"]);
  });

  test.each([
    ["no name", { modelTier: "opus" }, "name"],
    ["a blank name", { name: " ", modelTier: "opus" }, "name"],
    ["a name with NUL", { name: "a\0", modelTier: "opus" }, "name"],
    ["no tier", { name: "a" }, "modelTier"],
    ["an unknown mode", { name: "a", modelTier: "opus", thinkingMode: "deep" }, "thinkingMode"],
    ["an id", { name: "a", modelTier: "opus", id: newId("agt") }, "id"],
  ])("are not made with %s", async (_, body, path) => {
    const before = await tenant.client.get("/api/agents");
    const answer = await tenant.client.post("/api/agents", body);
    expect(answer.body).toMatchObject({ status: 400, code: "invalid_input" });
    expect(answer.body.errors).toContainEqual({ path, message: expect.any(String) });
    expect((await tenant.client.get("/api/agents")).text).toBe(before.text);
  });

  test("are not changed by nothing, or by a reason without a pause", async () => {
    const { id } = await tenant.addAgent("Quiet");
    expect((await tenant.client.patch(`/api/agents/${id}`, {})).status).toBe(400);
    const answer = await tenant.client.patch(`/api/agents/${id}`, { pausedReason: "why" });
    expect(answer.body.errors).toContainEqual({ path: "pausedReason", message: expect.any(String) });
  });
});

describe("an allowlist", () => {
  test("is written edge by edge with empty answers, doing it twice being doing it once", async () => {
    const [sender, recipient] = [await tenant.addAgent("Sender"), await tenant.addAgent("Recipient")];
    const path = `/api/agents/${sender.id}/allowlist`;
    for (let i = 0; i < 2; i += 1) {
      const put = await tenant.client.put(`${path}/${recipient.id}`);
      expect(put).toMatchObject({ status: 204, text: "" });
    }
    expect(await tenant.client.get(path)).toMatchObject({
      status: 200,
      body: {
        agentId: sender.id,
        allowlist: [{ recipientId: recipient.id, name: "Recipient", status: "active" }],
        pagination: { total: 1 },
      },
    });
    for (let i = 0; i < 2; i += 1)
      expect((await tenant.client.delete(`${path}/${recipient.id}`)).status).toBe(204);
    expect((await tenant.client.get(path)).body.allowlist).toEqual([]);
  });

  test("has no edge to its own agent, nor to what is no agent", async () => {
    const { id } = await tenant.addAgent("Sender");
    const toItself = await tenant.client.put(`/api/agents/${id}/allowlist/${id}`);
    expect(toItself.body).toMatchObject({ status: 400, errors: [{ path: "params.recipientId" }] });
    const toPerson = await tenant.client.put(`/api/agents/${id}/allowlist/${tenant.admin.membershipId}`);
    expect(toPerson.body).toMatchObject({ status: 400, errors: [{ path: "params.recipientId" }] });
    expect((await tenant.client.put(`/api/agents/${id}/allowlist/${newId("agt")}`)).status).toBe(404);
  });
});

describe("API keys", () => {
  test("are made with the key shown once, work at once, and end with their revocation", async () => {
    const { id: agentId } = await tenant.addAgent("Holder");
    const created = await tenant.client.post("/api/auth/api-keys", { name: "laptop", agentId });
    expect(created).toMatchObject({
      status: 201,
      body: {
        id: expect.stringMatching(/^key_/),
        key: expect.stringMatching(/^sb_/),
        agentId,
        name: "laptop",
      },
    });
    const key = String(created.body.key);
    expect(key.startsWith(String(created.body.prefix))).toBe(true);
    const holder = apiClient(server.origin, bearer(key));
    expect((await holder.get(`/api/messaging/inbox/${agentId}`)).status).toBe(200);

    const list = await tenant.client.get(`/api/auth/api-keys?agentId=${agentId}`);
    expect(list.body.apiKeys).toContainEqual(
      expect.objectContaining({ id: created.body.id, revokedAt: null }),
    );
    expect(list.text).not.toContain(key);

    const revoke = () => tenant.client.post(`/api/auth/api-keys/${created.body.id}/revoke`);
    const revoked = await revoke();
    expect(revoked).toMatchObject({ status: 200, body: { revokedAt: expect.any(String) } });
    expect((await revoke()).body).toEqual(revoked.body);
    expect(await holder.get(`/api/messaging/inbox/${agentId}`)).toMatchObject({
      status: 401,
      body: { code: "unauthenticated", category: "authentication" },
    });
  });

  test.each([
    ["no name", { name: undefined }, "name"],
    ["no agent", { agentId: undefined }, "agentId"],
    ["an unknown scope", { scopes: ["everything"] }, "scopes.0"],
    ["no scope at all", { scopes: [] }, "scopes"],
    ["an end in the past", { expiresAt: "2001-01-01T00:00:00Z" }, "expiresAt"],
    ["an end that is no time", { expiresAt: "tomorrow" }, "expiresAt"],
    ["an end beyond time", { expiresAt: "+275761-01-01T00:00:00Z" }, "expiresAt"],
  ])("are not made with %s", async (_, change, path) => {
    const { id: agentId } = await tenant.addAgent("Holder");
    const answer = await tenant.client.post("/api/auth/api-keys", { name: "k", agentId, ...change });
    expect(answer.body).toMatchObject({ status: 400, code: "invalid_input" });
    expect(answer.body.errors).toContainEqual({ path, message: expect.any(String) });
  });
});
