import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AgentActor, UserActor } from "#app/domain/auth/actor.ts";
import { createMessageSender, type MessageSender } from "#app/domain/messaging/message-sender.server.ts";
import { readInbox } from "#app/domain/messaging/read-inbox.server.ts";
import { inboxQuerySchema, sendMessageSchema } from "#app/domain/messaging/schema.ts";
import { type MailboxId, newId, toTypeId, toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { createFleet, type Fleet, request, statusUpdate } from "./fleet.ts";

let database: TestDatabase;
let fleet: Fleet;
let other: Fleet;
let sender: MessageSender;
let planner: AgentActor;
let engineer: AgentActor;
/** Its mailbox: 1…45, every fifth an escalation from the engineer, the others from the planner. */
let reviewer: AgentActor;

beforeAll(async () => {
  database = await createTestDatabase();
  fleet = await createFleet(database, "Acme");
  other = await createFleet(database, "Bolt");
  sender = createMessageSender({ db: database.db, log: pino({ level: "silent" }), onCommitted: () => {} });
  planner = await fleet.addAgent("Planner");
  engineer = await fleet.addAgent("Engineer");
  reviewer = await fleet.addAgent("Reviewer");
  await fleet.allow(planner, reviewer);
  await fleet.allow(engineer, reviewer);
  const escalation = sendMessageSchema.parse({
    recipientId: reviewer.id,
    type: "escalation",
    payload: { reason: "Stuck", severity: "high" },
  });
  for (let n = 1; n <= 45; n++)
    await (n % 5 === 0
      ? sender.send(engineer, escalation, { request })
      : sender.send(planner, statusUpdate(reviewer.id), { request }));
});
afterAll(async () => {
  await sender.close();
  await database.drop();
});

const inbox = (
  query: Record<string, string> = {},
  mailboxId: MailboxId = reviewer.id,
  actor: AgentActor | UserActor = reviewer,
) => readInbox(database.db, actor, mailboxId, inboxQuerySchema.parse(query));
const sequences = (page: { messages: { sequence: number | null }[] }) =>
  page.messages.map((message) => message.sequence);
const descending = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, n) => from - n);

test("pages go from the newest to the oldest, with an exact total", async () => {
  const first = await inbox();
  expect(sequences(first)).toEqual(descending(45, 26));
  expect(first).toMatchObject({
    pagination: { total: 45, totalIsExact: true, page: 1, limit: 20 },
    cursor: 45,
  });
  expect(sequences(await inbox({ page: "2" }))).toEqual(descending(25, 6));
  expect(sequences(await inbox({ page: "3" }))).toEqual(descending(5, 1));
  expect(sequences(await inbox({ page: "4" }))).toEqual([]);
  expect(sequences(await inbox({ page: "2", limit: "7" }))).toEqual(descending(38, 32));
});

test("a message is shown with its parties by name and all that was said", async () => {
  const { messages } = await inbox({ limit: "1" });
  expect(messages[0]).toEqual({
    id: expect.stringMatching(/^msg_/),
    sequence: 45,
    sender: { id: engineer.id, kind: "agent", name: "Engineer" },
    senderId: engineer.id,
    recipient: { id: reviewer.id, kind: "agent", name: "Reviewer" },
    recipientId: reviewer.id,
    type: "escalation",
    kind: "notification",
    priority: "normal",
    payload: { reason: "Stuck", severity: "high" },
    correlationId: messages[0]?.id,
    replyTo: null,
    status: "delivered",
    handling: "unread",
    reason: null,
    createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    deliveredAt: messages[0]?.createdAt,
    expiresAt: null,
    erasedAt: null,
  });
});

test("reading on from a sequence goes forwards, to the end, by the cursor", async () => {
  const seen: (number | null)[] = [];
  let cursor = 3;
  for (let round = 0; round < 3; round++) {
    const page = await inbox({ after: String(cursor), limit: "20" });
    seen.push(...sequences(page));
    cursor = page.cursor;
  }
  expect(seen).toEqual(descending(45, 4).toReversed());
  expect(await inbox({ after: "45" })).toMatchObject({ messages: [], cursor: 45, pagination: { total: 45 } });
});

test("what precedes a sequence goes backwards to the beginning, with and without filters", async () => {
  expect(sequences(await inbox({ before: "26" }))).toEqual(descending(25, 6));
  expect(sequences(await inbox({ before: "6" }))).toEqual(descending(5, 1));
  expect(sequences(await inbox({ before: "1" }))).toEqual([]);
  // Beyond the end it is the newest page, whatever was asked for.
  expect(sequences(await inbox({ before: "999", limit: "3" }))).toEqual([45, 44, 43]);
  expect(sequences(await inbox({ before: "30", type: "escalation", limit: "3" }))).toEqual([25, 20, 15]);
  expect(sequences(await inbox({ before: "30", status: "delivered", limit: "3" }))).toEqual([29, 28, 27]);
  expect(sequences(await inbox({ before: "30", from: engineer.id, limit: "3" }))).toEqual([25, 20, 15]);
  expect(await inbox({ before: "26" })).toMatchObject({ cursor: 45, pagination: { total: 45 } });
});

test("a page, what follows and what precedes exclude each other", () => {
  for (const query of [{ before: "5", page: "1" }, { before: "5", after: "1" }, { before: "0" }])
    expect(inboxQuerySchema.safeParse(query).success, JSON.stringify(query)).toBe(false);
});

test("filters by type, by sender, by status, and by several at once", async () => {
  const escalations = [45, 40, 35, 30, 25, 20, 15, 10, 5];
  const byType = await inbox({ type: "escalation" });
  expect(sequences(byType)).toEqual(escalations);
  expect(byType.pagination).toMatchObject({ total: 9, totalIsExact: true });
  expect(sequences(await inbox({ from: engineer.id }))).toEqual(escalations);
  expect(sequences(await inbox({ from: engineer.id, type: "escalation", status: "delivered" }))).toEqual(
    escalations,
  );
  expect(sequences(await inbox({ from: planner.id, type: "escalation" }))).toEqual([]);
  expect(sequences(await inbox({ type: "escalation", page: "2", limit: "4" }))).toEqual([25, 20, 15, 10]);
  expect(sequences(await inbox({ type: "escalation", after: "20", limit: "3" }))).toEqual([25, 30, 35]);
  for (const status of ["pending", "sent", "failed", "expired", "blocked"])
    expect((await inbox({ status })).pagination.total, status).toBe(0);
});

test("a page beyond 10,000 messages is refused by name, and the deepest allowed is not", async () => {
  await expect(inbox({ page: "102", limit: "100" })).rejects.toMatchObject({
    code: "invalid_input",
    errors: [{ path: "query.page" }],
  });
  expect(await inbox({ page: "101", limit: "100" })).toMatchObject({ messages: [] });
  await expect(inbox({ page: String(Number.MAX_SAFE_INTEGER) })).rejects.toMatchObject({
    code: "invalid_input",
  });
});

test("a cursor that the mailbox has not reached is refused by name", async () => {
  await expect(inbox({ after: "46" })).rejects.toMatchObject({ errors: [{ path: "query.after" }] });
});

test("what was blocked is absent from the inbox and its total", async () => {
  const stranger = await fleet.addAgent("Stranger");
  await expect(sender.send(stranger, statusUpdate(reviewer.id), { request })).rejects.toThrow();
  expect((await inbox()).pagination.total).toBe(45);
  expect((await inbox({ from: stranger.id })).messages).toEqual([]);
});

test("an agent reads its own mailbox only; a person every agent's, the desk and their own", async () => {
  const pat = await fleet.addPerson("Pat");
  for (const mailboxId of [reviewer.id, fleet.deskId, pat.membershipId])
    expect(await inbox({}, mailboxId, pat)).toMatchObject({ pagination: { page: 1 } });

  const refused = [
    [planner, reviewer.id],
    [reviewer, fleet.deskId],
    [reviewer, pat.membershipId],
    [fleet.admin, pat.membershipId],
    [pat, fleet.admin.membershipId],
    [other.admin, reviewer.id],
    [other.admin, fleet.deskId],
    [fleet.admin, newId("agt")],
    [fleet.admin, toTypeId("dsk", toUuid(reviewer.id))],
  ] as const;
  const answers = await Promise.all(
    refused.map(([actor, id]) => inbox({}, id, actor).catch((error: unknown) => error)),
  );
  for (const answer of answers) {
    expect(answer).toMatchObject({ code: "not_found" });
    expect(answer).toEqual(answers[0]);
  }
  const deaf = { ...reviewer, scopes: new Set(["messages:send" as const]) };
  await expect(inbox({}, reviewer.id, deaf)).rejects.toMatchObject({ code: "forbidden" });
});

test("a purged prefix leaves the total and the pages right", async () => {
  const agent = await fleet.addAgent("Purged");
  await fleet.allow(planner, agent);
  for (let n = 0; n < 10; n++) await sender.send(planner, statusUpdate(agent.id), { request });
  await database.owner`delete from messages where recipient_id = ${toUuid(agent.id)} and sequence <= 4`;
  await database.owner`update mailboxes set purged_through = 4 where id = ${toUuid(agent.id)}`;
  const page = await inbox({}, agent.id, agent);
  expect(sequences(page)).toEqual(descending(10, 5));
  expect(page.pagination.total).toBe(6);
  expect(sequences(await inbox({ after: "0" }, agent.id, agent))).toEqual([5, 6, 7, 8, 9, 10]);
});
