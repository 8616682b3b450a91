import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { AgentActor } from "#app/domain/auth/actor.ts";
import { type ExpiredDelivery, expireDeliveries } from "#app/domain/messaging/expire-deliveries.server.ts";
import { readMailboxTails } from "#app/domain/messaging/mailbox-reader.server.ts";
import { createMessageSender, type MessageSender } from "#app/domain/messaging/message-sender.server.ts";
import { readInbox } from "#app/domain/messaging/read-inbox.server.ts";
import type { SendResult } from "#app/domain/messaging/schema.ts";
import { newUuid, toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { auditOf, createFleet, type Fleet, request, statusUpdate } from "./fleet.ts";

let database: TestDatabase;
let fleet: Fleet;
let sender: MessageSender;
let a: AgentActor;
let b: AgentActor;

beforeAll(async () => {
  database = await createTestDatabase();
  fleet = await createFleet(database);
  sender = createMessageSender({ db: database.db, log: pino({ level: "silent" }), onCommitted: () => {} });
});
beforeEach(async () => {
  // What an earlier test has left to be noted.
  await expireDeliveries(database.db);
  [a, b] = [await fleet.addAgent("A"), await fleet.addAgent("B")];
  await fleet.allow(a, b);
});
afterAll(async () => {
  await sender.close();
  await database.drop();
});

const send = (ttlSeconds?: number) => sender.send(a, statusUpdate(b.id, { ttlSeconds }), { request });
/** Lets its time pass. */
const outlive = ({ messageId }: SendResult) => database.owner`
  update deliveries set expires_at = now() - interval '1 second' where message_id = ${toUuid(messageId)}`;
const handle = ({ messageId }: SendResult, handling: string) => database.owner`
  update deliveries set handling = ${handling} where message_id = ${toUuid(messageId)}`;
const inbox = (query: object = {}) => readInbox(database.db, b, b.id, { limit: 20, ...query });
const statuses = async (query?: object) => (await inbox(query)).messages.map((m) => [m.sequence, m.status]);

test("the time a message has is counted from its commit", async () => {
  const { messageId } = await send(90);
  const [row] = await database.owner`
    select extract(epoch from delivery.expires_at - message.created_at)::int as ttl,
      delivery.expires_at = message.expires_at as same
    from messages message join deliveries delivery on delivery.message_id = message.id
    where message.id = ${toUuid(messageId)}`;
  expect(row).toEqual({ ttl: 90, same: true });
});

test("a message whose time has passed is not handed out, and is listed as expired, before any job has run", async () => {
  const [gone, kept] = [await send(60), await send(60)];
  await send();
  await outlive(gone);
  expect(await statuses({ after: 0 })).toEqual([
    [kept.sequence, "delivered"],
    [3, "delivered"],
  ]);
  expect(await statuses()).toEqual([
    [3, "delivered"],
    [2, "delivered"],
    [1, "expired"],
  ]);
  expect(await statuses({ status: "expired" })).toEqual([[1, "expired"]]);
  expect((await statuses({ status: "delivered" })).map(([sequence]) => sequence)).toEqual([3, 2]);
  expect(await inbox({ after: 0 })).toMatchObject({ cursor: 3, pagination: { total: 3 } });
});

test("what was acked in time does not expire; what is only leased does", async () => {
  const [acked, leased] = [await send(60), await send(60)];
  await handle(acked, "acked");
  await handle(leased, "leased");
  await outlive(acked);
  await outlive(leased);
  expect(await statuses()).toEqual([
    [2, "expired"],
    [1, "delivered"],
  ]);
  expect(await expireDeliveries(database.db)).toBe(1);
  expect(await statuses()).toEqual([
    [2, "expired"],
    [1, "delivered"],
  ]);
});

test("the job notes it in batches, each message once, and audits it", async () => {
  const sent = [await send(60), await send(60), await send(60), await send(60), await send(60)];
  for (const message of sent.slice(0, 4)) await outlive(message);
  const told: ExpiredDelivery[][] = [];
  expect(await expireDeliveries(database.db, { batchSize: 3, onExpired: (batch) => told.push(batch) })).toBe(
    4,
  );
  expect(told.map((batch) => batch.length)).toEqual([3, 1]);
  expect(
    told
      .flat()
      .map((expired) => expired.sequence)
      .toSorted(),
  ).toEqual([1, 2, 3, 4]);
  expect(await expireDeliveries(database.db)).toBe(0);
  expect((await statuses()).toReversed()).toEqual([
    [1, "expired"],
    [2, "expired"],
    [3, "expired"],
    [4, "expired"],
    [5, "delivered"],
  ]);
  const events = await auditOf(database, sent[0]?.messageId ?? "");
  expect(events.map((event) => event.action)).toEqual(["message.sent", "message.expired"]);
  expect(events[1]).toMatchObject({ actor_kind: "system", details: { recipientId: b.id, sequence: 1 } });
});

test("the figures are told that a message that counted as delivered has expired", async () => {
  await outlive(await send(60));
  await database.owner`delete from traffic_deltas`;
  await expireDeliveries(database.db);
  const rows = await database.owner<{ deltas: object[] }[]>`
    select deltas from traffic_deltas where tenant_id = ${toUuid(fleet.tenantId)}`;
  expect(rows).toHaveLength(1);
  expect(rows[0]?.deltas).toMatchObject([
    { s: toUuid(a.id), r: toUuid(b.id), t: "status_update", sent: 0, delivered: -1, expired: 1 },
  ]);
});

test("two runs at once share the work", async () => {
  const sent = await Promise.all(Array.from({ length: 20 }, () => send(60)));
  await Promise.all(sent.map(outlive));
  const counts = await Promise.all([1, 2, 3].map(() => expireDeliveries(database.db, { batchSize: 4 })));
  expect(counts.reduce((sum, count) => sum + count)).toBe(20);
});

test("tails of many mailboxes come in one read, each from its own place", async () => {
  const c = await fleet.addAgent("C");
  await fleet.allow(a, c);
  for (let n = 0; n < 5; n++) await send();
  await sender.send(a, statusUpdate(c.id), { request });
  const tenantUuid = toUuid(fleet.tenantId);
  const [bUuid, cUuid, missing] = [toUuid(b.id), toUuid(c.id), newUuid()];
  const foreign = await createFleet(database, "Other");
  const tails = await database.db.withSql((sql) =>
    readMailboxTails(sql, [
      { tenantUuid, mailboxUuid: bUuid, afterSequence: 2, limit: 2 },
      { tenantUuid, mailboxUuid: cUuid, afterSequence: 1, limit: 10 },
      { tenantUuid, mailboxUuid: missing, afterSequence: 0, limit: 10 },
      { tenantUuid: toUuid(foreign.tenantId), mailboxUuid: cUuid, afterSequence: 0, limit: 10 },
    ]),
  );
  expect([...tails.keys()].toSorted()).toEqual([bUuid, cUuid].toSorted());
  expect(tails.get(bUuid)).toMatchObject({ lastSequence: 5, purgedThrough: 0 });
  expect(tails.get(bUuid)?.messages.map((message) => message.sequence)).toEqual([3, 4]);
  expect(tails.get(bUuid)?.messages[0]).toEqual((await inbox({ after: 2, limit: 1 })).messages[0]);
  expect(tails.get(cUuid)).toEqual({ messages: [], lastSequence: 1, purgedThrough: 0 });
});
