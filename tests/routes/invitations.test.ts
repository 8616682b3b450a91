import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { invitationMail } from "#app/domain/auth/mails/invitation-mail.server.ts";
import type { Role } from "#app/domain/auth/scopes.ts";
import { keepSessionToken } from "#app/http/session-cookie.server.ts";
import { type InvitationId, newUuid, parseId, toUuid } from "#db/ids.ts";
import { addMember } from "#tests/setup/add-member.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import {
  type ApiAnswer,
  type ApiClient,
  apiClient,
  createRouteTenant,
  type RouteTenant,
} from "./api-client.ts";

let server: TestServer;
let mine: RouteTenant;
let theirs: RouteTenant;

beforeAll(async () => {
  server = await startTestServer();
  mine = await createRouteTenant(server.runtime, server.origin);
  theirs = await createRouteTenant(server.runtime, server.origin);
});
afterAll(() => server.close());

const anAddress = () => `${newUuid()}@people.example`;
const stranger = () => apiClient(server.origin, { Origin: server.origin });

async function clientOf(role: Role, tenant: RouteTenant): Promise<{ client: ApiClient; email: string }> {
  const { runtime, origin } = server;
  const { token, email } = await addMember(runtime.db, tenant.admin, role);
  const cookie = (await keepSessionToken(token, { runtime })).split(";")[0] ?? "";
  return { email, client: apiClient(origin, { Cookie: cookie, Origin: origin }) };
}

async function invite(email: string, role: Role = "member"): Promise<InvitationId> {
  const { status, body } = await mine.client.post("/api/invitations", { email, role });
  expect(status).toBe(201);
  const id = parseId(body.id, "inv");
  if (id === undefined) throw new Error("no invitation");
  return id;
}

/** The page that the mail's link leads to. */
async function linkOf(invitationId: InvitationId): Promise<{ path: string; token: string }> {
  const { db, mail: services } = server.runtime;
  const mail = await invitationMail(db, services, { tenantId: mine.tenantId, invitationId });
  const url = new URL(/https?:\S+\/invitation\?token=\S+/.exec(mail?.text ?? "")?.[0] ?? "");
  return { path: `${url.pathname}${url.search}`, token: url.searchParams.get("token") ?? "" };
}

const post = (client: ApiClient, path: string, fields: Record<string, string>) =>
  client.raw(path, { method: "POST", body: new URLSearchParams(fields) });
const cookieIn = ({ headers }: ApiAnswer) => headers.getSetCookie()[0]?.split(";")[0] ?? "";

describe("the API of invitations", () => {
  test.each<Role>(["member", "developer"])("refuses a %s", async (role) => {
    const { client } = await clientOf(role, mine);
    const refused = { status: 403, body: { code: "forbidden", scope: "members:write" } };
    expect(await client.get("/api/invitations")).toMatchObject(refused);
    expect(await client.post("/api/invitations", { email: anAddress(), role: "member" })).toMatchObject(
      refused,
    );
  });

  test("makes, lists, sends again and revokes", async () => {
    const email = anAddress();
    const id = await invite(email, "developer");
    expect((await mine.client.get("/api/invitations")).body.invitations).toContainEqual(
      expect.objectContaining({ id, email, role: "developer", isExpired: false }),
    );
    const early = await mine.client.post(`/api/invitations/${id}/resend`);
    expect(early).toMatchObject({ status: 429, body: { code: "rate_limited" } });
    expect(early.headers.get("Retry-After")).toMatch(/^\d+$/);
    await server.database.owner`
      update invitations set sent_at = sent_at - interval '1 hour' where id = ${toUuid(id)}`;
    expect((await mine.client.post(`/api/invitations/${id}/resend`)).status).toBe(200);
    const { path } = await linkOf(id);
    expect((await mine.client.delete(`/api/invitations/${id}`)).status).toBe(204);
    expect((await mine.client.delete(`/api/invitations/${id}`)).status).toBe(404);
    expect((await stranger().get(path)).text).toContain("Taken back");
  });

  test.each([
    [{ email: "nobody", role: "member" }, "email"],
    [{ email: "a@b.example", role: "owner" }, "role"],
    [{ email: "a@b.example", role: "member", days: 30 }, "days"],
    [{ role: "member" }, "email"],
  ])("names what is wrong with %j", async (body, field) => {
    const answer = await mine.client.post("/api/invitations", body);
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: field }] } });
  });

  test("refuses a member's address", async () => {
    const { email } = await clientOf("member", mine);
    expect(await mine.client.post("/api/invitations", { email, role: "member" })).toMatchObject({
      status: 409,
    });
  });
});

describe("the page of an invitation", () => {
  test("lets somebody new in with a name and a password, once", async () => {
    const email = anAddress();
    const { path, token } = await linkOf(await invite(email, "developer"));
    const page = await stranger().get(path);
    expect(page).toMatchObject({ status: 200 });
    expect(page.text).toContain(email);
    expect(page.text).toContain("Create account and join");
    const fields = { intent: "join-as-new", token, name: "Nia New", password: "four words nobody else has" };
    const short = await post(stranger(), path, { ...fields, password: "short" });
    expect(short.status).toBe(400);
    expect(short.text).toContain("at least 12 characters");

    const joined = await post(stranger(), path, fields);
    expect(joined).toMatchObject({ status: 302 });
    expect(joined.headers.get("Location")).toBe("/dashboard");
    const client = apiClient(server.origin, { Cookie: cookieIn(joined) });
    expect((await client.get("/api/auth/tenants")).body.tenants).toMatchObject([
      { id: mine.tenantId, role: "developer", isCurrent: true },
    ]);
    expect((await stranger().get(path)).text).toContain("Already accepted");
    expect((await post(stranger(), path, fields)).status).toBe(409);
  });

  test("sends somebody who has an account to sign in, and takes them in with one button", async () => {
    const { client, email } = await clientOf("member", theirs);
    const { path, token } = await linkOf(await invite(email, "member"));
    const unknown = await stranger().get(path);
    expect(unknown.text).toContain(
      `/sign-in?redirectTo=${encodeURIComponent(path)}`.replaceAll("&", "&amp;"),
    );
    expect(unknown.text).not.toContain("Create account");
    const denied = await post(stranger(), path, { intent: "join", token });
    expect(denied.status).toBe(302);
    expect(denied.headers.get("Location")).toMatch(/^\/sign-in\?redirectTo=%2Finvitation/);
    const asOther = await theirs.client.get(path);
    expect(asOther.text).toContain("Sign out and go on");
    expect((await post(theirs.client, path, { intent: "join", token })).status).toBe(403);

    expect((await client.get(path)).text).toContain("Your other organisations stay as they are");
    const joined = await post(client, path, { intent: "join", token });
    expect(joined.status).toBe(302);
    const there = apiClient(server.origin, { Cookie: cookieIn(joined) });
    expect((await there.get("/api/auth/tenants")).body.tenants).toHaveLength(2);
    expect((await client.get("/api/auth/tenants")).status).toBe(401);
  });

  test.each(["", "?token=", "?token=x", `?token=${"A".repeat(43)}`, `?token=${"A".repeat(300)}`])(
    "says of the link %s that it does not work",
    async (query) => {
      const page = await stranger().get(`/invitation${query}`);
      expect(page.status).toBe(200);
      expect(page.text).toContain("This link does not work");
    },
  );

  test("does nothing when it is only looked at", async () => {
    const { path } = await linkOf(await invite(anAddress()));
    for (let looks = 0; looks < 3; looks += 1) await stranger().get(path);
    expect((await stranger().get(path)).text).toContain("Create account and join");
  });
});

test("no row, job or audit event has a link's token", async () => {
  const { token } = await linkOf(await invite(anAddress()));
  const [found] = await server.database.owner`
    select
      (select count(*)::int from invitations i where strpos(i::text, ${token}) > 0)
      + (select count(*)::int from graphile_worker._private_jobs j where strpos(j::text, ${token}) > 0)
      + (select count(*)::int from audit_events e where strpos(e::text, ${token}) > 0) as rows`;
  expect(found).toEqual({ rows: 0 });
});
