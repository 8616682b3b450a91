import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { AppError } from "#app/domain/errors.ts";
import { type AgentId, toUuid } from "#db/ids.ts";
import { expireDeliveries } from "#jobs/tasks/expire-deliveries.ts";
import { type Fleet, request, statusUpdate } from "#tests/domain/messaging/fleet.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { mailServices } from "#tests/setup/mail-services.ts";
import { noticeServices } from "#tests/setup/notice-services.ts";
import { pushServices } from "#tests/setup/push-services.ts";
import { createTenantFixture } from "#tests/setup/tenant-fixture.ts";
import { trailServices } from "#tests/setup/trail-services.ts";
import { aFleet, aKey, type LiveProcess, log, startLiveProcess } from "./live-fixture.ts";
import { type Reader, upTo } from "./reader.ts";

let database: TestDatabase;
let fleet: Fleet;
let live: LiveProcess;
let mailboxId: AgentId;
let nowMs = 1;

beforeAll(async () => {
  database = await createTestDatabase();
  fleet = await aFleet(database);
});
afterAll(() => database.drop());
beforeEach(async () => {
  live = await startLiveProcess(database.db, fleet, { nowMs: () => nowMs });
  mailboxId = (await fleet.addAgent("watched")).id;
});
afterEach(() => live.close());

const untilReady = (...readers: Reader[]) =>
  expect.poll(() => readers.map((reader) => reader.events[0]?.event)).toEqual(readers.map(() => "ready"));
const from = (startAt: number | "end") => ({ mailboxes: [{ mailboxId, startAt }] });
const large = "x".repeat(1_900);
const sendLarge = async (count: number): Promise<void> => {
  const detail = (i: number) => ({ status: "working", detail: `${i} ${large}` });
  await Promise.all(
    upTo(count).map((i) =>
      live.sender.send(
        fleet.admin,
        { ...statusUpdate(mailboxId), type: "status_update", payload: detail(i) },
        { request },
      ),
    ),
  );
};

describe("a client that stops reading", () => {
  test("is cut off once more than its bound is owed to it, while another gets everything", async () => {
    const stalled = live.open({ ...from(0), stallAfter: 3 });
    const other = live.open(from(0));
    await untilReady(stalled, other);
    for (let round = 0; round < 8; round += 1) await sendLarge(100);
    await expect.poll(() => other.sequences).toEqual(upTo(800));
    expect(stalled.ended).toBeUndefined();
    nowMs += 5_001;
    await expect.poll(() => stalled.ended).toBe("destroyed");
    expect(live.hub.stats()).toMatchObject({ streams: 1, blockedStreams: 0, cutOff: 1 });
    expect(other.ended).toBeUndefined();
    // It resumes by what it has.
    const resumed = live.open(from(Number(stalled.lastEventId)));
    await expect.poll(() => [...stalled.sequences, ...resumed.sequences]).toEqual(upTo(800));
  });

  test("has little written to it, whatever it is owed", async () => {
    const stalled = live.open({ ...from(0), stallAfter: 1 });
    await untilReady(stalled);
    const written = stalled.bytes;
    await sendLarge(200);
    await expect.poll(() => live.hub.stats().blockedStreams).toBe(1);
    await sendLarge(200);
    expect(stalled.bytes - written).toBe(0);
  });

  test("is left alone while less than its bound is owed, and goes on where it was", async () => {
    const slow = live.open({ ...from(0), stallAfter: 2 });
    const other = live.open(from("end"));
    await untilReady(slow, other);
    await live.send(mailboxId, 40);
    nowMs += 30_000;
    // The hub's clock has ticked since.
    const beats = other.comments;
    await expect.poll(() => other.comments).toBeGreaterThan(beats + 1);
    expect(slow.ended).toBeUndefined();
    slow.resume();
    await expect.poll(() => slow.sequences.length).toBeGreaterThan(1);
    while (slow.sequences.length < 40) {
      const had = slow.sequences.length;
      slow.resume();
      await expect.poll(() => slow.sequences.length).toBeGreaterThan(had);
    }
    expect(slow.sequences).toEqual(upTo(40));
  });

  test("is cut off after a minute although nothing much is owed", async () => {
    const dead = live.open({ ...from("end"), stallAfter: 1 });
    await untilReady(dead);
    nowMs += 60_000;
    await expect.poll(() => dead.ended).toBe("destroyed");
  });
});

describe("what does not stay behind", () => {
  test("500 streams opened and dropped leave no subscriber, channel, credential or timer", async () => {
    const idle = live.hub.stats();
    expect(idle).toMatchObject({ streams: 0, isTicking: false });
    const others = await Promise.all(upTo(10).map((i) => fleet.addAgent(`agent ${i}`)));
    const readers = upTo(500).map((i) =>
      live.open({
        face: i % 2 === 0 ? "inbox" : "topics",
        mailboxes: [{ mailboxId: others[i % 10]?.id ?? mailboxId, startAt: i % 3 === 0 ? 0 : "end" }],
      }),
    );
    await untilReady(...readers);
    expect(live.hub.stats()).toMatchObject({ streams: 500, channels: 10, credentials: 1, isTicking: true });
    for (const reader of readers) reader.close();
    await expect.poll(() => live.hub.stats()).toMatchObject({ streams: 0 });
    expect(live.hub.stats()).toMatchObject({
      channels: 0,
      credentials: 0,
      blockedStreams: 0,
      isTicking: false,
    });
  });

  test("streams dropped before they were ready leave nothing either", async () => {
    for (const reader of upTo(50).map(() => live.open(from(0)))) reader.close();
    await expect.poll(() => live.hub.stats()).toMatchObject({ streams: 0, channels: 0, isTicking: false });
    await live.send(mailboxId, 1);
    const reader = live.open(from(0));
    await expect.poll(() => reader.sequences).toEqual([1]);
  });
});

describe("heartbeats", () => {
  test("come on a quiet stream, again and again", async () => {
    const quiet = live.open(from("end"));
    await untilReady(quiet);
    await expect.poll(() => quiet.comments).toBeGreaterThan(2);
    expect(quiet.events).toHaveLength(1);
  });
});

describe("credentials", () => {
  test("a revoked key's streams are told and ended; another key's go on", async () => {
    const credential = await aKey(database.db, fleet);
    const [revoked, tagged] = [
      live.open({ ...from("end"), credential }),
      live.open({ ...from("end"), credential, face: "topics" }),
    ];
    const kept = live.open(from("end"));
    await untilReady(revoked, tagged, kept);
    await database.owner`update api_keys set revoked_at = now() where id = ${toUuid(credential.id)}`;
    await expect.poll(() => [revoked.ended, tagged.ended]).toEqual(["end", "end"]);
    for (const reader of [revoked, tagged]) {
      expect(reader.events.at(-1)).toMatchObject({
        event: "bye",
        data: '{"reason":"credential","retryMs":null}',
      });
    }
    expect(kept.ended).toBeUndefined();
    expect(live.hub.stats()).toMatchObject({ streams: 1, credentials: 1, revoked: 2 });
  });

  test("a key that has lost the right that a stream needs ends it, and keeps what it still may", async () => {
    const credential = await aKey(database.db, fleet);
    const lost = live.open({ ...from("end"), credential });
    const kept = live.open({ ...from("end"), credential, needs: ["agents:read"] });
    await untilReady(lost, kept);
    await database.owner`update api_keys set scopes = '{agents:read}' where id = ${toUuid(credential.id)}`;
    await expect.poll(() => lost.ended).toBe("end");
    expect(lost.events.at(-1)?.data).toContain('"credential"');
    expect(kept.ended).toBeUndefined();
  });

  test("an access token that ends takes its streams with it; the key's own go on", async () => {
    const credential = await aKey(database.db, fleet);
    const expired = live.open({
      ...from("end"),
      credential: { ...credential, tokenExpiresAtMs: Date.now() },
    });
    const fresh = live.open({
      ...from("end"),
      credential: { ...credential, tokenExpiresAtMs: Date.now() + 600_000 },
    });
    const kept = live.open({ ...from("end"), credential });
    await expect.poll(() => expired.ended).toBe("end");
    expect(expired.events.at(-1)).toMatchObject({ event: "bye", data: '{"reason":"token","retryMs":null}' });
    await database.owner`update api_keys set revoked_at = now() where id = ${toUuid(credential.id)}`;
    await expect.poll(() => [fresh.ended, kept.ended]).toEqual(["end", "end"]);
    expect(fresh.events.at(-1)?.data).toContain('"credential"');
  });

  test("a person's stream ends with their session, their membership, their account or their tenant", async () => {
    const person = await createTenantFixture(database.db);
    const ends = {
      session: (sql: TestDatabase["owner"]) =>
        sql`update sessions set revoked_at = now() where id = ${toUuid(person.admin.credential.id)}`,
      account: (sql: TestDatabase["owner"]) =>
        sql`update users set disabled_at = now() where id = ${toUuid(person.adminId)}`,
      tenant: (sql: TestDatabase["owner"]) =>
        sql`update tenants set status = 'suspended' where id = ${toUuid(person.tenantId)}`,
      membership: (sql: TestDatabase["owner"]) =>
        sql`delete from memberships where id = ${toUuid(person.admin.membershipId)}`,
    };
    const credential = { tenantId: person.tenantId, ...person.admin.credential };
    for (const [name, end] of Object.entries(ends)) {
      const reader = live.open({
        tenantId: person.tenantId,
        mailboxes: [{ mailboxId: person.admin.membershipId, startAt: "end" }],
        credential,
      });
      await untilReady(reader);
      await end(database.owner);
      await expect.poll(() => reader.ended, { message: name }).toBe("end");
      expect(reader.events.at(-1)?.data, name).toContain('"credential"');
      await database.owner`update sessions set revoked_at = null where id = ${toUuid(credential.id)}`;
      await database.owner`update users set disabled_at = null where id = ${toUuid(person.adminId)}`;
      await database.owner`update tenants set status = 'active' where id = ${toUuid(person.tenantId)}`;
    }
  });
});

describe("stopping", () => {
  test("says bye with a jittered time to come back, ends all streams and takes no more", async () => {
    const readers = upTo(20).map(() => live.open(from("end")));
    await untilReady(...readers);
    live.hub.drain();
    const waits = readers.map((reader) => {
      expect(reader.ended).toBe("end");
      const bye = reader.events.at(-1);
      expect(bye?.event).toBe("bye");
      return JSON.parse(bye?.data ?? "{}").retryMs;
    });
    expect(new Set(waits).size).toBeGreaterThan(10);
    for (const wait of waits) expect(wait).toBeGreaterThanOrEqual(500);
    expect(() => live.hub.assertOpen()).toThrow(AppError);
    const late = live.open(from("end"));
    expect(late.events.map((event) => event.event)).toEqual(["bye"]);
    expect(live.hub.stats()).toMatchObject({ streams: 0, isTicking: false });
  });
});

describe("what becomes of messages", () => {
  const change = (messageUuid: string, sequence: number) => ({
    tenantUuid: toUuid(fleet.tenantId),
    mailboxUuid: toUuid(mailboxId),
    messageUuid,
    sequence,
    status: "expired" as const,
    handling: "unread" as const,
  });

  test("is shown to who has the message, and not before the message", async () => {
    const has = live.open(from(0));
    const behind = live.open({ ...from(0), stallAfter: 1, face: "topics" });
    await untilReady(has, behind);
    await live.send(mailboxId, 1);
    await expect.poll(() => has.sequences).toEqual([1]);
    const [row] = await database.owner<{ message_id: string }[]>`
      update deliveries set status = 'expired', expires_at = now() where recipient_id = ${toUuid(mailboxId)}
      returning message_id`;
    live.bus.publishDeliveries([change(row?.message_id ?? "", 1)]);
    expect(has.events.at(-1)?.event).toBe("delivery");
    expect(JSON.parse(has.events.at(-1)?.data ?? "{}")).toMatchObject({ sequence: 1, status: "expired" });
    expect(behind.events.map((event) => event.event)).toEqual(["ready"]);
    // Once it gets the message, it gets it as it is.
    behind.resume();
    await expect.poll(() => behind.sequences).toEqual([1]);
    expect(JSON.parse(behind.events[1]?.data ?? "{}")).toMatchObject({ data: { status: "expired" } });
  });

  test("the job that marks what expired shows it to who is watching", async () => {
    const watching = live.open({ ...from(0), face: "topics" });
    await untilReady(watching);
    await live.send(mailboxId, 2);
    await expect.poll(() => watching.sequences).toEqual([1, 2]);
    await database.owner`
      update deliveries set expires_at = now() - interval '1 second'
      where recipient_id = ${toUuid(mailboxId)} and sequence = 2`;
    await expireDeliveries({
      db: database.db,
      log,
      push: pushServices(),
      trail: trailServices(),
      mail: mailServices(),
      notices: noticeServices(),
      signal: AbortSignal.timeout(10_000),
    });
    await expect.poll(() => watching.events.at(-1)?.event).toBe("delivery");
    expect(JSON.parse(watching.events.at(-1)?.data ?? "{}")).toEqual({
      topic: `inbox:${mailboxId}`,
      data: { messageId: expect.stringMatching(/^msg_/), sequence: 2, status: "expired", handling: "unread" },
    });
  });
});

test("reads that fail are tried again until the table is back, and nothing is lost", async () => {
  const reader = live.open(from(0));
  await untilReady(reader);
  await database.owner`alter table messages rename to messages_away`;
  const wake = { tenantUuid: toUuid(fleet.tenantId), mailboxUuid: toUuid(mailboxId), sequence: 1 };
  const before = live.hub.stats().reads;
  live.hub.wake([wake]);
  await expect.poll(() => live.hub.stats().reads).toBeGreaterThan(before + 1);
  await database.owner`alter table messages_away rename to messages`;
  await live.send(mailboxId, 3);
  await expect.poll(() => reader.sequences).toEqual([1, 2, 3]);
  expect(reader.ended).toBeUndefined();
});
