import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { maxBatchBytes } from "#app/domain/messaging/batch-schema.ts";
import { newId } from "#db/ids.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import { type ApiAnswer, createRouteTenant, type RouteAgent, type RouteTenant } from "./api-client.ts";

let server: TestServer;
let tenant: RouteTenant;
let sender: RouteAgent;
let recipient: RouteAgent;
let unlinked: RouteAgent;
let foreign: RouteAgent;

beforeAll(async () => {
  server = await startTestServer();
  tenant = await createRouteTenant(server.runtime, server.origin);
  foreign = await (await createRouteTenant(server.runtime, server.origin)).addAgent("Foreign");
});
afterAll(() => server.close());
beforeEach(async () => {
  sender = await tenant.addAgent("Planner");
  recipient = await tenant.addAgent("Engineer");
  unlinked = await tenant.addAgent("Unlinked");
  expect((await tenant.client.put(`/api/agents/${sender.id}/allowlist/${recipient.id}`)).status).toBe(204);
});

const task = (label: string, extra: object = {}) => ({
  recipientId: recipient.id,
  type: "task_handoff",
  payload: { taskId: label, description: "Paint it", priority: "high" },
  ...extra,
});
const batch = (messages: unknown, headers?: Record<string, string>) =>
  sender.client.post("/api/messaging/batch", { messages }, headers);
const postText = (body: string) =>
  sender.client.raw("/api/messaging/batch", {
    method: "POST",
    body,
    headers: { "Content-Type": "application/json" },
  });

const inboxSchema = z.object({
  messages: z.array(z.object({ sequence: z.number(), payload: z.object({ taskId: z.string() }) })),
});
async function inboxOf(agent: RouteAgent): Promise<[number, string][]> {
  const { body } = await agent.client.get(`/api/messaging/inbox/${agent.id}?after=0&limit=100`);
  return inboxSchema.parse(body).messages.map(({ sequence, payload }) => [sequence, payload.taskId]);
}

describe("a batch", () => {
  test("with an invalid, a blocked and a foreign message: those are told so, the rest arrives in order", async () => {
    const answer = await batch([
      task("T-0"),
      task("T-1", { payload: { taskId: "T-1", description: "Paint it", priority: "asap" } }),
      task("T-2"),
      task("T-3", { recipientId: unlinked.id }),
      task("T-4", { recipientId: foreign.id }),
      task("T-5", { senderId: unlinked.id }),
      task("T-6"),
    ]);
    const accepted = (index: number, sequence: number) => ({
      index,
      outcome: "accepted",
      messageId: expect.stringMatching(/^msg_/),
      status: "delivered",
      sequence,
      deliveredAt: expect.stringMatching(/^\d{4}-.*Z$/),
      correlationId: expect.stringMatching(/^msg_/),
    });
    const text = expect.stringMatching(/\.$/);
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.body).toEqual({
      accepted: 3,
      blocked: 1,
      rejected: 3,
      failed: 0,
      results: [
        accepted(0, 1),
        {
          index: 1,
          outcome: "rejected",
          code: "invalid_input",
          detail: text,
          errors: [{ path: "messages.1.payload.priority", message: expect.any(String) }],
        },
        accepted(2, 2),
        {
          index: 3,
          outcome: "blocked",
          messageId: expect.stringMatching(/^msg_/),
          code: "no_allowlist_edge",
          detail: text,
        },
        { index: 4, outcome: "rejected", code: "not_found", detail: "There is no such recipient." },
        { index: 5, outcome: "rejected", code: "sender_mismatch", detail: text },
        accepted(6, 3),
      ],
    });
    expect(await inboxOf(recipient)).toEqual([
      [1, "T-0"],
      [2, "T-2"],
      [3, "T-6"],
    ]);
    expect(await inboxOf(unlinked)).toEqual([]);
  });

  test("sent again with its keys gives the same answers and no second message", async () => {
    const messages = ["A", "B", "C"].map((label) => task(label, { idempotencyKey: `key-${label}` }));
    const first = await batch(messages);
    const again = await batch(messages);
    expect(again.body).toEqual(first.body);
    expect(await inboxOf(recipient)).toHaveLength(3);
    const single = await sender.client.post("/api/messaging/send", task("A"), { "Idempotency-Key": "key-A" });
    expect(first.body.results).toContainEqual({ index: 0, outcome: "accepted", ...single.body });
    const other = await batch([task("other", { idempotencyKey: "key-A" })]);
    expect(other.body.results).toMatchObject([
      { outcome: "rejected", code: "idempotency_mismatch", errors: [{ path: "messages.0.idempotencyKey" }] },
    ]);
  });

  test("may be 500 messages and 4 MiB long", async () => {
    const context = "x".repeat(7_500);
    const messages = Array.from({ length: 500 }, (_, n) => ({
      ...task(`T-${n}`),
      payload: { taskId: `T-${n}`, description: "Paint it", priority: "low", context },
    }));
    expect(JSON.stringify({ messages }).length).toBeGreaterThan(3 * 1024 * 1024);
    const answer = await batch(messages);
    expect(answer.body).toMatchObject({ accepted: 500, rejected: 0 });
    const { body } = await recipient.client.get(`/api/messaging/inbox/${recipient.id}?limit=1`);
    expect(body).toMatchObject({ cursor: 500, messages: [{ payload: { taskId: "T-499" } }] });
  });

  test.each<[string, () => unknown, string]>([
    ["what PostgreSQL cannot store", () => task("a\0b"), "messages.1.payload.taskId"],
    ["a lone surrogate", () => task("a\ud800"), "messages.1.payload.taskId"],
    ["a key that is none", () => task("T", { idempotencyKey: "a b" }), "messages.1.idempotencyKey"],
    ["an unknown field", () => task("T", { urgent: true }), "messages.1.urgent"],
    ["an unknown type", () => task("T", { type: "poke" }), "messages.1.type"],
    ["no recipient", () => task("T", { recipientId: undefined }), "messages.1.recipientId"],
    ["a reply to nothing", () => task("T", { replyTo: newId("msg") }), "messages.1.replyTo"],
    ["no object", () => "hello", "messages.1"],
    ["null", () => null, "messages.1"],
    ["a list", () => [task("T")], "messages.1"],
  ])("with %s in one of its messages rejects that one, naming the field", async (_, bad, path) => {
    const answer = await batch([task("before"), bad(), task("after")]);
    expect(answer).toMatchObject({ status: 200, body: { accepted: 2, rejected: 1, failed: 0 } });
    const results = z.array(z.record(z.string(), z.unknown())).parse(answer.body.results);
    expect(results[1]).toMatchObject({ index: 1, outcome: "rejected", code: "invalid_input" });
    expect(results[1]?.errors).toContainEqual({ path, message: expect.stringMatching(/./) });
    expect((await inboxOf(recipient)).map(([, label]) => label)).toEqual(["before", "after"]);
  });

  test("with numbers that JavaScript cannot hold, or too deep, in a message rejects that one", async () => {
    const withContext = (context: string) =>
      JSON.stringify(task("T")).replace('"priority":"high"', `"priority":"high","context":${context}`);
    const good = JSON.stringify(task("good"));
    const answer = await postText(
      `{"messages":[${good},${withContext("9007199254740993")},${withContext("1e999")},${withContext("[".repeat(70) + "]".repeat(70))},${good}]}`,
    );
    expect(answer.body).toMatchObject({
      accepted: 2,
      rejected: 3,
      results: [
        { outcome: "accepted" },
        { errors: [{ path: "messages.1.payload.context" }] },
        { errors: [{ path: "messages.2.payload.context" }] },
        { outcome: "rejected", code: "invalid_input" },
        { outcome: "accepted" },
      ],
    });
  });

  const wholes: [string, () => Promise<ApiAnswer>, number, string | undefined][] = [
    ["is no object", () => postText("[]"), 400, "body"],
    ["has no messages", () => postText("{}"), 400, "messages"],
    ["has messages that are no list", () => batch({ 0: task("T") }), 400, "messages"],
    ["has no message in it", () => batch([]), 400, "messages"],
    ["has 501", () => batch(Array.from({ length: 501 }, () => 1)), 400, "messages"],
    ["has another field", () => postText('{"messages":[1],"atomic":true}'), 400, "atomic"],
    ["has a NUL beside its messages", () => postText('{"messages":[1],"x":"\\u0000"}'), 400, "x"],
    ["is no JSON", () => postText('{"messages":['), 400, undefined],
    ["is absurdly deep", () => postText(`{"messages":${"[".repeat(5_000)}`), 400, "body"],
    ["is larger than 4 MiB", () => postText(`"${"x".repeat(maxBatchBytes)}"`), 413, undefined],
  ];
  test.each(wholes)("that %s is refused as a whole", async (_, send, status, path) => {
    const answer = await send();
    expect(answer.body).toMatchObject({ status, category: "validation" });
    if (path !== undefined) expect(answer.body.errors).toContainEqual({ path, message: expect.any(String) });
  });

  test("needs the scope to send", async () => {
    const reader = await tenant.addAgent("Reader", { scopes: ["messages:read"] });
    const answer = await reader.client.post("/api/messaging/batch", { messages: [task("T")] });
    expect(answer).toMatchObject({ status: 403, body: { code: "forbidden" } });
  });

  test("answers for another tenant's recipient exactly as for one that is not there", async () => {
    const to = (id: string) => batch([task("T", { recipientId: id })]);
    expect((await to(foreign.id)).text).toBe((await to(newId("agt"))).text);
    expect(await inboxOf(foreign)).toEqual([]);
  });

  test("shows in the metrics what the lanes did", async () => {
    await batch([task("T"), task("T", { recipientId: unlinked.id })]);
    const metrics = await (await server.fetch("/metrics")).text();
    expect(metrics).toMatch(/^signalbox_send_batch_size_bucket\{le="500",lane="\d"\} [1-9]/m);
    expect(metrics).toMatch(/^signalbox_send_commit_seconds_count\{lane="\d"\} [1-9]/m);
    expect(metrics).toMatch(/^signalbox_send_wait_seconds_count [1-9]/m);
    expect(metrics).toMatch(/^signalbox_sends_total\{outcome="accepted"\} [1-9]/m);
    expect(metrics).toMatch(/^signalbox_sends_total\{outcome="blocked"\} [1-9]/m);
    expect(metrics).toMatch(/^signalbox_send_lanes_busy \d/m);
    expect(metrics).toMatch(/^signalbox_send_lane_queued\{lane="1"\} 0/m);
  });
});

describe("asking first", () => {
  const ask = (body: unknown) => sender.client.post("/api/messaging/check", body);

  test("answers what a send would become", async () => {
    expect(await ask(task("T"))).toMatchObject({
      status: 200,
      body: {
        allowed: true,
        wouldBe: "delivered",
        checks: ["schema", "limits", "sender", "recipient", "edge"].map((name) => ({ name, passed: true })),
      },
    });
    expect((await ask(task("T", { recipientId: unlinked.id }))).body).toMatchObject({
      allowed: false,
      wouldBe: "blocked",
    });
    expect((await ask(task("T", { senderId: unlinked.id }))).body).toMatchObject({
      allowed: false,
      wouldBe: "rejected",
      checks: [
        { name: "schema", passed: true },
        { name: "sender", passed: false, code: "sender_mismatch" },
      ],
    });
  });

  test("answers for what is no send at all which fields are wrong", async () => {
    const answer = await ask(task("T", { payload: { taskId: "T" }, surprise: 1 }));
    expect(answer).toMatchObject({
      status: 200,
      body: { allowed: false, wouldBe: "rejected", checks: [{ name: "schema", code: "invalid_input" }] },
    });
    const sent = await sender.client.post(
      "/api/messaging/send",
      task("T", { payload: { taskId: "T" }, surprise: 1 }),
    );
    expect(answer.body.checks).toMatchObject([{ errors: sent.body.errors, detail: sent.body.detail }]);
    expect((await ask({})).body).toMatchObject({ allowed: false, wouldBe: "rejected" });
  });

  test("answers for another tenant's recipient exactly as for one that is not there", async () => {
    const to = (id: string) => ask(task("T", { recipientId: id }));
    expect((await to(foreign.id)).text).toBe((await to(newId("agt"))).text);
  });

  test("takes an object, from who may send", async () => {
    expect((await ask([])).body).toMatchObject({ status: 400, errors: [{ path: "body" }] });
    const reader = await tenant.addAgent("Reader", { scopes: ["messages:read"] });
    expect((await reader.client.post("/api/messaging/check", task("T"))).status).toBe(403);
  });

  test("leaves no message, no denial and no sequence", async () => {
    await ask(task("T"));
    await ask(task("T", { recipientId: unlinked.id }));
    await ask(task("T", { senderId: unlinked.id }));
    const events = await server.database.owner`
      select action from audit_events where actor_id = ${sender.id} and action like 'message.%'`;
    expect(events).toEqual([]);
    expect((await sender.client.post("/api/messaging/send", task("T"))).body).toMatchObject({ sequence: 1 });
  });
});
