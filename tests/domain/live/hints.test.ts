import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { AgentActor } from "#app/domain/auth/actor.ts";
import { announceAlerts } from "#app/domain/live/announce.server.ts";
import type { HintSubscription } from "#app/domain/live/hint-board.server.ts";
import { requireReadableTopics } from "#app/domain/live/require-readable-topics.server.ts";
import { alertsTopic, conversationTopic, parseTopic, trafficTopic } from "#app/domain/live/schema.ts";
import { createPostgresWakeBus } from "#app/domain/live/wake-bus.server.ts";
import { createDatabase, type PooledDatabase } from "#db/client.server.ts";
import { firstUuidOf, newUuid, SYSTEM_TENANT_ID, toUuid } from "#db/ids.ts";
import { expireDeliveries } from "#jobs/tasks/expire-deliveries.ts";
import { aFailure, apply } from "#tests/domain/alerts/alerting.ts";
import { createFleet, type Fleet, request, statusUpdate } from "#tests/domain/messaging/fleet.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { mailServices } from "#tests/setup/mail-services.ts";
import { noticeServices } from "#tests/setup/notice-services.ts";
import { pushServices } from "#tests/setup/push-services.ts";
import { trailServices } from "#tests/setup/trail-services.ts";
import { aFleet, type LiveProcess, log, startLiveProcess } from "./live-fixture.ts";
import type { Reader } from "./reader.ts";

const never = 3_600_000;
/** No poll, so that what arrives came by the bus. */
const periods = { tickMs: 20, heartbeatMs: never, pollMs: never, recheckMs: never };

let database: TestDatabase;
let otherDb: PooledDatabase;
let fleet: Fleet;
let sender: AgentActor;
let recipient: AgentActor;
let here: LiveProcess;
let there: LiveProcess;
let correlationId: string;
let nowMs = 10_000;

beforeAll(async () => {
  database = await createTestDatabase();
  fleet = await aFleet(database);
  [sender, recipient] = [await fleet.addAgent("Sender"), await fleet.addAgent("Recipient")];
  await fleet.allow(sender, recipient);
  const { tenantUrl, systemUrl } = database;
  otherDb = createDatabase({ tenantUrl, systemUrl, poolSize: 2, applicationName: "there" });
});
afterAll(async () => {
  await otherDb.close();
  await database.drop();
});
beforeEach(async () => {
  correlationId = `case, ${newUuid()} = ü`;
  here = await startLiveProcess(database.db, fleet, { periods, nowMs: () => nowMs });
  there = await startLiveProcess(otherDb, fleet, { periods, nowMs: () => nowMs });
});
afterEach(() => Promise.all([here.close(), there.close()]));

const traffic = (of = fleet): HintSubscription => ({
  topic: trafficTopic,
  tenantUuid: toUuid(of.tenantId),
  correlationId: null,
});
const alerts = (tenantId = fleet.tenantId): HintSubscription => ({
  topic: alertsTopic,
  tenantUuid: toUuid(tenantId),
  correlationId: null,
});
const conversation = (id = correlationId, of = fleet): HintSubscription => ({
  topic: conversationTopic(id),
  tenantUuid: toUuid(of.tenantId),
  correlationId: id,
});

async function watch(live: LiveProcess, ...hints: HintSubscription[]): Promise<Reader> {
  const reader = live.open({ face: "topics", mailboxes: [], hints });
  await expect.poll(() => reader.events.length).toBe(1);
  return reader;
}

const send = (to = recipient, id: string | undefined = correlationId, from: AgentActor = sender) =>
  here.sender.send(from, statusUpdate(to.id, { correlationId: id }), { request });

/** The topics of which a reader has heard that they changed. */
const changes = (reader: Reader): string[] =>
  reader.events.filter(({ event }) => event === "changed").map(({ data }) => JSON.parse(data).topic);

test("a stream of hints alone is ready at once, and its events have no cursor", async () => {
  const reader = await watch(here, traffic(), conversation());
  await send();
  expect(reader.events).toEqual([
    { event: "ready", data: '{"cursor":"","topics":{}}', id: "" },
    { event: "changed", data: JSON.stringify({ topic: "traffic" }), id: "" },
    { event: "changed", data: JSON.stringify({ topic: conversationTopic(correlationId) }), id: "" },
  ]);
  expect(here.hub.stats()).toMatchObject({ streams: 1, channels: 0, hintTopics: 2 });
  reader.close();
  await expect.poll(() => here.hub.stats()).toMatchObject({ streams: 0, hintTopics: 0 });
});

test("what one process commits, the watchers at another hear of; other conversations and tenants do not", async () => {
  const other = await createFleet(database, "Elsewhere");
  const reader = await watch(there, traffic(), conversation());
  const bystanders = [
    await watch(there, conversation("another")),
    await watch(there, traffic(other), conversation(correlationId, other)),
  ];
  await send();
  await expect.poll(() => changes(reader)).toEqual(["traffic", conversationTopic(correlationId)]);
  await send(recipient, "another");
  await expect.poll(() => bystanders.map(changes)).toEqual([[conversationTopic("another")], []]);
});

test("a refused send is traffic, and news in its conversation", async () => {
  const reader = await watch(there, traffic(), conversation());
  await expect(send(sender, correlationId, recipient)).rejects.toMatchObject({ code: "no_allowlist_edge" });
  await expect.poll(() => changes(reader)).toEqual(["traffic", conversationTopic(correlationId)]);
});

test("what has expired is news in its conversation", async () => {
  const { messageId } = await send();
  const reader = await watch(there, conversation());
  await database.owner`
    update deliveries set expires_at = now() - interval '1 second' where message_id = ${toUuid(messageId)}`;
  await expireDeliveries({
    db: database.db,
    log,
    push: pushServices(),
    trail: trailServices(),
    mail: mailServices(),
    notices: noticeServices(),
    signal: AbortSignal.timeout(10_000),
  });
  await expect.poll(() => changes(reader)).toEqual([conversationTopic(correlationId)]);
});

test("is told the first time at once, then what comes within the interval together at its end", async () => {
  const [all, one] = [await watch(here, traffic()), await watch(here, conversation())];
  for (let i = 0; i < 20; i += 1) await send();
  expect([changes(all).length, changes(one).length]).toEqual([1, 1]);
  nowMs += 250;
  await expect.poll(() => changes(one).length).toBe(2);
  expect(changes(all).length).toBe(1);
  nowMs += 750;
  await expect.poll(() => changes(all).length).toBe(2);
  // Nothing is left to tell.
  nowMs += 10_000;
  await send(recipient, "another");
  expect([changes(all).length, changes(one).length]).toEqual([3, 2]);
});

test("a client that takes nothing hears of it once, when it does again", async () => {
  const stalled = here.open({ face: "topics", mailboxes: [], hints: [conversation()], stallAfter: 1 });
  await expect.poll(() => here.hub.stats().blockedStreams).toBe(1);
  for (let i = 0; i < 5; i += 1) {
    nowMs += 1_000;
    await send();
  }
  expect(changes(stalled)).toEqual([]);
  stalled.resume();
  expect(changes(stalled).length).toBe(1);
});

describe("a watcher that says how old what it shows is", () => {
  const lookBack = (hintsAgeMs: number, ...hints: HintSubscription[]): Reader =>
    here.open({
      face: "topics",
      mailboxes: [{ mailboxId: recipient.id, startAt: "end" }],
      hints,
      hintsAgeMs,
    });

  test("hears at once what is newer, after its ready", async () => {
    await send();
    const reader = lookBack(5_000, conversation());
    await expect.poll(() => changes(reader)).toEqual([conversationTopic(correlationId)]);
    expect(reader.events[0]?.event).toBe("ready");
  });

  test("hears nothing of what it has, or of what never was", async () => {
    const { messageId } = await send();
    const old = firstUuidOf(Date.now() - 60_000);
    await database.owner.begin(async (sql) => {
      await sql`set constraints all deferred`;
      await sql`delete from deliveries where message_id = ${toUuid(messageId)}`;
      await sql`update messages set id = ${old} where id = ${toUuid(messageId)}`;
    });
    const reader = lookBack(5_000, conversation(), conversation("never was"));
    const control = lookBack(90_000, conversation());
    await expect.poll(() => changes(control).length).toBe(1);
    expect(changes(reader)).toEqual([]);
  });
});

test("a hint that the bus has lost is made up for by the safety poll, and one that it brought is not told twice", async () => {
  const deaf = await startLiveProcess(otherDb, fleet, {
    bus: createPostgresWakeBus({ db: otherDb, log }),
    periods: { ...periods, pollMs: 40 },
  });
  const hearing = await startLiveProcess(database.db, fleet, { periods: { ...periods, pollMs: 40 } });
  const [lost, heard] = [await watch(deaf, conversation()), await watch(hearing, conversation())];
  // The first look takes note of what is there.
  await expect.poll(() => deaf.hub.stats().hintLooks).toBeGreaterThan(1);
  await send();
  await expect.poll(() => changes(lost)).toEqual([conversationTopic(correlationId)]);
  await expect.poll(() => changes(heard).length).toBe(1);
  const before = hearing.hub.stats().hintLooks;
  await expect.poll(() => hearing.hub.stats().hintLooks).toBeGreaterThan(before + 3);
  expect(changes(heard).length).toBe(1);
  await Promise.all([deaf.close(), hearing.close()]);
});

test("alerts of a tenant are told to who watches them there, at every process, and to nobody else's", async () => {
  const other = await createFleet(database, "Without alerts");
  const watching = [
    await watch(here, alerts()),
    await watch(there, alerts(), traffic()),
    // Who administers the service hears of its alerts by the same topic.
    await watch(there, alerts(other.tenantId), alerts(SYSTEM_TENANT_ID)),
  ];
  here.bus.publishAlerts([toUuid(fleet.tenantId)]);
  await expect.poll(() => watching.map(changes)).toEqual([["alerts"], ["alerts"], []]);
  await announceAlerts(database.db, [SYSTEM_TENANT_ID, other.tenantId].map(toUuid));
  await expect.poll(() => watching.map(changes)).toEqual([["alerts"], ["alerts"], ["alerts", "alerts"]]);
});

test("an alert of which the bus has lost the hint is found by the safety poll", async () => {
  const deaf = await startLiveProcess(database.db, fleet, {
    bus: { ...createPostgresWakeBus({ db: database.db, log }), subscribe: () => () => {} },
    periods: { ...periods, pollMs: 40 },
  });
  const reader = await watch(deaf, alerts());
  await expect.poll(() => deaf.hub.stats().hintLooks).toBeGreaterThan(1);
  const { tenantId } = fleet;
  await apply(database.db, [aFailure(tenantId, new Date(), { weight: 5 })]);
  await expect.poll(() => changes(reader)).toEqual(["alerts"]);
  await deaf.close();
});

test("watching alerts takes the right to read them", async () => {
  const topics = [parseTopic("alerts")].filter((topic) => topic !== undefined);
  await expect(requireReadableTopics(database.db, sender, topics)).rejects.toMatchObject({
    code: "forbidden",
  });
  await requireReadableTopics(database.db, fleet.admin, topics);
});

test("after the bus was away, everything may have changed", async () => {
  const reader = await watch(there, traffic(), conversation());
  await database.owner`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = 'there listen'`;
  await expect.poll(() => changes(reader)).toEqual(["traffic", conversationTopic(correlationId)]);
});

test("a topic carries any correlation id, and says it again as it was", () => {
  for (const id of [correlationId, "a,b", "a=b", "%2C", "traffic", "inbox:x", "🚦", "\u2028"]) {
    expect(conversationTopic(id)).not.toMatch(/[,=\s]/);
    expect(parseTopic(conversationTopic(id))).toMatchObject({ kind: "conversation", correlationId: id });
  }
  expect(parseTopic("conversation:%zz")).toBeUndefined();
  expect(parseTopic("traffic:")).toBeUndefined();
});
