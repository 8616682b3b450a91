import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "#db/ids.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import { createRouteTenant, type RouteAgent, type RouteTenant } from "./api-client.ts";

let server: TestServer;
let tenant: RouteTenant;
let agent: RouteAgent;
let messageId: string;

beforeAll(async () => {
  server = await startTestServer();
  tenant = await createRouteTenant(server.runtime, server.origin);
  agent = await tenant.addAgent("Held", { scopes: ["messages:read", "messages:send", "tenant:write"] });
  const sent = await tenant.client.post("/api/messaging/send", {
    recipientId: agent.id,
    type: "status_update",
    payload: { status: "fine" },
    correlationId: "case",
  });
  messageId = String(sent.body.messageId);
});
afterAll(() => server.close());

test("a hold is placed, listed and released over HTTP", async () => {
  const { client } = tenant;
  const placed = await client.post("/api/holds", { messageId, reason: "Evidence" });
  expect(placed.status).toBe(201);
  expect(placed.body).toMatchObject({ messageId, correlationId: "case", reason: "Evidence" });
  expect((await client.post("/api/holds", { messageId, reason: "Again" })).status).toBe(409);
  expect((await client.get("/api/holds")).body).toMatchObject({ holds: [{ messageId }], nextCursor: null });
  const path = `/api/holds/${String(placed.body.id)}`;
  expect((await client.delete(path)).status).toBe(204);
  expect((await client.delete(path)).status).toBe(404);
  expect((await client.get("/api/holds")).body).toMatchObject({ holds: [] });
  expect((await client.get("/api/holds?state=released")).body).toMatchObject({ holds: [{ messageId }] });
});

test("an erasure is asked for and listed over HTTP", async () => {
  const asked = await tenant.client.post("/api/erasures", { subjectId: agent.id, reason: "They asked" });
  expect(asked.status).toBe(202);
  expect(asked.body).toMatchObject({ subject: { id: agent.id, name: "Held" }, state: "waiting" });
  expect((await tenant.client.get("/api/erasures?limit=1")).body).toMatchObject({
    erasures: [{ id: asked.body.id }],
  });
  expect((await tenant.client.post("/api/erasures", { subjectId: agent.id, reason: "x" })).status).toBe(409);
});

test("a message says whether its contents were erased", async () => {
  expect((await tenant.client.get(`/api/messaging/messages/${messageId}`)).body).toMatchObject({
    erasedAt: null,
  });
});

const bad: [string, string, unknown, string][] = [
  ["a hold without a subject", "/api/holds", { reason: "x" }, "messageId"],
  [
    "a hold on two things",
    "/api/holds",
    { messageId: newId("msg"), correlationId: "c", reason: "x" },
    "messageId",
  ],
  ["a hold without a reason", "/api/holds", { correlationId: "case" }, "reason"],
  ["a hold with an empty reason", "/api/holds", { correlationId: "case", reason: "  " }, "reason"],
  [
    "a hold with a line break in its reason",
    "/api/holds",
    { correlationId: "case", reason: "a\nb" },
    "reason",
  ],
  ["a hold with a NUL", "/api/holds", { correlationId: "case", reason: "a\0" }, "reason"],
  ["a hold on no message id", "/api/holds", { messageId: "msg_1", reason: "x" }, "messageId"],
  ["a hold with a field of its own", "/api/holds", { correlationId: "case", reason: "x", until: 1 }, "until"],
  ["an erasure without a subject", "/api/erasures", { reason: "x" }, "subjectId"],
  ["an erasure of a desk", "/api/erasures", { subjectId: newId("dsk"), reason: "x" }, "subjectId"],
  ["an erasure without a reason", "/api/erasures", { subjectId: newId("agt") }, "reason"],
  [
    "an erasure of half a thing",
    "/api/erasures",
    { subjectId: newId("agt"), reason: "x", includeReceived: 1 },
    "includeReceived",
  ],
];
describe("what is not right is refused with the field's name", () => {
  test.each(bad)("%s", async (_, path, body, field) => {
    const answer = await tenant.client.post(path, body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toMatchObject([{ path: field }]);
  });

  test.each([
    ["/api/holds?limit=0", "query.limit"],
    ["/api/holds?limit=101", "query.limit"],
    ["/api/holds?cursor=hld_x", "query.cursor"],
    ["/api/holds?state=gone", "query.state"],
    ["/api/erasures?cursor=hld_x", "query.cursor"],
    ["/api/erasures?page=1", "query.page"],
  ])("%s", async (path, field) => {
    const answer = await tenant.client.get(path);
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toMatchObject([{ path: field }]);
  });
});

test("a key holds and erases nothing, whatever its scopes", async () => {
  expect((await agent.client.post("/api/holds", { messageId, reason: "x" })).status).toBe(403);
  expect((await agent.client.delete(`/api/holds/${newId("hld")}`)).status).toBe(403);
  expect((await agent.client.post("/api/erasures", { subjectId: agent.id, reason: "x" })).status).toBe(403);
});

test("another tenant's messages, conversations, holds and agents are as absent as none", async () => {
  const other = await createRouteTenant(server.runtime, server.origin);
  const placed = await tenant.client.post("/api/holds", { correlationId: "case", reason: "Dispute" });
  const headers = { "X-Request-Id": "isolation-probe" };
  const pairs: [string, string, unknown, unknown][] = [
    ["POST", "/api/holds", { messageId, reason: "x" }, { messageId: newId("msg"), reason: "x" }],
    ["POST", "/api/holds", { correlationId: "case", reason: "x" }, { correlationId: "no case", reason: "x" }],
    ["POST", "/api/erasures", { subjectId: agent.id, reason: "x" }, { subjectId: newId("agt"), reason: "x" }],
    [
      "POST",
      "/api/erasures",
      { subjectId: tenant.admin.membershipId, reason: "x" },
      { subjectId: newId("mem"), reason: "x" },
    ],
  ];
  for (const [method, path, theirs, nobodys] of pairs) {
    const [foreign, none] = await Promise.all(
      [theirs, nobodys].map((body) =>
        other.client.raw(path, {
          method,
          headers: { ...headers, "Content-Type": "application/json" },
          body: JSON.stringify(body),
        }),
      ),
    );
    expect(foreign?.status).toBe(404);
    expect(foreign?.text).toBe(none?.text);
  }
  const [foreign, none] = await Promise.all(
    [String(placed.body.id), newId("hld")].map((id) =>
      other.client.raw(`/api/holds/${id}`, { method: "DELETE", headers }),
    ),
  );
  expect(foreign?.status).toBe(404);
  expect(foreign?.text).toBe(none?.text);
  expect((await other.client.get("/api/holds")).body).toEqual({ holds: [], nextCursor: null });
  expect((await other.client.get("/api/erasures")).body).toEqual({ erasures: [], nextCursor: null });
  expect((await tenant.client.get("/api/holds")).body).toMatchObject({ holds: [{ correlationId: "case" }] });
});
