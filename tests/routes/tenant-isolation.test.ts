import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "#db/ids.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import { createRouteTenant, type RouteAgent, type RouteTenant } from "./api-client.ts";

// Beside the sweep over all routes (route-sweep.test.ts): what an answer about several things says.

let server: TestServer;
let mine: RouteTenant;
let theirs: RouteTenant;
let myAgent: RouteAgent;
let theirAgent: RouteAgent;
let theirMessageId: string;

beforeAll(async () => {
  server = await startTestServer();
  mine = await createRouteTenant(server.runtime, server.origin);
  theirs = await createRouteTenant(server.runtime, server.origin);
  myAgent = await mine.addAgent("Mine");
  theirAgent = await theirs.addAgent("Theirs");
  const sent = await theirs.client.post("/api/messaging/send", {
    recipientId: theirAgent.id,
    type: "escalation",
    payload: { reason: "secret plans", severity: "low" },
  });
  expect(sent.status).toBe(201);
  theirMessageId = String(sent.body.messageId);
});
afterAll(() => server.close());

test("a foreign message is replayed as little as one that is not there", async () => {
  const ids = [theirMessageId, newId("msg")];
  const { body } = await mine.client.post("/api/messaging/dead-letters/replay", { messageIds: ids });
  expect(body).toEqual({ messages: ids.map((messageId) => ({ messageId, outcome: "not_found" })) });
  for (const recipientId of [theirAgent.id, newId("agt")])
    expect((await mine.client.get(`/api/messaging/dead-letters?recipientId=${recipientId}`)).body).toEqual({
      deadLetters: [],
      nextCursor: null,
    });
});

test("lists show a tenant its own", async () => {
  const { body } = await mine.client.get("/api/agents");
  expect(body.agents).toMatchObject([{ id: myAgent.id }]);
  const keys = await mine.client.get(`/api/auth/api-keys?agentId=${theirAgent.id}`);
  expect(keys.body.apiKeys).toEqual([]);
});
