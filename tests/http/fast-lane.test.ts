import { pathToFileURL } from "node:url";
import type { ServerBuild } from "@remix-run/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFastLane } from "#app/http/fast-lane.server.ts";
import { createTestDatabase, type TestDatabase } from "../setup/database.ts";
import { startTestServer, type TestServer } from "../setup/server.ts";
import { createAgentWithKey } from "./agent-with-key.ts";

const build: ServerBuild = await import(pathToFileURL("build/server/index.js").href);
const lane = createFastLane(build.routes);

let database: TestDatabase;
let fast: TestServer;
let remix: TestServer;
let agentId: string;
let key: string;

beforeAll(async () => {
  database = await createTestDatabase();
  fast = await startTestServer({ database });
  remix = await startTestServer({ database, fastLane: false });
  ({ agentId, key } = await createAgentWithKey(database.db));
});
afterAll(async () => {
  await fast.close();
  await remix.close();
  await database.drop();
});

/** Everything of an answer that a client can tell apart, but for what is a new one each time. */
async function answerOf(server: TestServer, path: string, init: RequestInit) {
  const response = await server.fetch(path, init);
  const headers = Object.fromEntries(response.headers);
  for (const name of ["date", "x-request-id"]) delete headers[name];
  // Each of the two has leased requests of its own; that both say what is left is what matters.
  for (const name of ["ratelimit", "x-ratelimit-remaining", "x-ratelimit-reset"])
    if (headers[name] !== undefined) headers[name] = headers[name].replaceAll(/\d+/g, "…");
  const isStream = headers["content-type"]?.startsWith("text/event-stream") ?? false;
  const body = isStream ? await firstChunk(response) : await response.text();
  const asOf = /(?<="asOf":")[^"]+/;
  // Compressed, two times are not always as long.
  if (asOf.test(body)) delete headers["content-length"];
  return {
    status: response.status,
    headers,
    body: body
      .replaceAll(response.headers.get("x-request-id") ?? "?", "…")
      .replace(asOf, "…")
      // A token, which says when it was made.
      .replace(/eyJ[\w-]+\.[\w-]+\.[\w-]+/, "…"),
  };
}

async function firstChunk(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const { value } = (await reader?.read()) ?? {};
  await reader?.cancel();
  // How long to wait before a reconnect is spread at random, and a heartbeat may come with the first of it.
  return Buffer.from(value ?? [])
    .toString()
    .replace(/retry: \d+/, "retry: …")
    .replaceAll(/^:\n\n/gm, "");
}

const fill = (path: string) =>
  path.replace(/:(\w+)/g, (_all, name: string) =>
    /^(agentId|recipientId|mailboxId)$/.test(name) ? agentId : "absent",
  );

const methods = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"];

interface Variation {
  query?: string;
  authorization?: string;
  body?: string;
}

/** A good request as far as one can be made for any route, and each way to spoil it. */
const variations = (method: string): Variation[] => [
  {},
  { authorization: "" },
  { authorization: "Bearer sb_wrong" },
  ...["?surprise=1", "?index", "?%69ndex=", "?_routes=x", "?limit=0"].map((query) => ({ query })),
  ...(method === "GET" || method === "HEAD"
    ? []
    : ["{}", "{", '{"name":"\\u0000"}', "[]"].map((body) => ({ body }))),
];

describe("the fast lane", () => {
  test("takes every API route of the build, and nothing else", () => {
    const declared = Object.values(build.routes)
      .filter((route) => route?.id.startsWith("routes/api.") && !route.id.endsWith("$"))
      .map((route) => route?.id);
    expect(lane.paths).toHaveLength(declared.length);
    expect(lane.paths).toContain("/api/messaging/inbox/:mailboxId/stream");
    for (const path of lane.paths) expect(path).toMatch(/^\/api\//);
  });

  test.each(lane.paths)("answers %s as Remix does", async (path) => {
    for (const method of methods) {
      await Promise.all(
        variations(method).map(async ({ query = "", authorization = `Bearer ${key}`, body }) => {
          const headers: Record<string, string> = { "Content-Type": "application/json" };
          if (authorization !== "") headers.Authorization = authorization;
          const init = { method, headers, ...(body !== undefined && { body }) };
          const address = fill(path) + query;
          const [one, other] = await Promise.all([
            answerOf(fast, address, init),
            answerOf(remix, address, init),
          ]);
          expect(one, `${method} ${address} ${body}`).toEqual(other);
        }),
      );
    }
  });

  test("gives a send through either lane the same result", async () => {
    const init = {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        Authorization: `Bearer ${key}`,
        "Idempotency-Key": "both-lanes",
      },
      body: JSON.stringify({
        recipientId: "operators",
        type: "status_update",
        payload: { status: "running" },
      }),
    };
    const one = await answerOf(fast, "/api/messaging/send", init);
    expect(one.status).toBe(201);
    expect(await answerOf(remix, "/api/messaging/send", init)).toEqual(one);
  });

  test("refuses a body over the limit through either lane", async () => {
    const init = () => ({
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${key}` },
      body: new Blob(["x".repeat(1024 * 1024 + 1)]).stream(),
      duplex: "half" as const,
    });
    const one = await answerOf(fast, "/api/messaging/send", init());
    expect(one.status).toBe(413);
    expect(await answerOf(remix, "/api/messaging/send", init())).toEqual(one);
  });

  test.each([
    ["/api/ping/", "a trailing slash"],
    ["/API/Ping", "another case"],
    ["/api//ping", "a doubled slash"],
    ["/api/messaging/conversation/a%2Fb", "an escaped slash"],
    ["/api/messaging/conversation/a%252Fb", "an escaped escape"],
    ["/api/agents/%61gt_x", "an escaped letter"],
    ["/api/nothing/here", "no route"],
    ["/api", "no route either"],
  ])("leaves %s to Remix: %s", async (path) => {
    expect(lane.match("GET", path, "")).toBeUndefined();
    const init = { headers: { Authorization: `Bearer ${key}` } };
    const [one, other] = await Promise.all([answerOf(fast, path, init), answerOf(remix, path, init)]);
    if (one.headers["content-type"]?.startsWith("text/html")) expect(one.status).toBe(other.status);
    else expect(one).toEqual(other);
  });

  test("is no way round the answer for what is not there", async () => {
    const answer = await answerOf(fast, "/api/nothing/here?x=1", { method: "POST", body: "x" });
    expect(answer.status).toBe(404);
    expect(JSON.parse(answer.body)).toMatchObject({ code: "not_found", category: "validation" });
  });
});
