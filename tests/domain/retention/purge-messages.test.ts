import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { AgentActor } from "#app/domain/auth/actor.ts";
import { inboxTopic } from "#app/domain/live/schema.ts";
import { listMailboxes } from "#app/domain/messaging/list-mailboxes.server.ts";
import { markSeen } from "#app/domain/messaging/mark-seen.server.ts";
import { createMessageSender, type MessageSender } from "#app/domain/messaging/message-sender.server.ts";
import { readInbox } from "#app/domain/messaging/read-inbox.server.ts";
import { readMessage } from "#app/domain/messaging/read-message.server.ts";
import { readThread } from "#app/domain/messaging/read-thread.server.ts";
import { changeRetention } from "#app/domain/retention/change-retention.server.ts";
import { placeHold } from "#app/domain/retention/place-hold.server.ts";
import { purgeMessages } from "#app/domain/retention/purge-messages.server.ts";
import { readRetention } from "#app/domain/retention/read-retention.server.ts";
import { releaseHold } from "#app/domain/retention/release-hold.server.ts";
import type { Database } from "#db/database.ts";
import { toUuid } from "#db/ids.ts";
import { startLiveProcess } from "#tests/domain/live/live-fixture.ts";
import type { Reader } from "#tests/domain/live/reader.ts";
import {
  auditOf,
  countRows,
  createFleet,
  type Fleet,
  request,
  statusUpdate,
} from "#tests/domain/messaging/fleet.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { addAged } from "./aged-messages.ts";

let database: TestDatabase;
let sender: MessageSender;
let fleet: Fleet;
let a: AgentActor;
let b: AgentActor;

beforeAll(async () => {
  database = await createTestDatabase();
  sender = createMessageSender({ db: database.db, log: pino({ level: "silent" }), onCommitted: () => {} });
});
beforeEach(async () => {
  // What an earlier test has left to be taken.
  await purgeMessages(database.db);
  fleet = await createFleet(database);
  [a, b] = [await fleet.addAgent("A"), await fleet.addAgent("B")];
  await fleet.allow(a, b);
});
afterAll(async () => {
  await sender.close();
  await database.drop();
});

const keepFor = (days: 30 | 90 | 365 | null, whose = fleet) =>
  changeRetention(database.db, whose.admin, days, request);
const purge = (batchSize = 10) => purgeMessages(database.db, { batchSize });
const mailbox = async (agent = b) => {
  const [row] = await database.owner<{ last: number; purged: number; kept: number }[]>`
    select last_sequence::int as last, purged_through::int as purged,
      (select count(*)::int from messages where recipient_id = mailbox.id) as kept
    from mailboxes mailbox where id = ${toUuid(agent.id)}`;
  return row;
};
const inbox = (query: object = {}) => readInbox(database.db, b, b.id, { limit: 20, ...query });
const purges = (whose = fleet) => database.owner<{ details: object; actor_kind: string }[]>`
  select details, actor_kind from audit_events
  where tenant_id = ${toUuid(whose.tenantId)} and action = 'retention.purged' order by id`;

test("what is too old is taken from the beginning of each mailbox, in batches; totals stay exact", async () => {
  await addAged(database, a, b, { days: 100, count: 25 });
  await addAged(database, a, b, { days: 10, count: 3 });
  await addAged(database, b, a, { days: 100, count: 4 });
  expect(await purge()).toBe(29);
  expect(await mailbox()).toEqual({ last: 28, purged: 25, kept: 3 });
  expect(await mailbox(a)).toEqual({ last: 4, purged: 4, kept: 0 });
  const { messages, pagination } = await inbox();
  expect(messages.map(({ sequence }) => sequence)).toEqual([28, 27, 26]);
  expect(pagination.total).toBe(3);
  expect(await countRows(database, "deliveries", fleet.admin)).toBe(3);
  expect(await purges()).toMatchObject([{ details: { messages: 29, mailboxes: 2 }, actor_kind: "system" }]);
  expect(await purge()).toBe(0);
  expect(await purges()).toHaveLength(1);
});

test("each tenant's own choice counts, and for ever takes nothing", async () => {
  const other = await createFleet(database, "Other");
  const [c, d] = [await other.addAgent("C"), await other.addAgent("D")];
  await addAged(database, a, b, { days: 400, count: 3 });
  await addAged(database, c, d, { days: 40, count: 3 });
  await keepFor(null);
  await purge();
  expect(await mailbox()).toMatchObject({ purged: 0, kept: 3 });
  expect(await mailbox(d)).toMatchObject({ purged: 0, kept: 3 });
  await keepFor(30, other);
  await purge();
  expect(await mailbox(d)).toMatchObject({ purged: 3, kept: 0 });
  expect(await mailbox()).toMatchObject({ purged: 0, kept: 3 });
  expect(await purges()).toEqual([]);
});

test("a change of the choice is recorded, the same again is not", async () => {
  await keepFor(365);
  await keepFor(365);
  const events = await auditOf(database, fleet.tenantId);
  expect(events.filter(({ action }) => action === "retention.changed")).toMatchObject([
    { details: { days: { from: 90, to: 365 } }, actor_id: fleet.admin.id },
  ]);
  expect((await readRetention(database.db, fleet.admin, Date.now())).days).toBe(365);
});

test("only somebody with the right changes it", async () => {
  const developer = await fleet.addPerson("Dev", "developer");
  await expect(changeRetention(database.db, developer, 30, request)).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(changeRetention(database.db, a, 30, request)).rejects.toMatchObject({ code: "forbidden" });
});

test("the page is told how many messages each choice would take", async () => {
  await addAged(database, a, b, { days: 400, count: 1 });
  await addAged(database, a, b, { days: 100, count: 2 });
  await addAged(database, a, b, { days: 40, count: 3 });
  const { days, older } = await readRetention(database.db, fleet.admin, Date.now());
  expect(days).toBe(90);
  expect(older).toEqual([
    { days: 30, messages: 6 },
    { days: 90, messages: 3 },
    { days: 365, messages: 1 },
  ]);
});

test("blocked messages, which are in no mailbox, go by their age", async () => {
  await addAged(database, b, a, { days: 100, count: 23, blocked: true });
  await addAged(database, b, a, { days: 1, count: 2, blocked: true });
  const [, , held] = await addAged(database, b, a, { days: 100, count: 3, blocked: true });
  if (held === undefined) throw new Error("nothing was added");
  await placeHold(database.db, fleet.admin, { messageId: held, reason: "Evidence" }, request);
  expect(await purge()).toBe(25);
  expect(await countRows(database, "messages", fleet.admin)).toBe(3);
  expect((await readMessage(database.db, fleet.admin, held)).status).toBe("blocked");
});

test("what is held stays in the trail and its conversation, outside of the inbox, until it is released", async () => {
  const ids = await addAged(database, a, b, { days: 100, count: 25, correlationId: "old" });
  await addAged(database, a, b, { days: 100, count: 4, correlationId: "disputed" });
  await addAged(database, a, b, { days: 1 });
  const [, , , one] = ids;
  if (one === undefined) throw new Error("nothing was added");
  const hold = await placeHold(database.db, fleet.admin, { messageId: one, reason: "Evidence" }, request);
  await placeHold(database.db, fleet.admin, { correlationId: "disputed", reason: "Dispute" }, request);
  expect(await purge(3)).toBe(24);
  expect(await mailbox()).toEqual({ last: 30, purged: 29, kept: 6 });
  expect((await inbox()).messages.map(({ sequence }) => sequence)).toEqual([30]);
  expect((await inbox()).pagination.total).toBe(1);
  expect((await inbox({ after: 0 })).messages.map(({ sequence }) => sequence)).toEqual([30]);
  expect((await inbox({ type: "status_update" })).pagination.total).toBe(1);
  expect((await readMessage(database.db, fleet.admin, one)).sequence).toBe(4);
  expect(await readThread(database.db, fleet.admin, "disputed", { limit: 10 })).toMatchObject({ count: 4 });

  expect(await purge(3)).toBe(0);
  await releaseHold(database.db, fleet.admin, hold.id, request);
  expect(await purge(3)).toBe(1);
  await expect(readMessage(database.db, fleet.admin, one)).rejects.toMatchObject({ code: "not_found" });
  expect(await mailbox()).toEqual({ last: 30, purged: 29, kept: 5 });
});

test("a run that dies in the middle leaves nothing half done, and the next one finishes it", async () => {
  await addAged(database, a, b, { days: 100, count: 40 });
  for (const calls of [3, 4, 5, 6, 7]) {
    await expect(purgeMessages(dyingAfter(database.db, calls), { batchSize: 5 })).rejects.toThrow("killed");
    const { purged = 0, kept = 0 } = (await mailbox()) ?? {};
    // What is left of a prefix is below the mark, where nobody finds it in the inbox.
    expect((await inbox()).pagination.total).toBe(40 - purged);
    expect(kept).toBeGreaterThanOrEqual(40 - purged);
  }
  await purge(5);
  expect(await mailbox()).toEqual({ last: 40, purged: 40, kept: 0 });
  expect(await countRows(database, "messages", fleet.admin)).toBe(0);
});

test("what is being sent meanwhile keeps its sequences without a gap", async () => {
  await addAged(database, a, b, { days: 100, count: 200 });
  const sends = Array.from({ length: 60 }, () => sender.send(a, statusUpdate(b.id), { request }));
  const [taken, ...sent] = await Promise.all([purge(20), ...sends]);
  expect(taken).toBe(200);
  expect(sent.map(({ sequence }) => sequence).sort((x, y) => x - y)).toEqual(
    Array.from({ length: 60 }, (_, n) => 201 + n),
  );
  expect(await mailbox()).toEqual({ last: 260, purged: 200, kept: 60 });
  expect((await inbox()).pagination.total).toBe(60);
});

test("two runs at once take each message once", async () => {
  await addAged(database, a, b, { days: 100, count: 60 });
  const counts = await Promise.all([purge(7), purge(7)]);
  expect(counts[0] + counts[1]).toBe(60);
  expect(await mailbox()).toEqual({ last: 60, purged: 60, kept: 0 });
});

test("what a person has not seen is counted without what was taken", async () => {
  await addAged(database, a, b, { days: 100, count: 10 });
  await addAged(database, a, b, { days: 1, count: 2 });
  await markSeen(database.db, fleet.admin, b.id, 4);
  const unseen = async () =>
    (await listMailboxes(database.db, fleet.admin)).find(({ id }) => id === b.id)?.unseen;
  expect(await unseen()).toBe(8);
  await purge();
  expect(await unseen()).toBe(2);
});

test("a stream that resumes from before the mark is told of the gap, and not given what a hold keeps", async () => {
  await addAged(database, a, b, { days: 100, count: 20, correlationId: "watched" });
  await addAged(database, a, b, { days: 1, count: 2 });
  await placeHold(database.db, fleet.admin, { correlationId: "watched", reason: "Dispute" }, request);
  await purge(6);
  const live = await startLiveProcess(database.db, fleet);
  try {
    const agents = live.open({ face: "inbox", mailboxes: [{ mailboxId: b.id, startAt: 5 }] });
    await expect.poll(() => agents.sequences).toEqual([21, 22]);
    expect(gapsOf(agents)).toEqual([{ from: 6, through: 20 }]);
    const topic = inboxTopic(b.id);
    const web = live.open({ face: "topics", mailboxes: [{ mailboxId: b.id, startAt: 5 }] });
    await expect.poll(() => web.sequences).toEqual([21, 22]);
    expect(gapsOf(web)).toEqual([{ topic, data: { from: 6, through: 20 } }]);
  } finally {
    await live.close();
  }
});

const gapsOf = ({ events }: Reader): unknown[] =>
  events.filter(({ event }) => event === "gap").map(({ data }) => JSON.parse(data));

/** A database whose process is killed with the n-th transaction, before that commits. */
function dyingAfter(db: Database, calls: number): Database {
  let left = calls;
  return {
    ...db,
    asTenant: db.asTenant.bind(db),
    asTenantSql: db.asTenantSql.bind(db),
    asSystem: db.asSystem.bind(db),
    withSql: (work, options) =>
      db.withSql(async (sql) => {
        left -= 1;
        const result = await work(sql, () => {});
        if (left <= 0) throw new Error("killed");
        return result;
      }, options),
  };
}
