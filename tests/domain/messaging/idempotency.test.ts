import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { AgentActor } from "#app/domain/auth/actor.ts";
import { createMessageSender, type MessageSender } from "#app/domain/messaging/message-sender.server.ts";
import { purgeIdempotencyKeys } from "#app/domain/messaging/purge-idempotency-keys.server.ts";
import { type SendMessage, sendMessageSchema } from "#app/domain/messaging/schema.ts";
import { newId, newUuid, toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { countRows, createFleet, type Fleet, request, statusUpdate } from "./fleet.ts";

let database: TestDatabase;
let fleet: Fleet;
let a: AgentActor;
let b: AgentActor;
let c: AgentActor;
/** Two of them, as two processes have. */
let senders: [MessageSender, MessageSender];
let idempotencyKey: string;

beforeAll(async () => {
  database = await createTestDatabase();
  fleet = await createFleet(database);
  const open = () =>
    createMessageSender({ db: database.db, log: pino({ level: "silent" }), onCommitted: () => {}, lanes: 4 });
  senders = [open(), open()];
});
beforeEach(async () => {
  [a, b, c] = [await fleet.addAgent("A"), await fleet.addAgent("B"), await fleet.addAgent("C")];
  await fleet.allow(a, b, c);
  idempotencyKey = newUuid();
});
afterAll(async () => {
  await Promise.all(senders.map((sender) => sender.close()));
  await database.drop();
});

const send = (input: SendMessage, actor: AgentActor = a, sender = senders[0]) =>
  sender.send(actor, input, { request, idempotencyKey });
const lastSequenceOf = async (agent: AgentActor): Promise<number> => {
  const [row] = await database.owner`select last_sequence::int from mailboxes where id = ${toUuid(agent.id)}`;
  return row?.last_sequence;
};
const age = (interval: string) => database.owner`
  update idempotency_keys set created_at = created_at - ${interval}::interval where key = ${idempotencyKey}`;

test("the same key again gives the first result, and no second message", async () => {
  const first = await send(statusUpdate(b.id, { correlationId: "c-1" }));
  const audited = await countRows(database, "audit_events", a);
  expect(await send(statusUpdate(b.id, { correlationId: "c-1" }))).toEqual(first);
  expect(await lastSequenceOf(b)).toBe(1);
  expect(await countRows(database, "audit_events", a)).toBe(audited);
});

test("twenty at once, through two processes, make one message", async () => {
  const results = await Promise.all(
    Array.from({ length: 20 }, (_, n) => send(statusUpdate(b.id), a, senders[n % 2 === 0 ? 0 : 1])),
  );
  for (const result of results) expect(result).toEqual(results[0]);
  expect(await lastSequenceOf(b)).toBe(1);
});

test("of twenty different ones at once, one is sent and the others conflict", async () => {
  // To two recipients, so that they meet on different lanes as well.
  const answers = await Promise.allSettled(
    Array.from({ length: 20 }, (_, n) =>
      send(statusUpdate(n % 3 === 0 ? b.id : c.id, {}, `status ${n}`), a, senders[n % 2 === 0 ? 0 : 1]),
    ),
  );
  expect(answers.filter((answer) => answer.status === "fulfilled")).toHaveLength(1);
  for (const answer of answers)
    if (answer.status === "rejected") expect(answer.reason).toMatchObject({ code: "idempotency_mismatch" });
  expect((await lastSequenceOf(b)) + (await lastSequenceOf(c))).toBe(1);
});

test.each([
  ["another payload", () => statusUpdate(b.id, {}, "done")],
  ["another recipient", () => statusUpdate(c.id)],
  ["another correlation id", () => statusUpdate(b.id, { correlationId: "other" })],
  ["another priority", () => statusUpdate(b.id, { priority: "urgent" })],
])("the same key with %s is a conflict that names the header", async (_what, different) => {
  await send(statusUpdate(b.id));
  await expect(send(different())).rejects.toMatchObject({
    code: "idempotency_mismatch",
    errors: [{ path: "header.Idempotency-Key" }],
  });
  expect((await lastSequenceOf(b)) + (await lastSequenceOf(c))).toBe(1);
});

test("the order of an object's members and a default written out are the same request", async () => {
  const request = (payload: object, envelope: object = {}) =>
    sendMessageSchema.parse({ recipientId: b.id, type: "data_response", payload, ...envelope });
  const first = await send(request({ data: { x: 1, y: [{ p: 1, q: 2 }] }, format: "json" }));
  const again = request(
    { format: "json", data: { y: [{ q: 2, p: 1 }], x: 1 } },
    { priority: "normal", senderId: a.id },
  );
  expect(await send(again)).toEqual(first);
});

test("a blocked send is the first result, too, even once the edge is there", async () => {
  const failure = async () => send(statusUpdate(a.id), b).catch((error: unknown) => error);
  const first = await failure();
  expect(first).toMatchObject({ code: "no_allowlist_edge" });
  await fleet.allow(b, a);
  expect(await failure()).toEqual(first);
  expect(await lastSequenceOf(a)).toBe(0);
});

test("an accepted send stays the first result once the sender may no longer send", async () => {
  const first = await send(statusUpdate(b.id));
  await fleet.forbid(a, b);
  await fleet.pause(a);
  expect(await send(statusUpdate(b.id))).toEqual(first);
});

test("a refused send leaves its key free", async () => {
  await expect(send(statusUpdate(newId("agt")))).rejects.toMatchObject({ code: "not_found" });
  expect(await send(statusUpdate(b.id))).toMatchObject({ sequence: 1 });
});

test("a key belongs to its sender", async () => {
  await fleet.allow(c, b);
  const first = await send(statusUpdate(b.id));
  expect(await send(statusUpdate(b.id), c)).toMatchObject({ sequence: 2 });
  expect(await send(statusUpdate(b.id))).toEqual(first);
});

test("after 24 hours a key is free again, whether or not it was purged", async () => {
  const first = await send(statusUpdate(b.id));
  await age("23 hours 59 minutes");
  expect(await send(statusUpdate(b.id))).toEqual(first);
  await age("1 minute");
  const second = await send(statusUpdate(b.id));
  expect(second).toMatchObject({ sequence: 2 });
  expect(await send(statusUpdate(b.id))).toEqual(second);
});

test("purging removes what is over 24 hours old and nothing else", async () => {
  await send(statusUpdate(b.id));
  await age("24 hours");
  idempotencyKey = newUuid();
  const kept = await send(statusUpdate(b.id));
  expect(await purgeIdempotencyKeys(database.db, { batchSize: 1 })).toBe(1);
  expect(await purgeIdempotencyKeys(database.db)).toBe(0);
  expect(await send(statusUpdate(b.id))).toEqual(kept);
});

test("a later delivery or expiry does not change the first result", async () => {
  const first = await send(statusUpdate(b.id, { ttlSeconds: 60 }));
  await database.owner`
    update deliveries set status = 'expired', expires_at = now() where message_id = ${toUuid(first.messageId)}`;
  expect(await send(statusUpdate(b.id, { ttlSeconds: 60 }))).toEqual(first);

  idempotencyKey = newUuid();
  await database.owner`update mailboxes set mode = 'push' where id = ${toUuid(c.id)}`;
  const pending = await send(statusUpdate(c.id));
  expect(pending).toMatchObject({ status: "pending", deliveredAt: null });
  await database.owner`
    update deliveries set status = 'delivered', delivered_at = clock_timestamp()
    where message_id = ${toUuid(pending.messageId)}`;
  expect(await send(statusUpdate(c.id))).toEqual(pending);
});
