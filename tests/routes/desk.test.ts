import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "#db/ids.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import { type ApiAnswer, createRouteTenant, type RouteAgent, type RouteTenant } from "./api-client.ts";

let server: TestServer;
let mine: RouteTenant;
let theirs: RouteTenant;
let myAgent: RouteAgent;
let theirAgent: RouteAgent;
let myEscalation: string;
let theirEscalation: string;

async function escalate(agent: RouteAgent): Promise<string> {
  const { body } = await agent.client.post("/api/messaging/send", {
    recipientId: "operators",
    type: "escalation",
    payload: { reason: "secret plans", severity: "critical" },
  });
  return String(body.messageId);
}

beforeAll(async () => {
  server = await startTestServer();
  mine = await createRouteTenant(server.runtime, server.origin);
  theirs = await createRouteTenant(server.runtime, server.origin);
  myAgent = await mine.addAgent("Mine");
  theirAgent = await theirs.addAgent("Theirs");
  myEscalation = await escalate(myAgent);
  theirEscalation = await escalate(theirAgent);
});
afterAll(() => server.close());

const post = (path: string, fields: Record<string, string>, client = mine.client): Promise<ApiAnswer> =>
  client.raw(path, {
    method: "POST",
    headers: { "X-Request-Id": "isolation-probe" },
    body: new URLSearchParams(fields),
  });

/** The page, but for what differs between any two answers: the id asked for, times and nonces. */
const shown = ({ status, text }: ApiAnswer, id: string) => ({
  status,
  text: text
    .replaceAll(id, "ID")
    .replaceAll(/nonce="[^"]*"|nonce\\?":\\?"[^"\\]*/g, "NONCE")
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME"),
});

describe("of another tenant, exactly as of none,", () => {
  test.each(["take", "take-over", "hand-back", "resolve"])("%s finds no escalation", async (intent) => {
    const fields = (messageId: string) => ({
      intent,
      messageId,
      ...(intent === "resolve" && { resolution: "x" }),
    });
    const nobodys = newId("msg");
    const foreign = await post("/dashboard/desk", fields(theirEscalation));
    const none = await post("/dashboard/desk", fields(nobodys));
    expect(shown(foreign, theirEscalation)).toEqual(shown(none, nobodys));
    expect(foreign.status).toBe(404);
    expect(foreign.text).not.toMatch(/secret plans|Theirs/);
  });

  test("the desk shows nothing of what its address names", async () => {
    const nobodys = newId("msg");
    const foreign = await mine.client.get(`/dashboard/desk?escalation=${theirEscalation}`);
    const none = await mine.client.get(`/dashboard/desk?escalation=${nobodys}`);
    expect(shown(foreign, theirEscalation)).toEqual(shown(none, nobodys));
    expect(foreign.text).toContain("This escalation does not exist");
    expect(foreign.text).not.toContain("Theirs");
    expect((await theirs.client.get(`/dashboard/desk?escalation=${theirEscalation}`)).text).toContain(
      "secret plans",
    );
  });

  test("no agent is written to and no message answered", async () => {
    const send = { type: "data_request", query: "Who are you?" };
    for (const recipientId of [theirAgent.id, newId("agt")])
      expect((await post("/dashboard/compose", { ...send, recipientId })).status).toBe(404);
    for (const replyTo of [theirEscalation, newId("msg")]) {
      const answer = await post("/dashboard/compose", { ...send, recipientId: myAgent.id, replyTo });
      expect(answer.status).toBe(400);
      expect((await mine.client.get(`/dashboard/compose?replyTo=${replyTo}`)).status).toBe(404);
    }
    const inbox = await theirAgent.client.get(`/api/messaging/inbox/${theirAgent.id}`);
    expect(inbox.body.messages).toEqual([]);
  });

  test("nothing is counted", async () => {
    expect((await mine.client.get("/dashboard/unread")).body).toMatchObject({ inbox: 1, desk: 1 });
  });
});

test("who was faster has it: the second is told so by the page, with 409", async () => {
  const messageId = await escalate(myAgent);
  expect((await post("/dashboard/desk", { intent: "take", messageId })).status).toBe(200);
  // The same person again changes nothing.
  expect((await post("/dashboard/desk", { intent: "take", messageId })).status).toBe(200);
  await post("/dashboard/desk", { intent: "resolve", messageId, resolution: "" });
  const late = await post("/dashboard/desk", { intent: "hand-back", messageId });
  expect(late.status).toBe(409);
});

test("what is wrong with a form or an address is 4xx", async () => {
  const bad: Record<string, string>[] = [
    { intent: "take" },
    { intent: "take", messageId: "msg_x" },
    { intent: "burn", messageId: myEscalation },
    { intent: "resolve", messageId: myEscalation, resolution: "x".repeat(2_001) },
    { intent: "resolve", messageId: myEscalation, resolution: "\u0000" },
    { intent: "take", messageId: myEscalation, more: "1" },
  ];
  for (const fields of bad) expect((await post("/dashboard/desk", fields)).status).toBe(400);
  for (const query of ["show=all", "cursor=9.x", "cursor=0.msg_x", "escalation=agt_1"])
    expect((await mine.client.get(`/dashboard/desk?${query}`)).status).toBe(400);
  const badMessages: Record<string, string>[] = [
    { recipientId: "operators", type: "status_update", status: "x" },
    { recipientId: myAgent.id, type: "status_update", status: "" },
    { recipientId: myAgent.id, type: "status_update", status: "x", progress: "1e999" },
    { recipientId: myAgent.id, type: "escalation", reason: "x", ttl: "99999999999" },
    { recipientId: myAgent.id, type: "data_response", data: "{", format: "json" },
    { recipientId: myAgent.id, type: "data_request", query: "x", key: "a b" },
  ];
  for (const fields of badMessages) expect((await post("/dashboard/compose", fields)).status).toBe(400);
});

test("the desk is for people: a program's key is refused", async () => {
  const taken = await post("/dashboard/desk", { intent: "take", messageId: myEscalation }, myAgent.client);
  expect(taken.status).toBe(403);
  expect((await myAgent.client.get("/dashboard/unread")).status).toBe(403);
});
