import { randomBytes } from "node:crypto";
import { Writable } from "node:stream";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type MailServer, startMailServer } from "#tests/setup/mail-server.ts";
import { linkIn } from "#tests/setup/read-mail.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import { apiClient, createRouteTenant, type RouteTenant } from "./api-client.ts";

let server: TestServer;
let mails: MailServer;
let tenant: RouteTenant;
let logged = "";

beforeAll(async () => {
  mails = await startMailServer();
  const log = pino(
    { level: "trace" },
    new Writable({
      write(chunk, _encoding, done) {
        logged += chunk;
        done();
      },
    }),
  );
  server = await startTestServer({ log, env: { SMTP_URL: mails.url, SIGNALBOX_ROLE: "all" } });
  tenant = await createRouteTenant(server.runtime, server.origin);
});
afterAll(async () => {
  await server.close();
  await mails.stop();
});

const stranger = () => apiClient(server.origin, {});
const someone = () => ({
  tenantName: "Acme",
  name: "Ada Lovelace",
  email: `ada-${randomBytes(5).toString("hex")}@example.com`,
  password: "tumbleweed orbit 94",
});
/** A browser that has signed in, as far as HTTP goes. */
const browserOf = async (email: string, password: string) =>
  apiClient(server.origin, { Cookie: await server.signIn({ email, password }), Origin: server.origin });
const canSignIn = (email: string, password: string) =>
  server.signIn({ email, password }).then(
    () => true,
    () => false,
  );
/** The token in the newest mail to an address. */
async function mailedToken(email: string, count = 1): Promise<string> {
  await expect.poll(() => mails.to(email).length).toBe(count);
  const mail = mails.to(email).at(-1);
  return new URL(linkIn({ text: mail?.text ?? "" }), server.origin).searchParams.get("token") ?? "";
}
const session = z.object({
  user: z.object({ id: z.string(), email: z.string(), emailVerified: z.boolean(), role: z.string() }),
  tenant: z.object({ id: z.string(), name: z.string() }),
  accessToken: z.string(),
  refreshToken: z.string(),
  expiresIn: z.number(),
});

describe("an account over the API", () => {
  test("is signed up, confirmed, given new passwords by mail and by hand, and no secret is logged or stored", async () => {
    const input = someone();
    const answer = await stranger().post("/api/auth/register", input);
    expect(answer.status).toBe(201);
    const begun = session.parse(answer.body);
    expect(begun).toMatchObject({
      user: { email: input.email, emailVerified: false, role: "tenant_admin" },
      tenant: { name: "Acme" },
    });
    const secrets = [input.password, begun.accessToken, begun.refreshToken];

    const verification = await mailedToken(input.email);
    expect((await stranger().post("/api/auth/verify-email", { token: verification })).status).toBe(204);
    const [user] = await server.database
      .owner`select email_verified_at from users where email = ${input.email}`;
    expect(user?.email_verified_at).toBeInstanceOf(Date);

    expect((await stranger().post("/api/auth/forgot-password", { email: input.email })).status).toBe(202);
    const token = await mailedToken(input.email, 2);
    const second = "another tumbleweed 95";
    expect((await stranger().post("/api/auth/reset-password", { token, password: second })).status).toBe(204);
    expect(await canSignIn(input.email, input.password)).toBe(false);
    expect(
      await stranger().post("/api/auth/reset-password", { token, password: input.password }),
    ).toMatchObject({
      status: 400,
      body: { errors: [{ path: "token" }] },
    });

    const me = await browserOf(input.email, second);
    const other = await browserOf(input.email, second);
    const third = "a third tumbleweed 96";
    const change = { currentPassword: second, newPassword: third };
    expect((await me.post("/api/auth/change-password", change)).status).toBe(204);
    expect(await canSignIn(input.email, third)).toBe(true);
    expect((await me.get("/api/agents")).status).toBe(200);
    expect((await other.get("/api/agents")).status).toBe(401);
    await expect
      .poll(() => mails.to(input.email).map(({ headers }) => headers.subject))
      .toEqual([
        "Confirm your email address",
        "Choose a new password",
        "Your password was changed",
        "Your password was changed",
      ]);

    secrets.push(verification, token, second, third);
    for (const secret of secrets) expect(logged).not.toContain(secret);
    await expect
      .poll(
        () =>
          server.database.owner`select from graphile_worker._private_jobs where payload::text like '%ott_%'`,
      )
      .toHaveLength(0);
    const tables = await server.database.owner`
      select tablename as name from pg_tables where schemaname in ('public', 'graphile_worker')`;
    for (const { name } of tables.filter(({ name }) => !name.startsWith("_"))) {
      const rows = await server.database.owner
        .unsafe(`select t::text as row from public."${name}" t`)
        .catch(() => []);
      const text = rows.map(({ row }) => row).join("\n");
      for (const secret of secrets) expect(text.includes(secret), `a secret in ${name}`).toBe(false);
    }
  });

  test("cannot be signed up with an address that has one: a 409, and its owner is told", async () => {
    const answer = await stranger().post("/api/auth/register", {
      ...someone(),
      email: tenant.email.toUpperCase(),
    });
    expect(answer).toMatchObject({ status: 409, body: { code: "conflict", errors: [{ path: "email" }] } });
    await expect
      .poll(() => mails.to(tenant.email).at(-1)?.headers.subject)
      .toBe("You have an account already");
  });

  test.each([
    ["no organisation", { tenantName: " " }, "tenantName"],
    ["no address", { email: "ada" }, "email"],
    ["a second recipient", { email: "ada@example.com,all@example.com" }, "email"],
    ["a header in the address", { email: "ada@example.com\r\nBcc: all@example.com" }, "email"],
    ["a header in the name", { name: "Ada\r\nBcc: all@example.com" }, "name"],
    ["a short password", { password: "short" }, "password"],
    ["a password that is tried first", { password: "Password1234" }, "password"],
    ["a password of a book", { password: "x".repeat(1_001) }, "password"],
    ["NUL", { name: "a\0b" }, "name"],
    ["an unknown field", { role: "platform_admin" }, "role"],
  ])("is not signed up with %s: a 400 that names the field", async (_, wrong, path) => {
    const answer = await stranger().post("/api/auth/register", { ...someone(), ...wrong });
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toMatchObject([{ path }]);
  });

  test("has the same answer for a forgotten password whether or not it exists", async () => {
    const known = await stranger().post("/api/auth/forgot-password", { email: tenant.email });
    const unknown = await stranger().post("/api/auth/forgot-password", { email: "nobody@example.com" });
    expect(known.status).toBe(202);
    expect(unknown.text).toBe(known.text);
    expect([...unknown.headers.keys()]).toEqual([...known.headers.keys()]);
    expect(mails.to("nobody@example.com")).toEqual([]);
  });

  test.each([
    ["/api/auth/verify-email", { token: "x" }, "token"],
    ["/api/auth/verify-email", { token: "" }, "token"],
    ["/api/auth/verify-email", { token: randomBytes(32).toString("base64url") }, "token"],
    [
      "/api/auth/reset-password",
      { token: randomBytes(32).toString("base64url"), password: "tumbleweed 94 orbit" },
      "token",
    ],
    ["/api/auth/forgot-password", { email: "nobody" }, "email"],
  ])("is not touched by %s with %o", async (path, body, field) => {
    expect(await stranger().post(path, body)).toMatchObject({
      status: 400,
      body: { errors: [{ path: field }] },
    });
  });

  test("is a person's: an agent has no password to change", async () => {
    const agent = await tenant.addAgent("Agent");
    const change = { currentPassword: "x", newPassword: "tumbleweed orbit 94" };
    expect(await agent.client.post("/api/auth/change-password", change)).toMatchObject({
      status: 403,
      body: { code: "forbidden" },
    });
  });

  test("keeps its password where the current one is wrong", async () => {
    const change = { currentPassword: "not it", newPassword: "tumbleweed orbit 94" };
    expect(await tenant.client.post("/api/auth/change-password", change)).toMatchObject({
      status: 400,
      body: { errors: [{ path: "currentPassword", message: "is not your current password" }] },
    });
    expect(await canSignIn(tenant.email, tenant.password)).toBe(true);
  });
});
