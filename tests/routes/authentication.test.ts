import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { generateApiKey } from "#app/domain/auth/secrets.server.ts";
import { toUuid } from "#db/ids.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import { apiClient, bearer, createRouteTenant, type RouteAgent, type RouteTenant } from "./api-client.ts";

let server: TestServer;
let tenant: RouteTenant;
let agent: RouteAgent;

beforeAll(async () => {
  server = await startTestServer();
  tenant = await createRouteTenant(server.runtime, server.origin);
  agent = await tenant.addAgent("Agent");
});
afterAll(() => server.close());

const unauthenticated = { status: 401, body: { code: "unauthenticated", category: "authentication" } };
const as = (headers: Record<string, string>) => apiClient(server.origin, headers);

/** The session cookie, as the browser would send it. */
const cookieOf = (set: string | null) => (set ?? "").split(";")[0] ?? "";

function signInForm(fields: Record<string, string>, headers: Record<string, string> = {}) {
  return as({ Origin: server.origin, ...headers }).raw("/sign-in", {
    method: "POST",
    body: new URLSearchParams(fields),
  });
}

describe("a key", () => {
  const path = "/api/agents";

  test.each([
    ["an unknown key", () => bearer(generateApiKey())],
    ["a key with a typo", () => bearer(`${agent.key.slice(0, -1)}${agent.key.endsWith("a") ? "b" : "a"}`)],
    ["no key", () => ({ Authorization: "Bearer" })],
    [
      "another scheme",
      () => ({ Authorization: `Basic ${Buffer.from(`x:${agent.key}`).toString("base64")}` }),
    ],
    ["two words", () => ({ Authorization: `Bearer ${agent.key} ${agent.key}` })],
    ["a very long text", () => bearer("x".repeat(8_000))],
    ["an empty header", () => ({ Authorization: "" })],
  ])("that is %s is refused", async (_, headers) => {
    expect(await as(headers()).get(path)).toMatchObject(unauthenticated);
  });

  test("is taken whatever the case of Bearer", async () => {
    expect((await as({ Authorization: `bearer  ${agent.key}` }).get(path)).status).toBe(200);
  });

  test("that is bad is refused even beside a good session", async () => {
    const cookie = await server.signIn(tenant);
    expect((await as({ Cookie: cookie }).get(path)).status).toBe(200);
    expect(await as({ Cookie: cookie, ...bearer(generateApiKey()) }).get(path)).toMatchObject(
      unauthenticated,
    );
  });

  test("without the right is refused, and this is recorded", async () => {
    const answer = await agent.client.post("/api/agents", { name: "x", modelTier: "opus" });
    expect(answer).toMatchObject({ status: 403, body: { code: "forbidden", category: "authorization" } });
    const [event] = await server.database.owner`
      select tenant_id, actor_kind, actor_id, resource_id, status, request_id, ip_hash, details from audit_events
      where action = 'auth.scope.denied' and actor_id = ${agent.id}
    `;
    expect(event).toEqual({
      tenant_id: toUuid(tenant.tenantId),
      actor_kind: "agent",
      actor_id: agent.id,
      resource_id: "/api/agents",
      status: "denied",
      request_id: answer.body.requestId,
      ip_hash: expect.any(Buffer),
      details: { scope: "agents:write", method: "POST" },
    });
  });
});

describe("a session", () => {
  const fields = () => ({ email: tenant.email, password: tenant.password });

  test("begins with the form, in a signed cookie that scripts cannot read, and ends with sign-out", async () => {
    const answer = await signInForm(fields());
    expect(answer.status).toBe(302);
    const set = answer.headers.get("Set-Cookie") ?? "";
    expect(set).toMatch(/^signalbox=[^;]+; /);
    expect(set).toMatch(/HttpOnly/i);
    expect(set).toMatch(/SameSite=Lax/i);
    expect(set).toMatch(/Path=\//i);
    expect(set).not.toMatch(/Secure|Domain/i);

    const client = as({ Cookie: cookieOf(set), Origin: server.origin });
    expect((await client.get("/api/agents")).status).toBe(200);
    const out = await client.raw("/sign-out", { method: "POST", body: new URLSearchParams() });
    expect(out.status).toBe(302);
    expect(out.headers.get("Set-Cookie")).toMatch(/^signalbox=;.*Max-Age=0/);
    expect(await client.get("/api/agents")).toMatchObject(unauthenticated);
  });

  test("is another one after each sign-in, and the one that the browser had ends", async () => {
    const first = cookieOf((await signInForm(fields())).headers.get("Set-Cookie"));
    const second = cookieOf((await signInForm(fields(), { Cookie: first })).headers.get("Set-Cookie"));
    expect(second).not.toBe(first);
    expect(await as({ Cookie: first }).get("/api/agents")).toMatchObject(unauthenticated);
    expect((await as({ Cookie: second }).get("/api/agents")).status).toBe(200);
  });

  test("cookie that was tampered with, or is signed with no key of ours, is nobody's", async () => {
    const cookie = await server.signIn(tenant);
    const [name = "", value = ""] = cookie.split(/=(.*)/s);
    const [payload = "", signature = ""] = decodeURIComponent(value).split(/\.(?=[^.]*$)/);
    for (const forged of [
      payload,
      `${payload}.`,
      `${payload}.${signature.slice(0, -2)}`,
      `${payload}x.${signature}`,
      "",
      "%",
    ])
      expect(await as({ Cookie: `${name}=${forged}` }).get("/api/agents")).toMatchObject(unauthenticated);
  });

  test.each([
    ["a wrong password", () => ({ ...fields(), password: "wrong" })],
    ["an unknown address", () => ({ ...fields(), email: "nobody@example.com" })],
  ])("does not begin with %s", async (_, wrong) => {
    const answer = await signInForm(wrong());
    expect(answer.status).toBe(401);
    expect(answer.headers.get("Set-Cookie")).toBeNull();
    expect(answer.text).toContain("do not match an account");
  });

  test.each([
    ["no fields", () => ({})],
    ["NUL in the address", () => ({ ...fields(), email: "a\0b" })],
    ["a very long password", () => ({ ...fields(), password: "x".repeat(5_000) })],
  ])("does not begin with %s: a 400, and nothing breaks", async (_, wrong) => {
    expect((await signInForm(wrong())).status).toBe(400);
  });

  test("cannot be used from another site to change anything", async () => {
    const cookie = await server.signIn(tenant);
    const create = (headers: Record<string, string>) =>
      as({ Cookie: cookie }).post("/api/agents", { name: "x", modelTier: "opus" }, headers);
    const elsewhere: Record<string, string>[] = [
      { Origin: "https://evil.example" },
      { Origin: "null" },
      { "Sec-Fetch-Site": "cross-site" },
      { "Sec-Fetch-Site": "same-site" },
      {},
    ];
    for (const headers of elsewhere)
      expect(await create(headers)).toMatchObject({ status: 403, body: { code: "wrong_origin" } });
    expect((await create({ Origin: server.origin })).status).toBe(201);
  });

  test("ends when its person loses the membership", async () => {
    const other = await createRouteTenant(server.runtime, server.origin);
    expect((await other.client.get("/api/agents")).status).toBe(200);
    await server.database.owner`delete from memberships where id = ${toUuid(other.admin.membershipId)}`;
    expect(await other.client.get("/api/agents")).toMatchObject(unauthenticated);
  });
});
