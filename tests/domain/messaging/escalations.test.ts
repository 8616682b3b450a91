import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AgentActor, UserActor } from "#app/domain/auth/actor.ts";
import type { Desk, HandledDelivery } from "#app/domain/messaging/change-escalation.server.ts";
import { countUnread } from "#app/domain/messaging/count-unread.server.ts";
import type { Severity } from "#app/domain/messaging/escalation-schema.ts";
import { handBackEscalation } from "#app/domain/messaging/hand-back-escalation.server.ts";
import { listEscalations } from "#app/domain/messaging/list-escalations.server.ts";
import { markSeen } from "#app/domain/messaging/mark-seen.server.ts";
import { createMessageSender, type MessageSender } from "#app/domain/messaging/message-sender.server.ts";
import { findEscalation } from "#app/domain/messaging/read-escalation.server.ts";
import { readInbox } from "#app/domain/messaging/read-inbox.server.ts";
import { readMessage } from "#app/domain/messaging/read-message.server.ts";
import { resolveEscalation } from "#app/domain/messaging/resolve-escalation.server.ts";
import { sendMessageSchema } from "#app/domain/messaging/schema.ts";
import { takeEscalation } from "#app/domain/messaging/take-escalation.server.ts";
import { tellResolution } from "#app/domain/messaging/tell-resolution.server.ts";
import { type MessageId, newId, toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { auditOf, createFleet, type Fleet, request } from "./fleet.ts";

let database: TestDatabase;
let sender: MessageSender;
let desk: Desk;
let announced: HandledDelivery[] = [];

beforeAll(async () => {
  database = await createTestDatabase({ poolSize: 8 });
  sender = createMessageSender({ db: database.db, log: pino({ level: "silent" }), onCommitted: () => {} });
  desk = {
    db: database.db,
    bus: { publish: () => {}, publishDeliveries: (changes) => void announced.push(...changes) },
  };
});
afterAll(async () => {
  await sender.close();
  await database.drop();
});

interface Watch {
  fleet: Fleet;
  agent: AgentActor;
  ada: UserActor;
  /** A member: the least that a person may be. */
  pat: UserActor;
  escalate(
    severity: Severity,
    envelope?: { ttlSeconds?: number; correlationId?: string },
  ): Promise<MessageId>;
}

async function createWatch(): Promise<Watch> {
  const fleet = await createFleet(database, "Acme");
  const agent = await fleet.addAgent("Planner");
  return {
    fleet,
    agent,
    ada: fleet.admin,
    pat: await fleet.addPerson("Pat Member"),
    async escalate(severity, envelope = {}) {
      const send = sendMessageSchema.parse({
        ...envelope,
        recipientId: "operators",
        type: "escalation",
        payload: { reason: `It is ${severity}`, severity, taskId: "T-1" },
      });
      return (await sender.send(agent, send, { request })).messageId;
    },
  };
}

/** Moves its end into the past, as waiting would. */
async function expire(messageId: MessageId): Promise<void> {
  await database.owner`
    update deliveries set expires_at = now() - interval '1 second' where message_id = ${toUuid(messageId)}`;
}

const actionsOn = async (messageId: MessageId) =>
  (await auditOf(database, messageId))
    .map(({ action }) => action)
    .filter((action) => action !== "message.sent");

test("what waits is listed by severity, then the oldest first, and page by page", async () => {
  const { ada, escalate } = await createWatch();
  const low = await escalate("low");
  const high = await escalate("high");
  const critical = await escalate("critical");
  const laterHigh = await escalate("high");
  const medium = await escalate("medium");

  const whole = await listEscalations(database.db, ada);
  expect(whole.escalations.map(({ message }) => message.id)).toEqual([
    critical,
    high,
    laterHigh,
    medium,
    low,
  ]);
  expect(whole.escalations.map(({ severity }) => severity)).toEqual([
    "critical",
    "high",
    "high",
    "medium",
    "low",
  ]);
  expect(whole).toMatchObject({ cursor: null, counts: { open: 5, taken: 0, mine: 0, isExact: true } });

  const first = await listEscalations(database.db, ada, { limit: 2 });
  expect(first.escalations.map(({ message }) => message.id)).toEqual([critical, high]);
  const cursor = first.cursor ?? "";
  // What comes meanwhile moves nothing of what follows.
  await escalate("critical");
  const second = await listEscalations(database.db, ada, { limit: 3, cursor });
  expect(second.escalations.map(({ message }) => message.id)).toEqual([laterHigh, medium, low]);
  expect(second.cursor).toBeNull();
});

test("a member takes one, hands it back and resolves it: the delivery follows, and each step is recorded", async () => {
  const { pat, escalate, fleet } = await createWatch();
  const messageId = await escalate("high");
  announced = [];
  const handling = async () => (await readMessage(database.db, pat, messageId)).handling;

  const taken = await takeEscalation(desk, pat, { messageId }, request);
  expect(taken).toMatchObject({ state: "taken", holder: { id: pat.membershipId, name: "Pat Member" } });
  expect(await handling()).toBe("leased");
  expect((await listEscalations(database.db, pat, { list: "mine" })).escalations).toHaveLength(1);

  expect(await handBackEscalation(desk, pat, messageId, request)).toMatchObject({
    state: "open",
    holder: null,
  });
  expect(await handling()).toBe("unread");

  await takeEscalation(desk, pat, { messageId }, request);
  const resolved = await resolveEscalation(desk, pat, { messageId, resolution: " Restarted it. " }, request);
  expect(resolved).toMatchObject({
    state: "resolved",
    resolution: "Restarted it.",
    resolvedBy: { name: "Pat Member" },
    holder: { name: "Pat Member" },
  });
  expect(await handling()).toBe("acked");

  const closed = await listEscalations(database.db, fleet.admin, { list: "closed" });
  expect(closed.escalations.map(({ message }) => message.id)).toEqual([messageId]);
  expect(announced.map((change) => change.handling)).toEqual(["leased", "unread", "leased", "acked"]);
  expect(new Set(announced.map((change) => change.mailboxUuid))).toEqual(new Set([toUuid(fleet.deskId)]));
  const events = await auditOf(database, messageId);
  expect(events.slice(1).map(({ action, actor_id, details }) => [action, actor_id, details])).toEqual([
    ["escalation.taken", pat.id, { from: null }],
    ["escalation.handed_back", pat.id, {}],
    ["escalation.taken", pat.id, { from: null }],
    ["escalation.resolved", pat.id, { resolution: "Restarted it." }],
  ]);
});

test("of people who take it at once exactly one gets it, and the others are told who", async () => {
  const { fleet, escalate } = await createWatch();
  const people = await Promise.all(["Ann", "Ben", "Cid", "Dot"].map((name) => fleet.addPerson(name)));
  for (let round = 0; round < 5; round += 1) {
    const messageId = await escalate("critical");
    const results = await Promise.allSettled(
      people.map((person) => takeEscalation(desk, person, { messageId }, request)),
    );
    const winners = results.filter((result) => result.status === "fulfilled");
    expect(winners).toHaveLength(1);
    const holder = winners[0]?.value.holder;
    for (const result of results)
      if (result.status === "rejected")
        expect(result.reason).toMatchObject({
          code: "conflict",
          message: `${holder?.name} has taken this escalation.`,
          extensions: { holderId: holder?.id },
        });
    expect(await actionsOn(messageId)).toEqual(["escalation.taken"]);
  }
});

test("what somebody has is theirs until it is taken over, which says from whom", async () => {
  const { ada, pat, escalate } = await createWatch();
  const messageId = await escalate("medium");
  await takeEscalation(desk, pat, { messageId }, request);
  const refusal = { code: "conflict", message: "Pat Member has taken this escalation." };
  await expect(takeEscalation(desk, ada, { messageId }, request)).rejects.toMatchObject(refusal);
  await expect(handBackEscalation(desk, ada, messageId, request)).rejects.toMatchObject(refusal);
  await expect(resolveEscalation(desk, ada, { messageId }, request)).rejects.toMatchObject(refusal);

  const taken = await takeEscalation(desk, ada, { messageId, takeOver: true }, request);
  expect(taken.holder).toMatchObject({ id: ada.membershipId });
  const [, , over] = await auditOf(database, messageId);
  expect(over).toMatchObject({ action: "escalation.taken", details: { from: pat.membershipId } });
  await expect(handBackEscalation(desk, pat, messageId, request)).rejects.toMatchObject({ code: "conflict" });
});

test("doing it again changes nothing and records nothing", async () => {
  const { ada, pat, escalate } = await createWatch();
  const messageId = await escalate("medium");
  await handBackEscalation(desk, ada, messageId, request);
  await takeEscalation(desk, ada, { messageId }, request);
  await takeEscalation(desk, ada, { messageId }, request);
  await resolveEscalation(desk, ada, { messageId, resolution: "Done" }, request);
  const again = await resolveEscalation(desk, ada, { messageId, resolution: "Done otherwise" }, request);
  expect(again.resolution).toBe("Done");
  expect(await actionsOn(messageId)).toEqual(["escalation.taken", "escalation.resolved"]);
  const isDone = { code: "conflict", message: "Ada Admin has resolved this escalation." };
  await expect(resolveEscalation(desk, pat, { messageId }, request)).rejects.toMatchObject(isDone);
  await expect(takeEscalation(desk, pat, { messageId }, request)).rejects.toMatchObject(isDone);
  await expect(handBackEscalation(desk, ada, messageId, request)).rejects.toMatchObject(isDone);
});

test("one that nobody has is resolved by whoever resolves it", async () => {
  const { pat, escalate } = await createWatch();
  const messageId = await escalate("low");
  const resolved = await resolveEscalation(desk, pat, { messageId }, request);
  expect(resolved).toMatchObject({ state: "resolved", holder: null, resolvedBy: { name: "Pat Member" } });
});

test("one whose time has passed waits no more and cannot be taken, but can be closed", async () => {
  const { ada, pat, escalate } = await createWatch();
  const missed = await escalate("critical", { ttlSeconds: 60 });
  const held = await escalate("critical", { ttlSeconds: 60 });
  await takeEscalation(desk, pat, { messageId: held }, request);
  await Promise.all([expire(missed), expire(held)]);

  await expect(takeEscalation(desk, ada, { messageId: missed }, request)).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining("expired"),
  });
  await expect(takeEscalation(desk, ada, { messageId: held, takeOver: true }, request)).rejects.toMatchObject(
    {
      code: "conflict",
    },
  );
  const waiting = await listEscalations(database.db, ada);
  // Who has one may still finish it.
  expect(waiting.escalations.map(({ message, isExpired }) => [message.id, isExpired])).toEqual([
    [held, true],
  ]);
  expect(waiting.counts).toMatchObject({ open: 0, taken: 1 });
  const closed = await listEscalations(database.db, ada, { list: "closed" });
  expect(closed.escalations.map(({ message }) => message.id)).toEqual([missed]);

  await resolveEscalation(desk, pat, { messageId: held }, request);
  expect(await readMessage(database.db, pat, held)).toMatchObject({ status: "expired" });
  expect(await resolveEscalation(desk, ada, { messageId: missed }, request)).toMatchObject({
    state: "resolved",
  });
});

test("of another tenant's desk nothing is seen or done, as if it were not there", async () => {
  const { escalate, agent, fleet } = await createWatch();
  const messageId = await escalate("critical");
  const { admin: stranger } = await createFleet(database, "Bolt");
  expect(await findEscalation(database.db, stranger, messageId)).toBeNull();
  expect((await listEscalations(database.db, stranger)).escalations).toEqual([]);
  const toAnAgent = sendMessageSchema.parse({
    recipientId: agent.id,
    type: "status_update",
    payload: { status: "no escalation" },
  });
  const { messageId: otherMessage } = await sender.send(fleet.admin, toAnAgent, { request });
  const cases: [UserActor, MessageId][] = [
    [stranger, messageId],
    [stranger, newId("msg")],
    [fleet.admin, otherMessage],
  ];
  for (const [actor, id] of cases) {
    const refusal = { code: "not_found", message: "There is no such escalation." };
    await expect(takeEscalation(desk, actor, { messageId: id }, request)).rejects.toMatchObject(refusal);
    await expect(handBackEscalation(desk, actor, id, request)).rejects.toMatchObject(refusal);
    await expect(resolveEscalation(desk, actor, { messageId: id }, request)).rejects.toMatchObject(refusal);
  }
  expect(await actionsOn(messageId)).toEqual([]);
});

test("it takes the right to send, and a note has its length", async () => {
  const { pat, escalate } = await createWatch();
  const messageId = await escalate("low");
  const reader: UserActor = { ...pat, scopes: new Set(["messages:read"]) };
  await expect(takeEscalation(desk, reader, { messageId }, request)).rejects.toMatchObject({
    code: "forbidden",
  });
  expect((await listEscalations(database.db, reader)).escalations).toHaveLength(1);
  await expect(
    resolveEscalation(desk, pat, { messageId, resolution: "x".repeat(2_001) }, request),
  ).rejects.toMatchObject({ code: "invalid_input", errors: [{ path: "resolution" }] });
  await resolveEscalation(desk, pat, { messageId, resolution: "x".repeat(2_000) }, request);
});

test("the agent is told of it in the conversation, once however often it is asked for", async () => {
  const { ada, agent, escalate } = await createWatch();
  const messageId = await escalate("high", { correlationId: "arm-7" });
  const resolved = await resolveEscalation(desk, ada, { messageId, resolution: "Replaced it" }, request);
  await Promise.all([1, 2, 3].map(() => tellResolution(sender, ada, resolved, request)));
  const { messages } = await readInbox(database.db, agent, agent.id, { limit: 10 });
  expect(messages).toMatchObject([
    {
      type: "status_update",
      payload: { status: "resolved", detail: "Replaced it", taskId: "T-1" },
      correlationId: "arm-7",
      replyTo: messageId,
      sender: { id: ada.membershipId },
    },
  ]);
});

test("the sidebar counts what a person has not seen and what nobody has taken", async () => {
  const { ada, pat, agent, escalate, fleet } = await createWatch();
  await escalate("low");
  const messageId = await escalate("high", { correlationId: "count" });
  expect(await countUnread(database.db, ada)).toEqual({ inbox: 2, desk: 2 });
  await takeEscalation(desk, pat, { messageId }, request);
  expect(await countUnread(database.db, ada)).toEqual({ inbox: 2, desk: 1 });
  await markSeen(database.db, ada, fleet.deskId, 2);
  expect(await countUnread(database.db, ada)).toEqual({ inbox: 0, desk: 1 });

  const said = (recipientId: string, correlationId: string) =>
    sendMessageSchema.parse({
      recipientId,
      correlationId,
      type: "status_update",
      payload: { status: "hello" },
    });
  await sender.send(ada, said(agent.id, "count"), { request });
  await sender.send(agent, said(ada.membershipId, "count"), { request });
  expect(await countUnread(database.db, ada)).toEqual({ inbox: 1, desk: 1 });
  expect(await countUnread(database.db, pat)).toEqual({ inbox: 2, desk: 1 });
  const nobody: UserActor = { ...ada, scopes: new Set() };
  expect(await countUnread(database.db, nobody)).toEqual({ inbox: 0, desk: 0 });
});

test("a person replies to what reached the desk or an agent, and no agent to what is not its own", async () => {
  const { pat, agent, fleet, escalate } = await createWatch();
  const messageId = await escalate("low", { correlationId: "reply" });
  const reply = (recipientId: string) =>
    sendMessageSchema.parse({
      recipientId,
      replyTo: messageId,
      type: "status_update",
      payload: { status: "seen" },
    });
  expect(await sender.send(pat, reply(agent.id), { request })).toMatchObject({ correlationId: "reply" });

  const outsider = await fleet.addAgent("Outsider");
  await fleet.allow(outsider, agent);
  await expect(sender.send(outsider, reply(agent.id), { request })).rejects.toMatchObject({
    code: "invalid_input",
    errors: [{ path: "replyTo" }],
  });
  // What was written to another person stays between them.
  const said = sendMessageSchema.parse({
    recipientId: pat.membershipId,
    correlationId: "reply",
    type: "status_update",
    payload: { status: "for you" },
  });
  const { messageId: personal } = await sender.send(agent, said, { request });
  const toPersonal = sendMessageSchema.parse({ ...reply(agent.id), replyTo: personal });
  await expect(sender.send(fleet.admin, toPersonal, { request })).rejects.toMatchObject({
    code: "invalid_input",
  });
});
