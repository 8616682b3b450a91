import { Writable } from "node:stream";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { loggerOptions } from "#app/boot/create-logger.server.ts";
import { harmlessLine } from "#app/boot/log-line.ts";
import { generateApiKey } from "#app/domain/auth/secrets.server.ts";
import { toTypeId } from "#db/ids.ts";
import { startTestServer, type TestServer } from "../setup/server.ts";
import { createTenantFixture, type TenantFixture } from "../setup/tenant-fixture.ts";
import { createAgentWithKey } from "./agent-with-key.ts";
import { sendRaw } from "./raw.ts";

const lineSchema = z.object({ msg: z.string(), requestId: z.string().optional() }).loose();

let written: string[];
let server: TestServer;
let tenant: TenantFixture;
let cookie: string;
let agent: { agentId: string; key: string };

beforeAll(async () => {
  written = [];
  const out = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written.push(chunk.toString());
      done();
    },
  });
  server = await startTestServer({ log: pino(loggerOptions("debug", "web"), out) });
  tenant = await createTenantFixture(server.database.db);
  cookie = await server.signIn(tenant);
  agent = await createAgentWithKey(server.database.db);
});
afterAll(() => server.close());

/** The request's line. Fails on what is no line of JSON, and on a second one. */
async function lineOf(requestId: string) {
  const find = () =>
    written
      .flatMap((text) => text.split("\n"))
      .filter((line) => line !== "")
      .map((line) => lineSchema.parse(JSON.parse(line)))
      .filter((line) => line.msg === "request" && line.requestId === requestId);
  await vi.waitFor(() => expect(find()).toHaveLength(1));
  return find()[0];
}

async function logged(path: string, headers: Record<string, string> = {}, init: RequestInit = {}) {
  const response = await server.fetch(path, { ...init, headers });
  const bytes = (await response.arrayBuffer()).byteLength;
  return { line: await lineOf(response.headers.get("X-Request-Id") ?? ""), bytes };
}

describe("a request's line", () => {
  test("names the agent, its tenant and the route that the fast lane took", async () => {
    const { line, bytes } = await logged(`/api/agents/${agent.agentId}`, {
      Authorization: `Bearer ${agent.key}`,
    });
    expect(line).toMatchObject({
      level: "info",
      actor: { kind: "agent", id: agent.agentId },
      tenant: expect.stringMatching(/^ten_/),
      method: "GET",
      route: "/api/agents/:agentId",
      path: `/api/agents/${agent.agentId}`,
      surface: "api",
      status: 200,
      durationMs: expect.any(Number),
      bytes: expect.any(Number),
    });
    // Its body and a head of some hundred bytes.
    expect(Number(line?.bytes)).toBeGreaterThan(bytes + 100);
    expect(Number(line?.bytes)).toBeLessThan(bytes + 2_000);
  });

  test("has nothing of the query", async () => {
    const { line } = await logged("/api/agents?search=hidden", { Authorization: `Bearer ${agent.key}` });
    expect(line).toMatchObject({ status: 200, route: "/api/agents", path: "/api/agents" });
    expect(JSON.stringify(line)).not.toContain("hidden");
  });

  test("names the person on a page and on its data, both by the page's route", async () => {
    const person = { actor: { kind: "user", id: tenant.adminId }, tenant: tenant.tenantId };
    const path = `/dashboard/agents/${agent.agentId}`;
    const route = "/dashboard/agents/:agentId";
    expect((await logged(path, { Cookie: cookie })).line).toMatchObject({
      ...person,
      ...{ route, path, surface: "page" },
    });
    expect((await logged(`${path}.data`, { Cookie: cookie })).line).toMatchObject({
      ...person,
      ...{ route, path: `${path}.data`, surface: "data" },
    });
  });

  test("names the audit events that were recorded of it", async () => {
    const { line } = await logged("/api/audit/logs", { Cookie: cookie });
    const recorded = await server.database.owner<{ id: string }[]>`
      select id from audit_events where request_id = ${line?.requestId ?? ""}`;
    expect(recorded).toHaveLength(1);
    expect(line).toMatchObject({ auditEvents: recorded.map(({ id }) => toTypeId("evt", id)) });
    expect((await logged("/api/audit/logs", { Cookie: cookie })).line).not.toHaveProperty("auditEvents");
  });

  test("names nobody where nobody was recognised, and the actor also where the right was missing", async () => {
    expect((await logged("/api/agents")).line).not.toHaveProperty("actor");
    const denied = await logged(
      "/api/agents",
      { Authorization: `Bearer ${agent.key}`, "Content-Type": "application/json" },
      { method: "POST", body: "{}" },
    );
    expect(denied.line).toMatchObject({ status: 403, actor: { kind: "agent", id: agent.agentId } });
  });

  test.each([
    ["/", "/"],
    ["/_root.data", "/"],
    ["/dashboard/", "/dashboard"],
    ["/dashboard/nothing/here", "/dashboard/*"],
    ["/api/nothing/here", "/api/*"],
    ["/wp-admin/setup.php", "/*"],
    ["/%ff", "unknown"],
    ["/health/live", "/health/live"],
    ["/assets/nothing.js", "/assets/*"],
    [`/api/agents/${"x".repeat(500)}`, "/api/agents/:agentId"],
  ])("of %s has one of the known routes: %s", async (path, route) => {
    const requestId = `route-${Buffer.from(path).toString("hex").slice(0, 100)}`;
    await server.fetch(path, { headers: { "X-Request-Id": requestId } });
    expect(await lineOf(requestId)).toMatchObject({ route });
  });

  test("cannot be forged or coloured from outside", async () => {
    const forged = '{"level":"fatal","msg":"forged"}';
    const ansi = "\u001b[31mred\u001b[0m";
    const path = `/api/agents/%0D%0A${encodeURIComponent(forged)}%1B[2J\u009b31m\u007f`;
    // What Node refuses to read as HTTP never comes to a line; what it takes must do no harm.
    for (const [n, userAgent] of [`a\t${forged}`, `a${ansi}`, "a\u009b31m\u2028"].entries()) {
      const requestId = `forged-${n}`;
      const { status } = await sendRaw(
        server.origin,
        Buffer.from(
          `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Request-Id: ${requestId}\r\nUser-Agent: ${userAgent}\r\n\r\n`,
          "latin1",
        ),
      );
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
    }
    await server.fetch(`/a%0d%0a${encodeURIComponent(forged)}`, {
      headers: { "X-Request-Id": "forged-last" },
    });
    expect((await lineOf("forged-last"))?.path).toContain("%0d%0a");
    const messages = written
      .join("")
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line).msg);
    expect(messages).not.toContain("forged");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what must not be there.
    expect(written.join("")).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/);
  });

  test("shows no secret that somebody puts into the address", async () => {
    const key = generateApiKey();
    const response = await server.fetch(`/api/agents/${key}`);
    const line = await lineOf(response.headers.get("X-Request-Id") ?? "");
    expect(line?.path).toBe("/api/agents/[redacted]");
    await server.fetch(`/dashboard?key=${key}`, { headers: { Authorization: `Bearer ${key}` } });
    expect(written.join("")).not.toContain(key);
  });
});

describe("any line", () => {
  const write = (fields: object): Record<string, unknown> => {
    let text = "";
    const out = new Writable({
      write(chunk: Buffer, _encoding, done) {
        text += chunk.toString();
        done();
      },
    });
    pino(loggerOptions("info", "web"), out).info(fields, "said");
    expect(text.match(/\n/g)).toHaveLength(1);
    return JSON.parse(text);
  };

  test("is JSON without secrets, whatever an error says", () => {
    const key = generateApiKey();
    const jwt = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ1c3IifQ.c2lnbmF0dXJl";
    const error = new Error(
      `could not reach postgres://signalbox:hunter2hunter2@db/x with ${key}, ${jwt} and "Bearer abcdefgh12345678"\r\n\u001b[31m\u009b\u2028`,
    );
    const line = write({ err: error, headers: { authorization: `Basic ${key}`, cookie: "signalbox=abc" } });
    const text = JSON.stringify(line);
    for (const secret of [key, jwt, "hunter2", "abcdefgh12345678", "signalbox=abc"])
      expect(text).not.toContain(secret);
    expect(text).toContain("postgres://signalbox:[redacted]@db/x");
    expect(line.msg).toBe("said");
  });

  test("that holds nothing of the kind is left as it is", () => {
    const plain = '{"level":"info","msg":"Zoë sent 3 → 4 messages, key=agt_01h"}\n';
    expect(harmlessLine(plain)).toBe(plain);
  });
});
