import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import { createRouteTenant, type RouteAgent, type RouteTenant } from "./api-client.ts";

let server: TestServer;
let tenant: RouteTenant;

beforeAll(async () => {
  server = await startTestServer();
  tenant = await createRouteTenant(server.runtime, server.origin);
});
afterAll(() => server.close());

const allow = (from: RouteAgent, to: RouteAgent) =>
  tenant.client.put(`/api/agents/${from.id}/allowlist/${to.id}`);

/** Two new agents; the first may send to the second. */
async function twoAgents() {
  const sender = await tenant.addAgent("Planner");
  const recipient = await tenant.addAgent("Engineer");
  expect((await allow(sender, recipient)).status).toBe(204);
  return { sender, recipient };
}

const handoff = (recipient: { id: string }, extra: Record<string, unknown> = {}) => ({
  recipientId: recipient.id,
  type: "task_handoff",
  payload: { taskId: "T-1", description: "Paint it", priority: "high" },
  ...extra,
});

describe("a send", () => {
  test("is answered with what became of it and found in the inbox, the conversation and by its id", async () => {
    const { sender, recipient } = await twoAgents();
    const sent = await sender.client.post(
      "/api/messaging/send",
      handoff(recipient, { correlationId: "release 7", priority: "urgent", ttlSeconds: 600 }),
    );
    expect(sent).toMatchObject({
      status: 201,
      body: {
        messageId: expect.stringMatching(/^msg_/),
        status: "delivered",
        deliveredAt: expect.stringMatching(/^\d{4}-.*Z$/),
        sequence: 1,
        correlationId: "release 7",
      },
    });
    expect(Object.keys(sent.body)).toHaveLength(5);

    const message = {
      id: sent.body.messageId,
      sequence: 1,
      sender: { id: sender.id, kind: "agent", name: "Planner" },
      recipient: { id: recipient.id, kind: "agent", name: "Engineer" },
      type: "task_handoff",
      kind: "command",
      priority: "urgent",
      payload: { taskId: "T-1", description: "Paint it", priority: "high" },
      correlationId: "release 7",
      replyTo: null,
      status: "delivered",
      handling: "unread",
    };
    const inbox = await recipient.client.get(`/api/messaging/inbox/${recipient.id}`);
    expect(inbox).toMatchObject({
      status: 200,
      body: { messages: [message], pagination: { total: 1, page: 1, limit: 20 }, cursor: 1 },
    });
    const conversation = await tenant.client.get("/api/messaging/conversation/release%207");
    expect(conversation).toMatchObject({ status: 200, body: { messages: [message] } });
    expect(conversation.body.participants).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id: sender.id, name: "Planner" }),
        expect.objectContaining({ id: recipient.id, name: "Engineer" }),
      ]),
    );
    const one = await recipient.client.get(`/api/messaging/messages/${sent.body.messageId}`);
    expect(one).toMatchObject({ status: 200, body: message });
  });

  test("without an edge is blocked and kept; with the edge allowed, the same send passes", async () => {
    const sender = await tenant.addAgent("Support");
    const recipient = await tenant.addAgent("Engineer");
    const blocked = await sender.client.post("/api/messaging/send", handoff(recipient));
    expect(blocked).toMatchObject({
      status: 403,
      body: {
        code: "no_allowlist_edge",
        category: "authorization",
        messageId: expect.stringMatching(/^msg_/),
      },
    });
    expect(await recipient.client.get(`/api/messaging/inbox/${recipient.id}`)).toMatchObject({
      body: { messages: [], pagination: { total: 0 } },
    });
    expect(await tenant.client.get(`/api/messaging/messages/${blocked.body.messageId}`)).toMatchObject({
      status: 200,
      body: { status: "blocked", sequence: null, reason: "no_allowlist_edge" },
    });
    expect((await allow(sender, recipient)).status).toBe(204);
    expect(await sender.client.post("/api/messaging/send", handoff(recipient))).toMatchObject({
      status: 201,
      body: { sequence: 1 },
    });
    expect((await tenant.client.delete(`/api/agents/${sender.id}/allowlist/${recipient.id}`)).status).toBe(
      204,
    );
    expect((await sender.client.post("/api/messaging/send", handoff(recipient))).status).toBe(403);
  });

  test("as somebody else is refused, and to the operators' desk always passes", async () => {
    const { sender, recipient } = await twoAgents();
    const forged = await sender.client.post(
      "/api/messaging/send",
      handoff(recipient, { senderId: recipient.id }),
    );
    expect(forged).toMatchObject({ status: 403, body: { code: "sender_mismatch" } });
    const named = await sender.client.post(
      "/api/messaging/send",
      handoff(recipient, { senderId: sender.id }),
    );
    expect(named.status).toBe(201);
    const toDesk = await sender.client.post("/api/messaging/send", {
      recipientId: "operators",
      type: "escalation",
      payload: { reason: "Out of paint", severity: "high" },
    });
    expect(toDesk).toMatchObject({ status: 201, body: { status: "delivered" } });
  });

  test("by a paused agent is blocked; to a paused agent it passes", async () => {
    const { sender, recipient } = await twoAgents();
    await tenant.client.patch(`/api/agents/${recipient.id}`, { status: "paused" });
    expect((await sender.client.post("/api/messaging/send", handoff(recipient))).status).toBe(201);
    await tenant.client.patch(`/api/agents/${sender.id}`, { status: "paused", pausedReason: "noisy" });
    expect(await sender.client.post("/api/messaging/send", handoff(recipient))).toMatchObject({
      status: 403,
      body: { code: "agent_paused" },
    });
  });

  test("by a person to an agent passes without an edge", async () => {
    const recipient = await tenant.addAgent("Engineer");
    expect(await tenant.client.post("/api/messaging/send", handoff(recipient))).toMatchObject({
      status: 201,
    });
  });
});

describe("an idempotency key", () => {
  test("sent again, also 20 times at once, gives the first answer and one message", async () => {
    const { sender, recipient } = await twoAgents();
    const send = () =>
      sender.client.post("/api/messaging/send", handoff(recipient), { "Idempotency-Key": "order-1" });
    const answers = await Promise.all(Array.from({ length: 20 }, send));
    const late = await send();
    for (const answer of [...answers, late]) {
      expect(answer.status).toBe(201);
      expect(answer.body).toEqual(late.body);
    }
    expect(await recipient.client.get(`/api/messaging/inbox/${recipient.id}`)).toMatchObject({
      body: { pagination: { total: 1 } },
    });
  });

  test("with another body is a conflict; another sender's same key is not", async () => {
    const { sender, recipient } = await twoAgents();
    const second = await tenant.addAgent("Second");
    await allow(second, recipient);
    const headers = { "Idempotency-Key": "order-2" };
    await sender.client.post("/api/messaging/send", handoff(recipient), headers);
    expect(
      await sender.client.post("/api/messaging/send", handoff(recipient, { priority: "low" }), headers),
    ).toMatchObject({ status: 409, body: { code: "idempotency_mismatch" } });
    expect((await second.client.post("/api/messaging/send", handoff(recipient), headers)).status).toBe(201);
  });

  test("of a blocked send gives the same refusal again", async () => {
    const sender = await tenant.addAgent("Support");
    const recipient = await tenant.addAgent("Engineer");
    const send = () =>
      sender.client.post("/api/messaging/send", handoff(recipient), { "Idempotency-Key": "order-3" });
    const [first, again] = [await send(), await send()];
    expect(again.status).toBe(403);
    expect(again.body.messageId).toBe(first.body.messageId);
  });
});

describe("an inbox", () => {
  test("is read in pages from the newest, and onwards from a cursor from the oldest", async () => {
    const { sender, recipient } = await twoAgents();
    for (let i = 1; i <= 7; i += 1)
      await sender.client.post("/api/messaging/send", handoff(recipient, { correlationId: `c${i}` }));
    const read = async (query: string) => {
      const { body } = await recipient.client.get(`/api/messaging/inbox/${recipient.id}?${query}`);
      const messages = Array.isArray(body.messages) ? body.messages : [];
      return {
        sequences: messages.map(({ sequence }) => sequence),
        pagination: body.pagination,
        cursor: body.cursor,
      };
    };
    expect(await read("limit=3")).toMatchObject({
      sequences: [7, 6, 5],
      pagination: { total: 7, page: 1, limit: 3 },
      cursor: 7,
    });
    expect((await read("limit=3&page=3")).sequences).toEqual([1]);
    expect((await read("limit=3&page=4")).sequences).toEqual([]);
    expect(await read("after=4&limit=2")).toMatchObject({ sequences: [5, 6], cursor: 6 });
    expect((await read("after=7")).sequences).toEqual([]);
    expect((await read(`from=${sender.id}&type=task_handoff&status=delivered`)).sequences).toHaveLength(7);
    expect((await read("type=escalation")).sequences).toEqual([]);
  });

  test("is an agent's own: another agent of the same tenant finds nothing there", async () => {
    const { sender, recipient } = await twoAgents();
    await sender.client.post("/api/messaging/send", handoff(recipient));
    expect((await sender.client.get(`/api/messaging/inbox/${recipient.id}`)).status).toBe(404);
    expect((await tenant.client.get(`/api/messaging/inbox/${recipient.id}`)).status).toBe(200);
  });
});
