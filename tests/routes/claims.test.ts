import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "#db/ids.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import { type ApiAnswer, createRouteTenant, type RouteAgent, type RouteTenant } from "./api-client.ts";

let server: TestServer;
let tenant: RouteTenant;
let planner: RouteAgent;
let worker: RouteAgent;

beforeAll(async () => {
  server = await startTestServer();
  tenant = await createRouteTenant(server.runtime, server.origin);
  [planner, worker] = [await tenant.addAgent("Planner"), await tenant.addAgent("Worker")];
  await tenant.client.put(`/api/agents/${planner.id}/allowlist/${worker.id}`);
  await setMode("claim");
});
afterAll(() => server.close());

const setMode = async (mailboxMode: "claim" | "read"): Promise<void> => {
  const changed = await tenant.client.patch(`/api/agents/${worker.id}`, { mailboxMode });
  expect(changed.status).toBe(200);
};
const send = async (description: string): Promise<string> => {
  const { body } = await planner.client.post("/api/messaging/send", {
    recipientId: worker.id,
    type: "task_handoff",
    payload: { taskId: "T-1", description, priority: "low" },
  });
  return String(body.messageId);
};
const call = (verb: string, body: unknown, agent = worker): Promise<ApiAnswer> =>
  agent.client.post(`/api/messaging/inbox/${worker.id}/${verb}`, body);
interface Claimed {
  id: string;
  lease: { id: string; expiresAt: string; count: number };
}
const claim = async (body: unknown = {}): Promise<Claimed[]> => {
  const { status, body: answer } = await call("claim", body);
  expect(status).toBe(200);
  return answer.messages as Claimed[];
};
const leased = ({ id, lease }: Claimed) => ({ messageId: id, leaseId: lease.id });

test("over HTTP a message is claimed, extended, given back, claimed again and acked", async () => {
  const messageId = await send("Paint it");
  const [first] = await claim({ limit: 1, leaseSeconds: 5 });
  if (first === undefined) throw new Error("nothing was claimed");
  expect(first).toMatchObject({
    id: messageId,
    handling: "leased",
    payload: { description: "Paint it" },
    lease: { id: expect.stringMatching(/^lse_/), expiresAt: expect.stringMatching(/Z$/), count: 1 },
  });
  const extended = await call("extend", { messages: [leased(first)], leaseSeconds: 600 });
  expect(extended.body).toEqual({
    messages: [{ messageId, outcome: "extended" }],
    expiresAt: expect.stringMatching(/Z$/),
  });
  const nacked = await call("nack", { messages: [leased(first)] });
  expect(nacked.body).toEqual({ messages: [{ messageId, outcome: "nacked" }] });
  const [second] = await claim();
  if (second === undefined) throw new Error("nothing was claimed again");
  const acked = await call("ack", { messages: [leased(second), leased(first)] });
  expect(acked.body).toEqual({
    messages: [
      { messageId, outcome: "acked" },
      { messageId, outcome: "lease_lost" },
    ],
  });
  expect(await claim()).toEqual([]);
});

test("a read mark is for a mailbox that is read, a claim for one that is claimed", async () => {
  const messageId = await send("Read me");
  expect(await call("read", { through: 1 })).toMatchObject({
    status: 409,
    body: { code: "conflict", mode: "claim", detail: expect.stringContaining('"claim"') },
  });
  await setMode("read");
  expect(await call("claim", {})).toMatchObject({ status: 409, body: { code: "conflict", mode: "read" } });
  const { body } = await worker.client.get(`/api/messaging/messages/${messageId}`);
  const through = Number(body.sequence);
  expect(await call("read", { through: through + 1 })).toMatchObject({
    status: 400,
    body: { errors: [{ path: "through" }] },
  });
  expect((await call("read", { through })).body).toMatchObject({ through });
  expect((await worker.client.get(`/api/messaging/messages/${messageId}`)).body).toMatchObject({
    handling: "acked",
  });
  await setMode("claim");
  expect(await claim()).toEqual([]);
});

test("people watch a mailbox and handle nothing in it, and neither do other agents", async () => {
  for (const [verb, body] of verbs) {
    const asPerson = await tenant.client.post(`/api/messaging/inbox/${worker.id}/${verb}`, body);
    expect(asPerson, verb).toMatchObject({ status: 403, body: { code: "forbidden" } });
    expect(await call(verb, body, planner), verb).toMatchObject({ status: 404 });
  }
});

const item = () => ({ messageId: newId("msg"), leaseId: newId("lse") });
const verbs: [string, object][] = [
  ["claim", {}],
  ["ack", { messages: [item()] }],
  ["nack", { messages: [item()] }],
  ["extend", { messages: [item()] }],
  ["read", { through: 0 }],
];

describe("what is wrong with a request is named", () => {
  const many = Array.from({ length: 101 }, item);
  const bad: [verb: string, body: unknown, path: string][] = [
    ["claim", { limit: 0 }, "limit"],
    ["claim", { limit: 101 }, "limit"],
    ["claim", { limit: 1.5 }, "limit"],
    ["claim", { limit: 1e300 }, "limit"],
    ["claim", { limit: "10" }, "limit"],
    ["claim", { leaseSeconds: 4 }, "leaseSeconds"],
    ["claim", { leaseSeconds: 3_601 }, "leaseSeconds"],
    ["claim", { wait: 5 }, "wait"],
    ["claim", [], "body"],
    ["ack", {}, "messages"],
    ["ack", { messages: [] }, "messages"],
    ["ack", { messages: many }, "messages"],
    ["ack", { messages: [{ ...item(), leaseId: "lse_x" }] }, "messages.0.leaseId"],
    ["ack", { messages: [{ ...item(), messageId: newId("agt") }] }, "messages.0.messageId"],
    ["ack", { messages: [{ ...item(), messageId: "msg_\u0000" }] }, "messages.0.messageId"],
    ["ack", { messages: [{ ...item(), delaySeconds: 1 }] }, "messages.0.delaySeconds"],
    ["nack", { messages: [{ ...item(), delaySeconds: -1 }] }, "messages.0.delaySeconds"],
    ["nack", { messages: [{ ...item(), delaySeconds: 86_401 }] }, "messages.0.delaySeconds"],
    ["extend", { messages: [item()], leaseSeconds: 1 }, "leaseSeconds"],
    ["read", {}, "through"],
    ["read", { through: -1 }, "through"],
    ["read", { through: 2 ** 53 }, "through"],
    ["read", { through: "7" }, "through"],
  ];
  test.each(bad)("%s %j", async (verb, body, path) => {
    const { status, body: problem } = await call(verb, body);
    expect(status).toBe(400);
    expect((problem.errors as { path: string }[]).map((error) => error.path)).toContain(path);
  });

  const badReplays: [body: unknown, path: string][] = [
    [{}, "messageIds"],
    [{ messageIds: [] }, "messageIds"],
    [{ messageIds: Array.from({ length: 501 }, () => newId("msg")) }, "messageIds"],
    [{ messageIds: ["msg_1"] }, "messageIds.0"],
    [{ recipientId: "operators" }, "recipientId"],
    [{ messageIds: [newId("msg")], recipientId: newId("agt") }, "recipientId"],
    [{ all: true }, "all"],
  ];
  test.each(badReplays)("replay %j", async (body, path) => {
    const { status, body: problem } = await tenant.client.post("/api/messaging/dead-letters/replay", body);
    expect(status).toBe(400);
    expect((problem.errors as { path: string }[]).map((error) => error.path)).toContain(path);
  });

  test.each([
    ["limit=0", "query.limit"],
    ["limit=101", "query.limit"],
    ["limit=x", "query.limit"],
    ["cursor=abc", "query.cursor"],
    ["cause=boredom", "query.cause"],
    ["recipientId=me", "query.recipientId"],
    ["page=2", "query.page"],
  ])("dead letters by %s", async (query, path) => {
    const { status, body } = await tenant.client.get(`/api/messaging/dead-letters?${query}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: [{ path }] });
  });
});

test("over HTTP dead letters are listed and replayed, by a person and by the mailbox's own agent", async () => {
  const messageId = await send("Dies twice");
  const die = async () => {
    for (let n = 0; n < 5; n++) await call("nack", { messages: (await claim()).map(leased) });
  };
  for (const client of [tenant.client, worker.client]) {
    await die();
    const { body } = await client.get(`/api/messaging/dead-letters?recipientId=${worker.id}&limit=1`);
    expect(body).toMatchObject({
      deadLetters: [{ message: { id: messageId, handling: "dead" }, cause: "leases", leases: 5 }],
      nextCursor: null,
    });
    const replayed = await client.post("/api/messaging/dead-letters/replay", { messageIds: [messageId] });
    expect(replayed).toMatchObject({ status: 200, body: { messages: [{ messageId, outcome: "replayed" }] } });
  }
  await die();
  const all = await tenant.client.post("/api/messaging/dead-letters/replay", { recipientId: worker.id });
  expect(all).toMatchObject({ status: 200, body: { recipientId: worker.id, replayed: 1 } });
});
