import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { insertMembership } from "#app/domain/auth/create-tenant.server.ts";
import type { Role } from "#app/domain/auth/scopes.ts";
import { keepSessionToken } from "#app/http/session-cookie.server.ts";
import { newId } from "#db/ids.ts";
import { addMember, type MemberFixture } from "#tests/setup/add-member.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import { type ApiClient, apiClient, createRouteTenant, type RouteTenant } from "./api-client.ts";

let server: TestServer;
let mine: RouteTenant;
let theirs: RouteTenant;

beforeAll(async () => {
  server = await startTestServer();
  mine = await createRouteTenant(server.runtime, server.origin);
  theirs = await createRouteTenant(server.runtime, server.origin);
});
afterAll(() => server.close());

interface Person extends MemberFixture {
  client: ApiClient;
}

async function addPerson(role: Role, tenant = mine, name?: string): Promise<Person> {
  const { runtime, origin } = server;
  const person = await addMember(runtime.db, tenant.admin, role, { ...(name && { name }) });
  const cookie = (await keepSessionToken(person.token, { runtime })).split(";")[0] ?? "";
  return { ...person, client: apiClient(origin, { Cookie: cookie, Origin: origin }) };
}

const post = (client: ApiClient, path: string, fields: Record<string, string>) =>
  client.raw(path, { method: "POST", body: new URLSearchParams(fields) });

describe("the API of members", () => {
  test.each<Role>(["member", "developer"])("lets a %s see who is there, and change nothing", async (role) => {
    const { client, actor } = await addPerson(role);
    const { status, body } = await client.get("/api/members?search=Ada");
    expect(status).toBe(200);
    expect(body.members).toMatchObject([{ id: mine.admin.membershipId, role: "tenant_admin" }]);
    expect((await client.get(`/api/members/${mine.admin.membershipId}`)).status).toBe(200);
    for (const id of [mine.admin.membershipId, actor.membershipId]) {
      const refused = { status: 403, body: { code: "forbidden", scope: "members:write" } };
      expect(await client.patch(`/api/members/${id}`, { role: "tenant_admin" })).toMatchObject(refused);
      expect(await client.delete(`/api/members/${id}`)).toMatchObject(refused);
      expect((await client.get(`/api/auth/sessions?memberId=${id}`)).status).toBe(403);
    }
  });

  test("changes a role at once and removes at once, on another instance too", async () => {
    const second = await startTestServer({ database: server.database });
    try {
      const { client, actor, token } = await addPerson("member");
      const cookie = (await keepSessionToken(token, server)).split(";")[0] ?? "";
      const there = apiClient(second.origin, { Cookie: cookie, Origin: second.origin });
      expect((await there.get("/api/auth/api-keys")).status).toBe(403);
      const path = `/api/members/${actor.membershipId}`;
      expect(await mine.client.patch(path, { role: "developer" })).toMatchObject({
        status: 200,
        body: { id: actor.membershipId, role: "developer" },
      });
      expect((await there.get("/api/auth/api-keys")).status).toBe(200);
      expect((await mine.client.delete(path)).status).toBe(204);
      expect((await there.get("/api/members")).status).toBe(401);
      expect((await client.get("/api/members")).status).toBe(401);
    } finally {
      await second.close();
    }
  });

  test("names what is wrong with a request", async () => {
    const path = `/api/members/${mine.admin.membershipId}`;
    for (const [body, field] of [
      [{ role: "owner" }, "role"],
      [{ role: "member", extra: 1 }, "extra"],
      [{}, "role"],
    ] as const)
      expect(await mine.client.patch(path, body)).toMatchObject({
        status: 400,
        body: { errors: [{ path: field }] },
      });
    expect((await mine.client.patch("/api/members/mem_x", { role: "member" })).status).toBe(400);
    expect((await mine.client.get("/api/members?limit=0")).status).toBe(400);
    expect(await mine.client.patch(path, { role: "member" })).toMatchObject({
      status: 409,
      body: { detail: "Ada Admin is the only admin. Make somebody else an admin first." },
    });
  });
});

describe("the API of sessions and organisations", () => {
  test("shows a person their own, and ends one", async () => {
    const { client, actor, ...person } = await addPerson("member");
    const elsewhere = await server.signIn(person);
    const { body } = await client.get("/api/auth/sessions");
    const sessions = body.sessions as { id: string; isCurrent: boolean }[];
    expect(sessions).toHaveLength(2);
    expect(sessions.find(({ isCurrent }) => isCurrent)?.id).toBe(actor.credential.id);
    const other = sessions.find(({ isCurrent }) => !isCurrent)?.id;
    expect((await client.post(`/api/auth/sessions/${other}/revoke`)).status).toBe(204);
    expect((await apiClient(server.origin, { Cookie: elsewhere }).get("/api/auth/sessions")).status).toBe(
      401,
    );
    expect((await client.get("/api/auth/tenants")).body).toEqual({
      tenants: [{ id: mine.tenantId, name: expect.any(String), role: "member", isCurrent: true }],
    });
  });

  test("is for people: an agent has neither", async () => {
    const agent = await mine.addAgent("Agent", { scopes: ["members:write", "members:read"] });
    for (const path of ["/api/auth/sessions", "/api/auth/tenants"])
      expect(await agent.client.get(path)).toMatchObject({ status: 403, body: { code: "forbidden" } });
  });

  test("another's session is as absent as none, to a colleague as to a stranger", async () => {
    const { client } = await addPerson("developer");
    const same = { "X-Request-Id": "session-probe" };
    const answers = await Promise.all(
      [
        [client, mine.admin.credential.id],
        [client, newId("ses")],
        [theirs.client, mine.admin.credential.id],
        [mine.client, theirs.admin.credential.id],
      ].map(([who, id]) => (who as ApiClient).post(`/api/auth/sessions/${id}/revoke`, undefined, same)),
    );
    const [first] = answers;
    expect(first?.status).toBe(404);
    for (const { status, text } of answers)
      expect({ status, text }).toEqual({ status: 404, text: first?.text });
    expect((await mine.client.get("/api/auth/sessions")).status).toBe(200);
  });
});

describe("the pages", () => {
  test("of members shows an admin what can be done, and others only who is there", async () => {
    const { client, actor } = await addPerson("member", mine, "Mo Member");
    const path = `/dashboard/settings/members?search=Mo+Member&member=${actor.membershipId}`;
    const asAdmin = await mine.client.get(path);
    expect(asAdmin.text).toContain("Mo Member");
    expect(asAdmin.text).toContain("Save role");
    const asMember = await client.get(path);
    expect(asMember.status).toBe(200);
    expect(asMember.text).toContain("Mo Member");
    expect(asMember.text).not.toMatch(/Save role|Remove…|Revoke/);
  });

  test("refuse by themselves what they do not show", async () => {
    const { client, actor } = await addPerson("developer");
    const refused: Record<string, string>[] = [
      { intent: "role", memberId: actor.membershipId, role: "tenant_admin" },
      { intent: "remove", memberId: mine.admin.membershipId },
      { intent: "revoke-session", sessionId: mine.admin.credential.id },
    ];
    for (const fields of refused)
      expect((await post(client, "/dashboard/settings/members", fields)).status).toBe(403);
    const sessions = await post(client, "/dashboard/account/sessions", {
      intent: "revoke-session",
      sessionId: mine.admin.credential.id,
    });
    expect(sessions.status).toBe(404);
    expect((await mine.client.get("/api/members")).status).toBe(200);
  });

  test("change a role, end a session and a membership by plain forms", async () => {
    const { client, actor } = await addPerson("member");
    const memberId = actor.membershipId;
    const page = "/dashboard/settings/members";
    expect((await post(mine.client, page, { intent: "role", memberId, role: "developer" })).status).toBe(200);
    expect((await mine.client.get(`/api/members/${memberId}`)).body).toMatchObject({ role: "developer" });
    expect(
      (await post(mine.client, page, { intent: "revoke-session", sessionId: actor.credential.id })).status,
    ).toBe(200);
    expect((await client.get("/api/members")).status).toBe(401);
    expect((await post(mine.client, page, { intent: "remove", memberId })).status).toBe(200);
    expect((await mine.client.get(`/api/members/${memberId}`)).status).toBe(404);
  });

  test("every role sees the table of rights", async () => {
    const { client } = await addPerson("member");
    const { status, text } = await client.get("/dashboard/settings/roles");
    expect(status).toBe(200);
    expect(text).toContain("members:write");
  });
});

describe("switching", () => {
  test("answers with a cookie of the other organisation, and the old one is worth nothing", async () => {
    const { client, ...person } = await addPerson("member");
    const { runtime, origin } = server;
    await runtime.db.asSystem((tx) =>
      insertMembership(tx, theirs.admin, { userId: person.actor.id, role: "developer", request: null }),
    );
    const page = await client.get("/dashboard");
    expect(page.text).toContain("Switch to ");
    const answer = await post(client, "/switch-tenant", { tenantId: theirs.tenantId });
    expect(answer).toMatchObject({ status: 302 });
    expect(answer.headers.get("Location")).toBe("/dashboard");
    const cookie = answer.headers.getSetCookie()[0]?.split(";")[0] ?? "";
    const there = apiClient(origin, { Cookie: cookie, Origin: origin });
    expect((await there.get("/api/auth/tenants")).body.tenants).toMatchObject(
      expect.arrayContaining(
        [{ id: theirs.tenantId, isCurrent: true }].map((one) => expect.objectContaining(one)),
      ),
    );
    expect((await client.get("/api/members")).status).toBe(401);
  });

  test("to where one is no member is as absent as nowhere", async () => {
    for (const tenantId of [theirs.tenantId, newId("ten")])
      expect((await post(mine.client, "/switch-tenant", { tenantId })).status).toBe(404);
    expect((await mine.client.get("/api/members")).status).toBe(200);
  });
});
