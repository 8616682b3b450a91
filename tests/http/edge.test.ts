import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type HttpServer, openHttpServer } from "#app/http/node-server.server.ts";
import { maxBodyBytes } from "#app/http/read-body.server.ts";
import { startTestServer, type TestServer } from "../setup/server.ts";
import { createTenantFixture, type TenantFixture } from "../setup/tenant-fixture.ts";
import { sendRaw } from "./raw.ts";

const origin = "https://box.example";
let server: TestServer;
let tenant: TenantFixture;
/** The admin's session, as the browser sends it. */
let cookie: string;

beforeAll(async () => {
  server = await startTestServer({ env: { SIGNALBOX_ORIGIN: origin } });
  tenant = await createTenantFixture(server.runtime.db);
});
afterAll(() => server.close());

const post = (path: string, body: BodyInit, headers: Record<string, string> = {}) =>
  server.fetch(path, {
    method: "POST",
    headers: { Origin: origin, ...headers },
    body,
    duplex: "half",
  } as RequestInit);

/** Neither its length nor its end is said beforehand: it comes in chunks. */
const inChunks = (bytes: number) => new Blob(["x".repeat(bytes)]).stream();

describe("behind TLS", () => {
  test("a session's cookie can be planted by no other host, and read by no script", async () => {
    const { email, password } = tenant;
    const answer = await post("/sign-in", new URLSearchParams({ email, password }));
    expect(answer.status).toBe(302);
    const [set = ""] = answer.headers.getSetCookie();
    expect(set).toMatch(/^__Host-signalbox=/);
    for (const attribute of [/; Secure/i, /; HttpOnly/i, /; Path=\/(;|$)/i, /; SameSite=Lax/i])
      expect(set).toMatch(attribute);
    expect(set).not.toMatch(/Domain=/i);
    cookie = set.split(";")[0] ?? "";
    expect((await server.fetch("/dashboard", { headers: { Cookie: cookie } })).status).toBe(200);
    // As it would be called without TLS.
    const plain = cookie.replace("__Host-", "");
    expect((await server.fetch("/dashboard", { headers: { Cookie: plain } })).status).toBe(302);
  });

  test("so does the choice of a theme", async () => {
    const answer = await post(
      "/preferences/theme",
      new URLSearchParams({ theme: "dark", returnTo: "/sign-in" }),
    );
    const [set = ""] = answer.headers.getSetCookie();
    expect(set).toMatch(/^__Host-signalbox-theme=.*; Secure/i);
    const page = await server.fetch("/sign-in", { headers: { Cookie: set.split(";")[0] ?? "" } });
    expect(await page.text()).toMatch(/<html[^>]* class="[^"]*dark/);
  });

  test("every answer tells browsers to come back by TLS alone", async () => {
    const answers = await Promise.all([
      server.fetch("/sign-in"),
      server.fetch("/favicon.svg"),
      server.fetch("/api/agents"),
      server.fetch("/nothing/here"),
      server.fetch("/sign-in.data"),
      server.fetch("/health/live"),
      post("/sign-in", "x", { Origin: "https://evil.example" }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 401, 404, 200, 200, 403]);
    for (const { headers } of answers)
      expect(headers.get("Strict-Transport-Security")).toMatch(/^max-age=31536000; includeSubDomains$/);
  });
});

test("without TLS there is nothing of the kind, which a browser would refuse or remember", async () => {
  const plain = await startTestServer();
  const { headers } = await plain.fetch("/sign-in");
  expect(headers.get("Strict-Transport-Security")).toBeNull();
  await plain.close();
});

describe("a page", () => {
  const policyOf = async (path: string, headers: Record<string, string> = {}) => {
    const response = await server.fetch(path, { headers });
    const policy = response.headers.get("Content-Security-Policy") ?? "";
    return { response, policy, nonce: /'nonce-([^']+)'/.exec(policy)?.[1], html: await response.text() };
  };

  test.each(["/problems/not_found", "/nothing/here", "/dashboard", "/dashboard/agents/agt_wrong"])(
    "%s runs the scripts that carry its nonce, and each answer has another",
    async (path) => {
      const one = await policyOf(path, { Cookie: cookie });
      const other = await policyOf(path, { Cookie: cookie });
      expect(one.nonce).toMatch(/^[A-Za-z0-9+/]{22}==$/);
      expect(other.nonce).not.toBe(one.nonce);
      const scripts = one.html.match(/<script\b[^>]*>/g) ?? [];
      expect(scripts.length).toBeGreaterThan(0);
      for (const script of scripts) expect(script).toContain(`nonce="${one.nonce}"`);
      expect(one.html).not.toMatch(/<[^>]+\son\w+=/i);
      expect(one.policy).not.toMatch(/script-src[^;]*unsafe/);
      for (const directive of [
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
      ])
        expect(one.policy).toContain(directive);
      expect(Object.fromEntries(one.response.headers)).toMatchObject({
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
      });
      expect(one.response.headers.get("Permissions-Policy")).toContain("camera=()");
    },
  );

  test("and its data are kept by nobody on the way", async () => {
    for (const path of ["/dashboard.data", "/dashboard/agents.data", "/dashboard/unread", "/sign-in"]) {
      const { headers } = await server.fetch(path, { headers: { Cookie: cookie } });
      expect(headers.get("Cache-Control"), path).toMatch(/^(private, no-cache|no-store)$/);
    }
  });
});

describe("a body beyond its limit", () => {
  const tooLarge = maxBodyBytes + 1;
  const form = { "Content-Type": "application/x-www-form-urlencoded" };
  test.each([
    ["a form's data request", "/preferences/theme.data", form],
    ["a form's of who is signed in", "/dashboard/agents/new", form],
    ["a JSON body", "/api/agents", { "Content-Type": "application/json" }],
  ])("is refused, said or in chunks: %s", async (_what, path, headers) => {
    for (const body of ["x".repeat(tooLarge), inChunks(tooLarge)])
      expect((await post(path, body, { ...headers, Cookie: cookie })).status).toBe(413);
    expect((await post(path, "x".repeat(100), { ...headers, Cookie: cookie })).status).toBeLessThan(413);
  });

  test("is refused to who is not signed in, too", async () => {
    for (const body of ["x".repeat(tooLarge), inChunks(tooLarge)])
      expect((await post("/sign-in", body, form)).status).toBe(413);
  });

  test("is not waited for where nobody reads it", async () => {
    const answer = await post("/api/agents/agt_x/endpoint/enable", inChunks(4 * tooLarge), {
      Cookie: cookie,
    });
    expect(answer.status).toBe(400);
  });
});

describe("a client that takes its time", () => {
  const opened: HttpServer[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((http) => http.stop(100)));
  });
  const open = async () => {
    const http = await openHttpServer({
      host: "127.0.0.1",
      port: 0,
      limits: { headersTimeoutMs: 100, requestTimeoutMs: 300, checkMs: 20 },
    });
    opened.push(http);
    http.use((incoming, out) => void incoming.resume().once("end", () => out.end("whole")));
    return `http://127.0.0.1:${http.port}`;
  };

  test.each([
    ["with its headers", "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "],
    ["with its body", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nx"],
    ["with a chunk", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"],
  ])("%s is told so and cut off", async (_what, text) => {
    const answer = await sendRaw(await open(), text);
    expect(answer.status).toBe(408);
    expect(answer.headers).toContain("application/problem+json");
  });
});

describe("a redirect", () => {
  const away = [
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "/..//evil.example",
    "/.//evil.example",
    "/%2e%2e//evil.example",
    "/\t/evil.example",
    "javascript:alert(1)",
  ];
  const siteOf = (location: string | null) => new URL(location ?? "", origin).origin;

  test.each(away)("after signing in leads to no other site: %s", async (to) => {
    const path = `/sign-in?redirectTo=${encodeURIComponent(to)}`;
    const { email, password } = tenant;
    const signedIn = await post(path, new URLSearchParams({ email, password }));
    expect(signedIn.status).toBe(302);
    const again = await server.fetch(path, { headers: { Cookie: cookie } });
    expect(again.status).toBe(302);
    const themed = await post("/preferences/theme", new URLSearchParams({ theme: "dark", returnTo: to }));
    for (const { headers } of [signedIn, again, themed]) expect(siteOf(headers.get("Location"))).toBe(origin);
  });

  test.each([
    "//evil.example/",
    "/\\evil.example/",
    "/%5cevil.example/",
    "//evil.example/%2e%2e",
    "/..//evil.example",
  ])("is not made of an address that looks like another site's: %s", async (path) => {
    const { headers } = await sendRaw(
      server.origin,
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Host: evil.example\r\nConnection: close\r\n\r\n`,
    );
    const location = /^location: (.*)$/im.exec(headers)?.[1];
    if (location !== undefined) expect(siteOf(location)).toBe(origin);
  });
});
