import { afterAll, beforeAll, expect, test } from "vitest";
import { createWaitingRoom, type WaitEnding } from "#app/domain/asking/waiting-room.server.ts";
import { createPostgresWakeBus, type WakeBus } from "#app/domain/live/wake-bus.server.ts";
import { createMessageSender, type MessageSender } from "#app/domain/messaging/message-sender.server.ts";
import { sendMessageSchema } from "#app/domain/messaging/schema.ts";
import { log } from "#tests/domain/live/live-fixture.ts";
import { createFleet, type Fleet, request } from "#tests/domain/messaging/fleet.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";

let database: TestDatabase;
let fleet: Fleet;
let bus: WakeBus;
let sender: MessageSender;

beforeAll(async () => {
  database = await createTestDatabase();
  fleet = await createFleet(database);
  bus = createPostgresWakeBus({ db: database.db, log });
  sender = createMessageSender({ db: database.db, log, onCommitted: bus.publish });
  await bus.start();
});
afterAll(async () => {
  await sender.close();
  await bus.close();
  await database.drop();
});

const roomWith = (options: Partial<Parameters<typeof createWaitingRoom>[0]> = {}) =>
  // The safety poll is out of the way: it would hide what the bus loses.
  createWaitingRoom({ db: database.db, log, bus, meter: async () => undefined, pollMs: 60_000, ...options });

async function ask(agentId: `agt_${string}`, timeoutSeconds = 60) {
  const { messageId, correlationId } = await sender.send(
    fleet.admin,
    { recipientId: agentId, type: "data_request", payload: { query: "How far?" }, priority: "normal" },
    { request, ask: { timeoutSeconds } },
  );
  return { tenantId: fleet.tenantId, messageId, conversationId: correlationId };
}

const answerTo = (question: { messageId: `msg_${string}` }, payload: object) =>
  sendMessageSchema.parse({
    recipientId: fleet.admin.membershipId,
    type: "data_response",
    payload,
    replyTo: question.messageId,
  });

const listening = (onEnd: (ending: WaitEnding) => void, parts: string[] = []) => ({
  listener: { onPartial: ({ text }: { text: string }) => void parts.push(text), onEnd },
  credential: { tenantId: fleet.tenantId, ...fleet.admin.credential },
});

test("a thousand questions wait without a connection, and cost a few statements when their answers come at once", async () => {
  const agent = await fleet.addAgent("Oracle");
  const room = roomWith();
  const questions = await Promise.all(Array.from({ length: 1_000 }, () => ask(agent.id)));
  const endings: WaitEnding[] = [];
  for (const question of questions)
    room.open({ ...question, listening: listening((ending) => endings.push(ending)) });
  await expect.poll(() => room.stats().reads).toBeGreaterThan(1);
  const before = room.stats();
  expect(before.waiting).toBe(1_000);

  await Promise.all(
    questions.map((question) => sender.send(agent, answerTo(question, { data: "Far." }), { request })),
  );
  await expect.poll(() => endings.length, { timeout: 20_000 }).toBe(1_000);
  expect(new Set(endings.map(({ kind }) => kind))).toEqual(new Set(["answered"]));
  expect(room.stats()).toMatchObject({ waiting: 0, ended: { answered: 1_000 } });
  expect(room.stats().reads - before.reads).toBeLessThan(150);
  const [row] =
    await database.owner`select count(*)::int as events from audit_events where action = 'agent.query'`;
  expect(row?.events).toBe(1_000);
  await room.close();
}, 60_000);

test("what was answered before anybody listened is heard, pieces and all, in order", async () => {
  const agent = await fleet.addAgent("Quick");
  const room = roomWith();
  const question = await ask(agent.id);
  for (let n = 0; n < 60; n += 1)
    await sender.send(agent, answerTo(question, { data: `${n} `, partial: true }), { request });
  await sender.send(agent, answerTo(question, { data: "all of it" }), { request });
  const parts: string[] = [];
  const ending = await new Promise<WaitEnding>((resolve) => {
    room.open({ ...question, listening: listening(resolve, parts) });
  });
  expect(parts).toEqual(Array.from({ length: 60 }, (_, n) => `${n} `));
  expect(ending).toMatchObject({ kind: "answered", answer: { payload: { data: "all of it" } } });
  await room.close();
});

test("a response to another question is none to this one", async () => {
  const agent = await fleet.addAgent("Careful");
  const room = roomWith();
  const [one, other] = [await ask(agent.id), await ask(agent.id)];
  const endings: string[] = [];
  room.open({ ...one, listening: listening(() => endings.push("one")) });
  room.open({ ...other, listening: listening(() => endings.push("other")) });
  await sender.send(agent, answerTo(other, { data: "For the other." }), { request });
  await expect.poll(() => endings).toEqual(["other"]);
  expect(room.stats().waiting).toBe(1);
  await room.close();
  expect(endings).toEqual(["other", "one"]);
});

test("use that cannot be counted leaves the question open, and its answer is told all the same", async () => {
  const agent = await fleet.addAgent("Costly");
  const room = roomWith({
    meter: () => Promise.reject(new Error("not now")),
    log: { info() {}, warn() {} },
  });
  const question = await ask(agent.id);
  const ended = new Promise<WaitEnding>((resolve) => {
    room.open({ ...question, listening: listening(resolve) });
  });
  const usage = { model: "claude-haiku-4-5", inputTokens: 1, outputTokens: 1 };
  await sender.send(agent, answerTo(question, { data: "Told.", usage }), { request });
  expect(await ended).toMatchObject({ kind: "answered" });
  expect(
    await database.owner`select outcome from asks where correlation_id = ${question.conversationId}`,
  ).toEqual([{ outcome: null }]);
  await room.close();
});

test("a room that is full, or closes, takes no more", async () => {
  const room = roomWith({ maxWaiting: 1 });
  const agent = await fleet.addAgent("Popular");
  room.assertOpen();
  room.open(await ask(agent.id));
  expect(() => room.assertOpen()).toThrow(expect.objectContaining({ code: "overloaded" }));
  await room.close();
  expect(() => room.assertOpen()).toThrow(expect.objectContaining({ code: "shutting_down" }));
});
