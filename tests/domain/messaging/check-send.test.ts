import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Actor, AgentActor, UserActor } from "#app/domain/auth/actor.ts";
import { AppError, isAppError } from "#app/domain/errors.ts";
import { type CheckSendOptions, checkSend } from "#app/domain/messaging/check-send.server.ts";
import { createMessageSender, type MessageSender } from "#app/domain/messaging/message-sender.server.ts";
import type { SendMessage, SendMessageInput } from "#app/domain/messaging/schema.ts";
import { newId, toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { createFleet, type Fleet, request, statusUpdate } from "./fleet.ts";
import { lockMailbox } from "./held-mailbox.ts";

let database: TestDatabase;
let fleet: Fleet;
let other: Fleet;
let sender: MessageSender;
let planner: AgentActor;
let engineer: AgentActor;
let pushed: AgentActor;
let paused: AgentActor;
let foreign: AgentActor;
let person: UserActor;
let idler: UserActor;
let received: `msg_${string}`;
let foreignMessage: `msg_${string}`;

beforeAll(async () => {
  database = await createTestDatabase({ lockTimeoutMs: 300 });
  fleet = await createFleet(database, "Acme");
  other = await createFleet(database, "Bolt");
  sender = createMessageSender({ db: database.db, log: pino({ level: "silent" }), onCommitted: () => {} });
  [planner, engineer, pushed, paused] = [
    await fleet.addAgent("Planner"),
    await fleet.addAgent("Engineer"),
    await fleet.addAgent("Pushed"),
    await fleet.addAgent("Paused"),
  ];
  foreign = await other.addAgent("Foreign");
  person = await fleet.addPerson("Pat");
  idler = await fleet.addPerson("Ida");
  await fleet.allow(planner, engineer, pushed);
  await fleet.allow(paused, engineer);
  await fleet.pause(paused);
  await database.owner`update mailboxes set mode = 'push' where id = ${toUuid(pushed.id)}`;
  const talk = { correlationId: "talk" };
  received = (await sender.send(person, statusUpdate(planner.id, talk), { request })).messageId;
  foreignMessage = (await sender.send(other.admin, statusUpdate(foreign.id), { request })).messageId;
});
afterAll(async () => {
  await sender.close();
  await database.drop();
});

const check = (actor: Actor, input: SendMessage | AppError, from: CheckSendOptions["sender"] = sender) =>
  checkSend(database.db, actor, input, { sender: from, request });

type Envelope = Partial<Omit<SendMessageInput, "type" | "payload" | "recipientId">>;
interface Case {
  name: string;
  from: () => Actor;
  to: () => SendMessageInput["recipientId"];
  envelope?: () => Envelope;
}
const agent = (name: string, to: Case["to"], envelope?: Case["envelope"]): Case => ({
  name: `an agent's, ${name}`,
  from: () => planner,
  to,
  envelope,
});
const human = (name: string, to: Case["to"], envelope?: Case["envelope"]): Case => ({
  name: `a person's, ${name}`,
  from: () => person,
  to,
  envelope,
});

const cases: Case[] = [
  agent("along an edge", () => engineer.id),
  agent("along an edge to an endpoint", () => pushed.id),
  agent("against an edge", () => paused.id),
  agent("to itself", () => planner.id),
  agent("to the desk", () => "operators"),
  agent("to the desk by its id", () => fleet.deskId),
  agent("to another tenant's desk", () => other.deskId),
  agent("to another tenant's agent", () => foreign.id),
  agent("to nobody", () => newId("agt")),
  agent("to a desk that is none", () => newId("dsk")),
  agent(
    "to a person in the conversation",
    () => person.membershipId,
    () => ({ correlationId: "talk" }),
  ),
  agent(
    "to a person by a reply",
    () => person.membershipId,
    () => ({ replyTo: received }),
  ),
  agent(
    "to a person in no conversation",
    () => idler.membershipId,
    () => ({ correlationId: "talk" }),
  ),
  agent(
    "in reply to what it got",
    () => engineer.id,
    () => ({ replyTo: received }),
  ),
  agent(
    "in reply to nothing",
    () => engineer.id,
    () => ({ replyTo: newId("msg") }),
  ),
  agent(
    "in reply to another tenant's message",
    () => engineer.id,
    () => ({ replyTo: foreignMessage }),
  ),
  agent(
    "in its own name",
    () => engineer.id,
    () => ({ senderId: planner.id }),
  ),
  agent(
    "in another's name",
    () => engineer.id,
    () => ({ senderId: paused.id }),
  ),
  agent(
    "in reply to nothing and to nobody",
    () => newId("agt"),
    () => ({ replyTo: newId("msg") }),
  ),
  { name: "a paused agent's, along an edge", from: () => paused, to: () => engineer.id },
  { name: "a paused agent's, against an edge", from: () => paused, to: () => planner.id },
  { name: "a paused agent's, to nobody", from: () => paused, to: () => newId("agt") },
  human("to an agent", () => planner.id),
  human("to a paused agent", () => paused.id),
  human("to an endpoint", () => pushed.id),
  human("to a person", () => idler.membershipId),
  human("to the desk", () => "operators"),
  human("to another tenant's agent", () => foreign.id),
  human("to another tenant's admin", () => other.admin.membershipId),
];

/** What a send becomes, in the words of a check. */
async function become(actor: Actor, input: SendMessage): Promise<{ wouldBe: string; code?: string }> {
  try {
    return { wouldBe: (await sender.send(actor, input, { request })).status };
  } catch (error) {
    if (!isAppError(error)) throw error;
    return { wouldBe: "messageId" in error.extensions ? "blocked" : "rejected", code: error.code };
  }
}

const rows = async () => {
  const [counts] = await database.owner`
    select (select count(*) from messages) as messages, (select count(*) from deliveries) as deliveries,
      (select count(*) from audit_events) as events, (select count(*) from traffic_deltas) as traffic,
      (select sum(last_sequence) from mailboxes) as sequences`;
  return counts;
};

describe("a check says what the send that follows becomes, and leaves nothing behind:", () => {
  test.each(cases)("$name", async ({ from, to, envelope }) => {
    const input = statusUpdate(to(), envelope?.());
    const before = await rows();
    const answer = await check(from(), input);
    expect(await rows()).toEqual(before);

    const sent = await become(from(), input);
    expect(answer).toMatchObject({ wouldBe: sent.wouldBe, allowed: sent.code === undefined });
    const failed = answer.checks.filter(({ passed }) => !passed);
    if (sent.code === undefined) expect(failed).toEqual([]);
    else expect(failed.map(({ code }) => code)).toContain(sent.code);
    for (const one of failed) expect(one.detail).toMatch(/\.$/);
  });
});

test("all that is in the way is told at once", async () => {
  const { checks } = await check(paused, statusUpdate(planner.id, { replyTo: newId("msg") }));
  expect(checks).toEqual([
    { name: "schema", passed: true },
    { name: "limits", passed: true },
    { name: "sender", passed: false, code: "agent_paused", detail: expect.any(String) },
    { name: "recipient", passed: true },
    {
      name: "replyTo",
      passed: false,
      code: "invalid_input",
      detail: expect.any(String),
      errors: [{ path: "replyTo", message: expect.any(String) }],
    },
    { name: "edge", passed: false, code: "no_allowlist_edge", detail: expect.any(String) },
  ]);
});

test("another tenant's recipient is answered exactly as one that is not there", async () => {
  expect(await check(planner, statusUpdate(foreign.id))).toEqual(
    await check(planner, statusUpdate(newId("agt"))),
  );
});

test("takes no lock: a locked mailbox does not hold it up", async () => {
  const release = await lockMailbox(database, engineer);
  expect(await check(planner, statusUpdate(engineer.id))).toMatchObject({ wouldBe: "delivered" });
  await release();
});

test("tells when there is no room for a send, and what a schema found wrong", async () => {
  const full = { refusal: () => new AppError("overloaded", "Too many messages are waiting.") };
  expect(await check(planner, statusUpdate(engineer.id), full)).toMatchObject({
    allowed: false,
    wouldBe: "rejected",
    checks: [{ name: "schema" }, { name: "limits", passed: false, code: "overloaded" }, {}, {}, {}],
  });
  const wrong = new AppError("invalid_input", "Wrong.", { errors: [{ path: "type", message: "wrong" }] });
  expect(await check(planner, wrong)).toEqual({
    allowed: false,
    wouldBe: "rejected",
    checks: [
      {
        name: "schema",
        passed: false,
        code: "invalid_input",
        detail: "Wrong.",
        errors: [{ path: "type", message: "wrong" }],
      },
    ],
  });
});

test("is for who may send", async () => {
  const reader: AgentActor = { ...planner, scopes: new Set(["messages:read"]) };
  await expect(check(reader, statusUpdate(engineer.id))).rejects.toMatchObject({ code: "forbidden" });
});
