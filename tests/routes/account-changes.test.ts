import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addMember } from "#tests/setup/add-member.ts";
import { type MailServer, startMailServer } from "#tests/setup/mail-server.ts";
import { createPlatformAdminFixture } from "#tests/setup/platform-admin.ts";
import { linkIn } from "#tests/setup/read-mail.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import { type ApiClient, apiClient, bearer, createRouteTenant } from "./api-client.ts";

let server: TestServer;
let mails: MailServer;

beforeAll(async () => {
  mails = await startMailServer();
  server = await startTestServer({ env: { SMTP_URL: mails.url, SIGNALBOX_ROLE: "all" } });
});
afterAll(async () => {
  await server.close();
  await mails.stop();
});

const newTenant = () => createRouteTenant(server.runtime, server.origin);
const subjects = (email: string) => mails.to(email).map(({ headers }) => headers.subject);
const form = (client: ApiClient, path: string, fields: Record<string, string>) =>
  client.raw(path, { method: "POST", body: new URLSearchParams(fields) });
let made = 0;
const newAddress = () => `changed-${made++}@example.com`;
async function mailedLink(email: string): Promise<string> {
  await expect.poll(() => mails.to(email).length).toBeGreaterThan(0);
  return linkIn({ text: mails.to(email).at(-1)?.text ?? "" });
}
const tokenOf = (link: string) => new URL(link, server.origin).searchParams.get("token") ?? "";

describe("an account's name", () => {
  test("is changed over the API and by the form, and shows at once", async () => {
    const { client } = await newTenant();
    const answer = await client.patch("/api/auth/account", { name: "  Augusta King " });
    expect(answer).toMatchObject({ status: 200, body: { name: "Augusta King", pendingEmail: null } });
    expect((await client.get("/api/auth/me")).body.user).toMatchObject({ name: "Augusta King" });
    const fields = { intent: "change-name", name: "Ada Byron" };
    expect((await form(client, "/dashboard/account", fields)).text).toContain("Name changed");
    expect((await client.get("/dashboard/account")).text).toContain('value="Ada Byron"');
  });

  test.each([
    ["no name", { name: " " }, "name"],
    ["two lines", { name: "Ada\r\nBcc: all@example.com" }, "name"],
    ["a book", { name: "x".repeat(101) }, "name"],
    ["somebody else's account", { name: "Ada", userId: "usr_00000000000000000000000000" }, "userId"],
    ["an address", { name: "Ada", email: "other@example.com" }, "email"],
  ])("is not changed to %s", async (_, body, path) => {
    const { client } = await newTenant();
    expect(await client.patch("/api/auth/account", body)).toMatchObject({
      ...{ status: 400, body: { errors: [{ path }] } },
    });
    expect((await client.get("/api/auth/account")).body.name).toBe("Ada Admin");
  });

  test("and an address are a person's: no key has them", async () => {
    const agent = await (await newTenant()).addAgent("Agent");
    const change = { email: newAddress(), currentPassword: "x" };
    for (const answer of [
      await agent.client.get("/api/auth/account"),
      await agent.client.patch("/api/auth/account", { name: "Ada" }),
      await agent.client.post("/api/auth/change-email", change),
      await agent.client.delete("/api/auth/change-email"),
    ])
      expect(answer).toMatchObject({ status: 403, body: { code: "forbidden" } });
  });
});

describe("an account's address", () => {
  test("is another one once the mailed link was followed and pressed; the one before is told", async () => {
    const { client, email, password } = await newTenant();
    const to = newAddress();
    const asked = await client.post("/api/auth/change-email", { email: to, currentPassword: password });
    expect(asked.status).toBe(202);
    expect((await client.get("/api/auth/account")).body).toMatchObject({ email, pendingEmail: to });
    expect((await client.get("/dashboard/account")).text).toContain(to);

    const link = await mailedLink(to);
    // Opening does nothing, as programs that look through mails open links.
    expect((await apiClient(server.origin, {}).get(link)).status).toBe(200);
    expect((await client.get("/api/auth/account")).body.email).toBe(email);
    const stranger = apiClient(server.origin, { Origin: server.origin });
    const pressed = await form(stranger, link, { token: tokenOf(link) });
    expect(pressed.text).toContain("Your address is confirmed");
    expect((await client.get("/api/auth/account")).body).toMatchObject({
      ...{ email: to, emailVerified: true, pendingEmail: null },
    });
    await expect(server.signIn({ email: to, password })).resolves.toBeDefined();
    await expect(server.signIn({ email, password })).rejects.toThrow("401");
    await expect.poll(() => subjects(email)).toEqual(["Your email address was changed"]);
  });

  test("is asked for by a form, which names what is wrong, and can be kept after all", async () => {
    const { client, email, password } = await newTenant();
    const wrong = await form(client, "/dashboard/account/email", {
      ...{ email: newAddress(), currentPassword: "not it" },
    });
    expect(wrong.status).toBe(400);
    expect(wrong.text).toContain("Is not your current password.");
    const to = newAddress();
    const asked = await form(client, "/dashboard/account/email", { email: to, currentPassword: password });
    expect(asked.headers.get("Location")).toBe("/dashboard/account");
    const link = await mailedLink(to);
    const kept = await form(client, "/dashboard/account", { intent: "cancel-email-change" });
    expect(kept.text).toContain("Your address stays as it is");
    expect(
      await apiClient(server.origin, {}).post("/api/auth/verify-email", { token: tokenOf(link) }),
    ).toMatchObject({
      ...{ status: 400, body: { errors: [{ path: "token" }] } },
    });
    expect((await client.get("/api/auth/account")).body).toMatchObject({ email, pendingEmail: null });
  });

  test("that is taken, in whichever organisation, is answered as one that is free", async () => {
    const [mine, colleagueTenant, other] = [await newTenant(), await newTenant(), await newTenant()];
    const colleague = await addMember(server.database.db, colleagueTenant.admin, "member");
    const ask = (who: typeof mine, email: string) =>
      who.client.post("/api/auth/change-email", { email, currentPassword: who.password });
    const [free, sameTenants, elsewhere] = [
      await ask(mine, newAddress()),
      await ask(colleagueTenant, colleague.email),
      await ask(other, colleagueTenant.email),
    ];
    for (const taken of [sameTenants, elsewhere]) {
      expect([taken.status, taken.text]).toEqual([free.status, free.text]);
      expect([...taken.headers.keys()]).toEqual([...free.headers.keys()]);
    }
    await expect.poll(() => subjects(colleague.email)).toEqual(["You have an account already"]);
    await expect.poll(() => subjects(colleagueTenant.email)).toEqual(["You have an account already"]);
    expect((await other.client.get("/api/auth/account")).body.email).toBe(other.email);
  });

  test("and a wrong password too often is a 429 that says when to come back, here and where it is changed", async () => {
    const { client, password } = await newTenant();
    const guess = () =>
      client.post("/api/auth/change-password", {
        currentPassword: "a guess",
        newPassword: "tumbleweed orbit 94",
      });
    for (let n = 0; n < 5; n += 1) expect((await guess()).status).toBe(400);
    const held = [
      await guess(),
      await client.post("/api/auth/change-email", { email: newAddress(), currentPassword: password }),
    ];
    for (const answer of held) {
      expect(answer).toMatchObject({ status: 429, body: { code: "rate_limited" } });
      expect(answer.headers.get("Retry-After")).toMatch(/^[1-5]$/);
    }
    const page = await form(client, "/dashboard/account", {
      ...{ intent: "change-password", currentPassword: password, newPassword: "tumbleweed orbit 94" },
    });
    expect(page.status).toBe(429);
    expect(page.text).toContain("Too many passwords were wrong.");
  });
});

describe("a session over the API", () => {
  test("that a browser ends by its cookie takes the cookie away; a program's token has none to take", async () => {
    const { client, email, password } = await newTenant();
    const out = await client.post("/api/auth/logout");
    expect(out.status).toBe(204);
    expect(out.headers.get("Set-Cookie")).toMatch(/^signalbox=;.*Max-Age=0/);
    expect((await client.get("/api/auth/me")).status).toBe(401);

    const begun = await apiClient(server.origin, {}).post("/api/auth/login", { email, password });
    const program = apiClient(server.origin, bearer(String(begun.body.accessToken)));
    const ended = await program.post("/api/auth/logout");
    expect([ended.status, ended.headers.get("Set-Cookie")]).toEqual([204, null]);
  });

  test("of an organisation that is suspended says so to who has its refresh token, and to nobody else", async () => {
    const { tenantId, email, password } = await newTenant();
    const login = await apiClient(server.origin, {}).post("/api/auth/login", { email, password });
    const refresh = (refreshToken: unknown) =>
      apiClient(server.origin, {}).post("/api/auth/refresh", { refreshToken });
    const admin = apiClient(server.origin, {
      Cookie: await server.signIn(await createPlatformAdminFixture(server.database.db)),
      Origin: server.origin,
    });
    const to = `/api/admin/tenants/${tenantId}`;
    expect((await admin.post(`${to}/suspend`, { reason: "unpaid" })).status).toBeLessThan(300);
    const refused = await refresh(login.body.refreshToken);
    expect(refused).toMatchObject({
      ...{ status: 403, body: { code: "tenant_suspended", category: "authorization" } },
    });
    expect(refused.headers.get("Content-Type")).toBe("application/problem+json");
    // Not its last character alone: some of that one's bits mean nothing.
    const another = `${String(login.body.refreshToken).slice(0, -8)}AAAAAAAA`;
    expect(await refresh(another)).toMatchObject({ status: 401 });
    expect((await admin.post(`${to}/resume`)).status).toBeLessThan(300);
    // It ended with the suspension.
    expect(await refresh(login.body.refreshToken)).toMatchObject({
      ...{ status: 401, body: { code: "unauthenticated" } },
    });
  });
});

describe("where signing up is switched off", () => {
  let closed: TestServer;
  beforeAll(async () => {
    closed = await startTestServer({ env: { SIGNALBOX_REGISTRATION: "off" } });
  });
  afterAll(() => closed.close());
  const input = {
    ...{ tenantName: "Acme", name: "Ada", email: "ada@example.com", password: "tumbleweed orbit 94" },
  };
  const accounts = () => closed.database.owner`select from users where email = ${input.email}`;

  test("the API refuses, and makes nothing", async () => {
    const answer = await apiClient(closed.origin, {}).post("/api/auth/register", input);
    expect(answer).toMatchObject({ status: 403, body: { code: "forbidden" } });
    expect(answer.headers.get("Content-Type")).toBe("application/problem+json");
    expect(await accounts()).toHaveLength(0);
  });

  test("the page says so, its form does nothing, and the sign-in page has no link to it", async () => {
    const client = apiClient(closed.origin, { Origin: closed.origin });
    const page = await client.get("/sign-up");
    expect(page.status).toBe(403);
    expect(page.text).toContain("Signing up is switched off here.");
    expect((await form(client, "/sign-up", input)).status).toBe(403);
    expect(await accounts()).toHaveLength(0);
    expect((await client.get("/sign-in")).text).not.toContain("/sign-up");
    expect((await server.fetch("/sign-in").then((answer) => answer.text())).includes("/sign-up")).toBe(true);
  });
});
