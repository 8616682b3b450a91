import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Actor, AgentActor, UserActor } from "#app/domain/auth/actor.ts";
import { createMessageSender, type MessageSender } from "#app/domain/messaging/message-sender.server.ts";
import { readConversation } from "#app/domain/messaging/read-conversation.server.ts";
import { readMessage } from "#app/domain/messaging/read-message.server.ts";
import type { MessageId } from "#db/ids.ts";
import { newId } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { createFleet, type Fleet, request, statusUpdate } from "./fleet.ts";

const correlationId = "order 7 / № 1";

let database: TestDatabase;
let fleet: Fleet;
let other: Fleet;
let sender: MessageSender;
let planner: AgentActor;
let engineer: AgentActor;
let outsider: AgentActor;
let pat: UserActor;
let said: Record<"asked" | "handedOn" | "answered" | "told" | "blocked" | "elsewhere", MessageId>;

beforeAll(async () => {
  database = await createTestDatabase();
  fleet = await createFleet(database, "Acme");
  other = await createFleet(database, "Bolt");
  sender = createMessageSender({ db: database.db, log: pino({ level: "silent" }), onCommitted: () => {} });
  planner = await fleet.addAgent("Planner");
  engineer = await fleet.addAgent("Engineer");
  outsider = await fleet.addAgent("Outsider");
  pat = await fleet.addPerson("Pat");
  await fleet.allow(planner, engineer);
  await fleet.allow(engineer, planner);
  const send = async (actor: Actor, recipientId: Parameters<typeof statusUpdate>[0]) =>
    (await sender.send(actor, statusUpdate(recipientId, { correlationId }), { request })).messageId;
  const asked = await send(pat, planner.id);
  const handedOn = await send(planner, engineer.id);
  const answered = await send(engineer, planner.id);
  const told = await send(planner, pat.membershipId);
  const refusal = await send(engineer, outsider.id).catch((error) => error);
  const foreign = await other.addAgent("Foreign");
  const elsewhere = await send(foreign, "operators");
  said = { asked, handedOn, answered, told, blocked: refusal.extensions.messageId, elsewhere };
});
afterAll(async () => {
  await sender.close();
  await database.drop();
});

const read = (actor: Actor, query = { limit: 200 }, id = correlationId) =>
  readConversation(database.db, actor, id, query);
const idsFor = async (actor: Actor) => (await read(actor)).messages.map((message) => message.id);

test("those who can repair a block see the whole conversation in order, except what was told to others", async () => {
  expect(await idsFor(fleet.admin)).toEqual([said.asked, said.handedOn, said.answered, said.blocked]);
});

test("a person sees what they said and were told, too, but nothing that was blocked", async () => {
  expect(await idsFor(pat)).toEqual([said.asked, said.handedOn, said.answered, said.told]);
});

test("an agent sees what it sent, blocked or not, and what reached it", async () => {
  expect(await idsFor(planner)).toEqual([said.asked, said.handedOn, said.answered, said.told]);
  expect(await idsFor(engineer)).toEqual([said.handedOn, said.answered, said.blocked]);
});

test("participants come in the order they came in, by name", async () => {
  const { participants } = await read(pat);
  expect(participants).toEqual([
    { id: pat.membershipId, kind: "member", name: "Pat" },
    { id: planner.id, kind: "agent", name: "Planner" },
    { id: engineer.id, kind: "agent", name: "Engineer" },
  ]);
});

test("a long conversation is read on by its cursor, each message once", async () => {
  const seen: MessageId[] = [];
  let after: MessageId | undefined;
  do {
    const page = await readConversation(database.db, pat, correlationId, { limit: 1, after });
    seen.push(...page.messages.map((message) => message.id));
    expect(page.participants).toHaveLength(3);
    after = page.cursor ?? undefined;
  } while (after !== undefined);
  expect(seen).toEqual([said.asked, said.handedOn, said.answered, said.told]);
});

test("a long conversation is read backwards, too, each page in the order of sending", async () => {
  const page = await readConversation(database.db, pat, correlationId, { limit: 2, before: said.told });
  expect(page.messages.map(({ id }) => id)).toEqual([said.handedOn, said.answered]);
  expect(page.cursor).not.toBeNull();
  const first = await readConversation(database.db, pat, correlationId, { limit: 2, before: said.handedOn });
  expect(first).toMatchObject({ messages: [{ id: said.asked }], cursor: null });
});

test("another tenant's conversation with the same id is another conversation", async () => {
  expect(await idsFor(other.admin)).toEqual([said.elsewhere]);
});

test("a conversation that one has no part in answers like none at all", async () => {
  const answers = await Promise.all([
    read(outsider).catch((error: unknown) => error),
    read(fleet.admin, { limit: 200 }, "no such thing").catch((error: unknown) => error),
    read(other.admin, { limit: 200 }, said.asked).catch((error: unknown) => error),
  ]);
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  expect(answers[0]).toMatchObject({ code: "not_found" });
});

test("one message is shown to those who may see it, and to nobody else", async () => {
  const readable = [
    [pat, said.told],
    [planner, said.told],
    [fleet.admin, said.blocked],
    [engineer, said.blocked],
    [pat, said.handedOn],
  ] as const;
  for (const [actor, id] of readable) expect(await readMessage(database.db, actor, id)).toMatchObject({ id });

  const hidden = [
    [fleet.admin, said.told],
    [pat, said.blocked],
    [outsider, said.blocked],
    [outsider, said.handedOn],
    [other.admin, said.asked],
    [fleet.admin, said.elsewhere],
    [fleet.admin, newId("msg")],
  ] as const;
  const answers = await Promise.all(
    hidden.map(([actor, id]) => readMessage(database.db, actor, id).catch((error: unknown) => error)),
  );
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  expect(answers[0]).toMatchObject({ code: "not_found" });
});
