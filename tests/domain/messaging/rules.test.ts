import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Actor } from "#app/domain/auth/actor.ts";
import { removeMember } from "#app/domain/auth/remove-member.server.ts";
import { createMessageSender, type MessageSender } from "#app/domain/messaging/message-sender.server.ts";
import { readMessage } from "#app/domain/messaging/read-message.server.ts";
import type { SendMessage } from "#app/domain/messaging/schema.ts";
import { newId, toTypeId, toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { auditOf, countRows, createFleet, type Fleet, request, statusUpdate } from "./fleet.ts";

let database: TestDatabase;
let fleet: Fleet;
let other: Fleet;
let sender: MessageSender;

beforeAll(async () => {
  database = await createTestDatabase();
  fleet = await createFleet(database, "Acme");
  other = await createFleet(database, "Bolt");
  sender = createMessageSender({ db: database.db, log: pino({ level: "silent" }), onCommitted: () => {} });
});
afterAll(async () => {
  await sender.close();
  await database.drop();
});

const send = (actor: Actor, input: SendMessage) => sender.send(actor, input, { request });

test("an agent sends along an allowlist edge, and not against it", async () => {
  const [planner, engineer] = [await fleet.addAgent("Planner"), await fleet.addAgent("Engineer")];
  await fleet.allow(planner, engineer);
  const sent = await send(planner, statusUpdate(engineer.id));
  expect(sent).toMatchObject({ status: "delivered", sequence: 1, correlationId: sent.messageId });
  await expect(send(engineer, statusUpdate(planner.id))).rejects.toMatchObject({ code: "no_allowlist_edge" });
});

test("a blocked message is kept with its reason, has no sequence and leaves the mailbox as it was", async () => {
  const [a, b] = [await fleet.addAgent("A"), await fleet.addAgent("B")];
  const error = await send(a, statusUpdate(b.id)).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: "no_allowlist_edge",
    extensions: { messageId: expect.stringMatching(/^msg_/) },
  });
  const { messageId } = (error as { extensions: { messageId: `msg_${string}` } }).extensions;
  expect(await readMessage(database.db, a, messageId)).toMatchObject({
    status: "blocked",
    sequence: null,
    reason: "no_allowlist_edge",
    deliveredAt: null,
  });
  const [mailbox] = await database.owner`select last_sequence from mailboxes where id = ${toUuid(b.id)}`;
  expect(mailbox).toEqual({ last_sequence: "0" });
  expect(await auditOf(database, messageId)).toMatchObject([
    {
      action: "message.blocked",
      status: "denied",
      actor_id: a.id,
      details: { reason: "no_allowlist_edge", recipientId: b.id },
    },
  ]);
});

test("what is sent once the edge is there passes, and does not once it is gone", async () => {
  const [a, b] = [await fleet.addAgent("A"), await fleet.addAgent("B")];
  await expect(send(a, statusUpdate(b.id))).rejects.toMatchObject({ code: "no_allowlist_edge" });
  await fleet.allow(a, b);
  expect(await send(a, statusUpdate(b.id))).toMatchObject({ sequence: 1 });
  await fleet.forbid(a, b);
  await expect(send(a, statusUpdate(b.id))).rejects.toMatchObject({ code: "no_allowlist_edge" });
});

test("an agent always reaches its own operators' desk, by alias and by id", async () => {
  const agent = await fleet.addAgent("Lonely");
  const byAlias = await send(agent, statusUpdate("operators"));
  const byId = await send(agent, statusUpdate(fleet.deskId));
  expect(byId.sequence).toBe(byAlias.sequence + 1);
});

test("a person sends to an agent by scope, and to agents only", async () => {
  const agent = await fleet.addAgent("Agent");
  const person = await fleet.addPerson("Pat");
  expect(await send(person, statusUpdate(agent.id))).toMatchObject({ sequence: 1 });
  await expect(send(person, statusUpdate(fleet.deskId))).rejects.toMatchObject({ code: "forbidden" });
  await expect(send(person, statusUpdate(fleet.admin.membershipId))).rejects.toMatchObject({
    code: "forbidden",
  });
  const muted = { ...person, scopes: new Set(["messages:read" as const]) };
  await expect(send(muted, statusUpdate(agent.id))).rejects.toMatchObject({ code: "forbidden" });
});

test("an agent writes to a person only in a conversation that the person is in", async () => {
  const [agent, stranger] = [await fleet.addAgent("Agent"), await fleet.addAgent("Stranger")];
  const [pat, quinn] = [await fleet.addPerson("Pat"), await fleet.addPerson("Quinn")];
  const asked = await send(pat, statusUpdate(agent.id, { correlationId: "pat asks" }));

  expect(await send(agent, statusUpdate(pat.membershipId, { replyTo: asked.messageId }))).toMatchObject({
    sequence: 1,
    correlationId: "pat asks",
  });
  expect(await send(stranger, statusUpdate(pat.membershipId, { correlationId: "pat asks" }))).toMatchObject({
    sequence: 2,
  });

  const uninvited = [
    statusUpdate(pat.membershipId),
    statusUpdate(pat.membershipId, { correlationId: "something else" }),
    statusUpdate(quinn.membershipId, { correlationId: "pat asks" }),
  ];
  for (const input of uninvited)
    await expect(send(agent, input)).rejects.toMatchObject({ code: "no_conversation" });
});

test("a person who has left is no recipient any more, and what was said stays", async () => {
  const agent = await fleet.addAgent("Agent");
  const pat = await fleet.addPerson("Pat");
  const asked = await send(pat, statusUpdate(agent.id));
  const reply = statusUpdate(pat.membershipId, { replyTo: asked.messageId });
  const answered = await send(agent, reply);
  await removeMember(database.db, fleet.admin, pat.membershipId, request);
  await expect(send(agent, reply)).rejects.toMatchObject({
    code: "not_found",
    message: "There is no such recipient.",
  });
  expect(await readMessage(database.db, agent, answered.messageId)).toMatchObject({
    recipient: { id: pat.membershipId, name: "Former member" },
  });
});

test("a paused agent cannot send, not even to the desk, and still receives", async () => {
  const [a, b] = [await fleet.addAgent("A"), await fleet.addAgent("B")];
  await fleet.allow(a, b);
  await fleet.allow(b, a);
  await fleet.pause(a);
  await expect(send(a, statusUpdate(b.id))).rejects.toMatchObject({ code: "agent_paused" });
  await expect(send(a, statusUpdate("operators"))).rejects.toMatchObject({ code: "agent_paused" });
  expect(await send(b, statusUpdate(a.id))).toMatchObject({ sequence: 1 });
});

test("nobody sends from a mailbox that is not their own, and the attempt is recorded", async () => {
  const [a, b] = [await fleet.addAgent("A"), await fleet.addAgent("B")];
  await fleet.allow(a, b);
  await fleet.allow(b, a);
  const before = await countRows(database, "messages", a);
  for (const senderId of [b.id, newId("agt"), fleet.deskId])
    await expect(send(a, statusUpdate(b.id, { senderId }))).rejects.toMatchObject({
      code: "sender_mismatch",
    });
  await expect(send(fleet.admin, statusUpdate(b.id, { senderId: a.id }))).rejects.toMatchObject({
    code: "sender_mismatch",
  });
  expect(await countRows(database, "messages", a)).toBe(before);
  expect(await auditOf(database, a.id)).toContainEqual(
    expect.objectContaining({ action: "message.refused", status: "denied", actor_id: a.id }),
  );
  expect(await send(a, statusUpdate(b.id, { senderId: a.id }))).toMatchObject({ sequence: 1 });
});

test("another tenant's mailboxes answer like ones that do not exist, and nothing is stored", async () => {
  const agent = await fleet.addAgent("Curious");
  const foreign = await other.addAgent("Foreign");
  const before = await countRows(database, "messages", agent);
  const recipients = [
    foreign.id,
    other.deskId,
    other.admin.membershipId,
    newId("agt"),
    newId("dsk"),
    // The right UUID under another kind's prefix.
    toTypeId("mem", toUuid(agent.id)),
  ];
  const answers = await Promise.all(
    recipients.map((id) => send(agent, statusUpdate(id)).catch((error: unknown) => error)),
  );
  for (const answer of answers) {
    expect(answer).toMatchObject({ code: "not_found" });
    expect(answer).toEqual(answers[0]);
  }
  expect(await countRows(database, "messages", agent)).toBe(before);
  expect(await countRows(database, "messages", foreign)).toBe(0);
});

test("a reply needs a message that the sender has sent or received", async () => {
  const [a, b, c] = [await fleet.addAgent("A"), await fleet.addAgent("B"), await fleet.addAgent("C")];
  await fleet.allow(a, b);
  await fleet.allow(b, a);
  await fleet.allow(c, a);
  const asked = await send(a, statusUpdate(b.id, { correlationId: "topic" }));
  expect(await send(b, statusUpdate(a.id, { replyTo: asked.messageId }))).toMatchObject({
    correlationId: "topic",
  });
  expect(await send(a, statusUpdate(b.id, { replyTo: asked.messageId }))).toMatchObject({
    correlationId: "topic",
  });
  expect(await send(b, statusUpdate(a.id, { replyTo: asked.messageId, correlationId: "own" }))).toMatchObject(
    { correlationId: "own" },
  );

  const foreign = await other.addAgent("Foreign");
  const elsewhere = await send(foreign, statusUpdate("operators"));
  const refused = { code: "invalid_input", errors: [{ path: "replyTo", message: expect.any(String) }] };
  for (const [actor, replyTo] of [
    [c, asked.messageId],
    [c, newId("msg")],
    [c, elsewhere.messageId],
  ] as const)
    await expect(send(actor, statusUpdate(a.id, { replyTo }))).rejects.toMatchObject(refused);
});

test("who was blocked from receiving a message cannot reply to it", async () => {
  const [a, b] = [await fleet.addAgent("A"), await fleet.addAgent("B")];
  const blocked = (await send(a, statusUpdate(b.id)).catch((error: unknown) => error)) as {
    extensions: { messageId: `msg_${string}` };
  };
  await fleet.allow(b, a);
  await expect(send(b, statusUpdate(a.id, { replyTo: blocked.extensions.messageId }))).rejects.toMatchObject({
    code: "invalid_input",
  });
});

test("a message to a push mailbox waits for its endpoint", async () => {
  const [a, b] = [await fleet.addAgent("A"), await fleet.addAgent("B")];
  await fleet.allow(a, b);
  await database.owner`update mailboxes set mode = 'push' where id = ${toUuid(b.id)}`;
  expect(await send(a, statusUpdate(b.id))).toMatchObject({
    status: "pending",
    deliveredAt: null,
    sequence: 1,
  });
});

test("an accepted message is recorded with what it was, in the same transaction", async () => {
  const [a, b] = [await fleet.addAgent("A"), await fleet.addAgent("B")];
  await fleet.allow(a, b);
  const { messageId } = await send(a, statusUpdate(b.id, { correlationId: "c-1", priority: "urgent" }));
  const [event] = await auditOf(database, messageId);
  expect(event).toMatchObject({
    action: "message.sent",
    status: "success",
    actor_kind: "agent",
    actor_id: a.id,
    actor_name: "A",
    request_id: request.requestId,
    correlation_id: "c-1",
    details: {
      type: "status_update",
      kind: "event",
      senderId: a.id,
      recipientId: b.id,
      priority: "urgent",
      sequence: 1,
      bytes: '{"status":"working"}'.length,
    },
  });
  const [same] = await database.owner`
    select message.xmin = event.xmin as together
    from messages message, audit_events event
    where message.id = ${toUuid(messageId)} and event.resource_id = ${messageId}`;
  expect(same).toEqual({ together: true });
});
