import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import { createTenantFixture, type TenantFixture } from "#tests/setup/tenant-fixture.ts";
import { apiClient } from "./api-client.ts";

let database: TestDatabase;
let server: TestServer;
let tenant: TenantFixture;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterEach(() => server.close());
afterAll(() => database.drop());

async function start(env: Record<string, string> = {}): Promise<void> {
  await database.owner`truncate rate_limits, sign_in_failures`;
  server = await startTestServer({ database, env });
  tenant = await createTenantFixture(server.runtime.db, server.runtime.credentials);
}

async function signIn({ email, password }: { email: string; password: string }, cookie = "") {
  const response = await server.fetch("/sign-in", {
    method: "POST",
    headers: { Origin: server.runtime.env.http.origin, ...(cookie !== "" && { Cookie: cookie }) },
    body: new URLSearchParams({ email, password }),
  });
  return {
    status: response.status,
    text: await response.text(),
    retryAfter: response.headers.get("Retry-After"),
    cookies: response.headers.getSetCookie(),
  };
}

const wrong = () => ({ email: tenant.email, password: "wrong" });

describe("the sign-in form", () => {
  test("has strangers wait after five failures, and lets in whose browser is known", async () => {
    await start();
    const first = await signIn(tenant);
    expect(first.status).toBe(302);
    const device = first.cookies.find((one) => one.startsWith("signalbox-device="));
    expect(device).toMatch(/; Max-Age=34560000; Path=\/; .*HttpOnly; SameSite=Lax$/);
    const cookie = device?.split(";", 1)[0] ?? "";

    for (let i = 0; i < 5; i += 1) expect((await signIn(wrong())).status).toBe(401);
    // From this network the account is known, and has a count of its own: strangers are elsewhere.
    const held = await signIn(tenant);
    expect(held).toMatchObject({ status: 429, retryAfter: expect.stringMatching(/^[1-5]$/), cookies: [] });
    expect(held.text).toContain("Too many attempts to sign in have failed. Please try again in");
    expect((await signIn(tenant, cookie)).status).toBe(302);

    const [name = "", value = ""] = cookie.split(/=(.*)/s);
    const forged = `${name}=${value.slice(0, -4)}AAAA`;
    expect((await signIn(tenant, forged)).status).toBe(429);
  });

  test("answers unknown addresses in the same way", async () => {
    await start();
    const nobody = { email: "nobody@example.com", password: "wrong" };
    const answers = [];
    for (let i = 0; i < 6; i += 1) answers.push(await signIn(nobody));
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 429]);
    expect(answers[5]?.retryAfter).toMatch(/^[1-5]$/);
  });

  test("takes so many attempts of an address and no more, right or wrong", async () => {
    await start({ SIGN_IN_RATE_LIMIT_REQUESTS: "3" });
    expect((await signIn(tenant)).status).toBe(302);
    expect((await signIn(wrong())).status).toBe(401);
    expect((await signIn(tenant)).status).toBe(302);
    const refused = await signIn(tenant);
    expect(refused).toMatchObject({ status: 429, retryAfter: expect.stringMatching(/^[1-9]\d?$/) });
    expect(refused.text).toContain("more than 3 sign-ins from one address");
  });

  test("gives the browser's name a cookie that no other host can plant, over TLS", async () => {
    await start({ SIGNALBOX_ORIGIN: "https://box.example" });
    const { cookies } = await signIn(tenant);
    expect(cookies.find((one) => one.startsWith("__Host-signalbox-device="))).toMatch(
      /; Path=\/; .*HttpOnly; Secure; SameSite=Lax$/,
    );
  });
});

describe("signing in over the API", () => {
  const login = ({ email, password }: { email: string; password: string }) =>
    apiClient(server.origin, {}).post("/api/auth/login", { email, password });

  test("waits after five failures, with the form's failures among them", async () => {
    await start();
    const nobody = { email: "nobody-here@example.com", password: "wrong" };
    for (let i = 0; i < 2; i += 1) expect((await signIn(nobody)).status).toBe(401);
    for (let i = 0; i < 3; i += 1) expect((await login(nobody)).status).toBe(401);
    const held = await login(nobody);
    expect(held).toMatchObject({ status: 429, body: { code: "rate_limited" } });
    expect(held.headers.get("Retry-After")).toMatch(/^[1-5]$/);
  });

  test("counts as an attempt of the address, forgets the failures before it, and tells a new network", async () => {
    await start({ SIGN_IN_RATE_LIMIT_REQUESTS: "3" });
    expect((await login(wrong())).status).toBe(401);
    expect((await login(tenant)).status).toBe(200);
    expect(await database.owner`select 1 from sign_in_failures where kind = 'account'`).toEqual([]);
    const [event] = await database.owner`
      select details from audit_events where action = 'auth.login.succeeded' order by xid desc limit 1
    `;
    expect(event?.details).toMatchObject({ client: "api", newNetwork: true });
    expect((await login(tenant)).status).toBe(200);
    const refused = await login(tenant);
    expect(refused).toMatchObject({ status: 429, body: { limit: "sign_in" } });
    expect(refused.headers.get("Retry-After")).toMatch(/^[1-9]\d?$/);
  });
});
