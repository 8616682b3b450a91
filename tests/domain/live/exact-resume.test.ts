import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { StartAt } from "#app/domain/live/live-stream.ts";
import { parseCursor } from "#app/domain/live/schema.ts";
import { sendMessageSchema } from "#app/domain/messaging/schema.ts";
import { type AgentId, toUuid } from "#db/ids.ts";
import { type Fleet, request, statusUpdate } from "#tests/domain/messaging/fleet.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { aFleet, type LiveProcess, type OpenOptions, startLiveProcess } from "./live-fixture.ts";
import { type Reader, sequenceOf, upTo } from "./reader.ts";

let database: TestDatabase;
let fleet: Fleet;
let live: LiveProcess;

beforeAll(async () => {
  database = await createTestDatabase();
  fleet = await aFleet(database);
  live = await startLiveProcess(database.db, fleet);
});
afterAll(async () => {
  await live.close();
  await database.drop();
});

const aMailbox = async (): Promise<AgentId> => (await fleet.addAgent("watched")).id;
const inbox = (mailboxId: AgentId, startAt: StartAt, extra: Partial<OpenOptions> = {}): Reader =>
  live.open({ mailboxes: [{ mailboxId, startAt }], ...extra });
const untilReady = (...readers: Reader[]) =>
  expect.poll(() => readers.map((reader) => reader.events[0]?.event)).toEqual(readers.map(() => "ready"));
const data = (reader: Reader, event: string): unknown[] =>
  reader.events.filter((e) => e.event === event).map((e) => JSON.parse(e.data));

describe("where a stream begins", () => {
  test("without a cursor at the end, and says so", async () => {
    const mailboxId = await aMailbox();
    await live.send(mailboxId, 3);
    const reader = inbox(mailboxId, "end");
    await untilReady(reader);
    expect(data(reader, "ready")).toEqual([{ cursor: 3, lastSequence: 3 }]);
    expect(reader.lastEventId).toBe("3");
    await live.send(mailboxId, 2);
    await expect.poll(() => reader.sequences).toEqual([4, 5]);
    reader.close();
  });

  test("after the sequence it was given, with the message as the inbox shows it", async () => {
    const mailboxId = await aMailbox();
    await live.send(mailboxId, 3);
    const reader = inbox(mailboxId, 1);
    await expect.poll(() => reader.sequences).toEqual([2, 3]);
    expect(data(reader, "ready")).toEqual([{ cursor: 1, lastSequence: 3 }]);
    expect(reader.events.map((event) => event.id)).toEqual(["1", "2", "3"]);
    expect(data(reader, "message")[0]).toMatchObject({
      sequence: 2,
      type: "status_update",
      payload: { status: "working on 1" },
      sender: { name: "Ada Admin", kind: "member" },
      recipient: { name: "watched", kind: "agent" },
      status: "delivered",
      handling: "unread",
    });
    reader.close();
  });

  test("a cursor that is none, or beyond the end, gets a reset and goes on from the end", async () => {
    const mailboxId = await aMailbox();
    await live.send(mailboxId, 2);
    const unknown = inbox(mailboxId, "unknown");
    const ahead = inbox(mailboxId, 9);
    await untilReady(unknown, ahead);
    expect(data(unknown, "reset")).toEqual([{ reason: "unknown", cursor: 2 }]);
    expect(data(ahead, "reset")).toEqual([{ reason: "ahead", cursor: 2 }]);
    await live.send(mailboxId, 1);
    await expect.poll(() => [unknown.sequences, ahead.sequences]).toEqual([[3], [3]]);
    unknown.close();
    ahead.close();
  });

  test("what retention has taken is named as a gap, and a cursor past it gets none", async () => {
    const mailboxId = await aMailbox();
    await live.send(mailboxId, 6);
    await database.owner.begin(async (sql) => {
      await sql`delete from messages where recipient_id = ${toUuid(mailboxId)} and sequence <= 4`;
      await sql`update mailboxes set purged_through = 4 where id = ${toUuid(mailboxId)}`;
    });
    const before = inbox(mailboxId, 1);
    const past = inbox(mailboxId, 4);
    await expect
      .poll(() => [before.sequences, past.sequences])
      .toEqual([
        [5, 6],
        [5, 6],
      ]);
    expect(before.events.map((event) => event.event)).toEqual(["ready", "gap", "message", "message"]);
    expect(data(before, "gap")).toEqual([{ from: 2, through: 4 }]);
    expect(data(past, "gap")).toEqual([]);
    before.close();
    past.close();
  });

  test("an expired message is not handed out to agents, and people see that it expired", async () => {
    const mailboxId = await aMailbox();
    await live.send(mailboxId, 3);
    await database.owner`
      update deliveries set expires_at = now() - interval '1 second'
      where recipient_id = ${toUuid(mailboxId)} and sequence = 2`;
    const agents = inbox(mailboxId, 0);
    const peoples = inbox(mailboxId, 0, { face: "topics" });
    await expect
      .poll(() => [agents.sequences, peoples.sequences])
      .toEqual([
        [1, 3],
        [1, 2, 3],
      ]);
    expect(data(peoples, "message")[1]).toMatchObject({ data: { status: "expired" } });
    agents.close();
    peoples.close();
  });

  test("a mailbox that is not there ends its stream", async () => {
    const mailboxId = await aMailbox();
    const reading = inbox(mailboxId, 0);
    await untilReady(reading);
    await database.owner`delete from mailboxes where id = ${toUuid(mailboxId)}`;
    live.hub.wake([{ tenantUuid: toUuid(fleet.tenantId), mailboxUuid: toUuid(mailboxId), sequence: 1 }]);
    const reader = inbox(mailboxId, 0);
    await expect.poll(() => [reader.ended, reading.ended]).toEqual(["end", "end"]);
    expect(data(reader, "bye")).toEqual([{ reason: "mailbox", retryMs: null }]);
  });
});

describe("what the committing process hands over", () => {
  test("goes out without a read, and is what a read brings", async () => {
    const [sending, receiving] = [await fleet.addAgent("Sender"), await fleet.addAgent("Receiver")];
    await fleet.allow(sending, receiving);
    const watched = [receiving.id, fleet.deskId, fleet.admin.membershipId];
    const open = (startAt: StartAt) =>
      live.open({ face: "topics", mailboxes: watched.map((mailboxId) => ({ mailboxId, startAt })) });
    const atOnce = open("end");
    await untilReady(atOnce);
    const [ready] = atOnce.events;
    const reads = live.hub.stats().reads;

    const first = await live.sender.send(fleet.admin, statusUpdate(receiving.id, {}, "é \u2028 1"), {
      request,
    });
    const handoff = sendMessageSchema.parse({
      recipientId: receiving.id,
      type: "task_handoff",
      payload: {
        taskId: "t",
        description: "d",
        priority: "high",
        context: { z: 1, a: [1.5, -0, 1e21, null] },
      },
      correlationId: first.correlationId,
      priority: "urgent",
      ttlSeconds: 3_600,
    });
    await live.sender.send(sending, handoff, { request });
    await live.sender.send(receiving, statusUpdate("operators", { replyTo: first.messageId }), { request });
    await live.sender.send(receiving, statusUpdate(fleet.admin.membershipId, { replyTo: first.messageId }), {
      request,
    });
    expect(atOnce.events.filter((event) => event.event === "message")).toHaveLength(4);
    expect(live.hub.stats().reads).toBe(reads);

    const { cursor } = JSON.parse(ready?.data ?? "{}");
    const replayed = live.open({
      face: "topics",
      mailboxes: watched.map((mailboxId) => ({
        mailboxId,
        startAt: parseCursor(cursor)?.get(`inbox:${mailboxId}`) ?? "unknown",
      })),
    });
    await expect.poll(() => data(replayed, "message").length).toBe(4);
    const bySequence = (reader: Reader) =>
      data(reader, "message").toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
    expect(bySequence(atOnce)).toEqual(bySequence(replayed));
    atOnce.close();
    replayed.close();
  });

  test("is left to a read when it is not exactly what the readers lack", async () => {
    const mailboxId = await aMailbox();
    await live.send(mailboxId, 2);
    const reader = inbox(mailboxId, 0);
    await expect.poll(() => reader.sequences).toEqual([1, 2]);
    const mailboxUuid = toUuid(mailboxId);
    const wake = { tenantUuid: toUuid(fleet.tenantId), mailboxUuid };
    const never = () => {
      throw new Error("asked for what does not follow");
    };
    // Another process has committed the third and fourth, and this one's wake-up for the fifth comes first.
    live.hub.wake([{ ...wake, sequence: 5, committed: { after: 4, messages: never } }]);
    live.hub.wake([{ ...wake, sequence: 2, committed: { after: 0, messages: never } }]);
    await live.send(mailboxId, 3);
    await expect.poll(() => reader.sequences).toEqual([1, 2, 3, 4, 5]);
    reader.close();
  });
});

describe("exactly once and in order", () => {
  test("cut after every k-th of 100 events and resumed by the last event's id", async () => {
    for (const k of [1, 3, 10, 33]) {
      const mailboxId = await aMailbox();
      const sending = live.send(mailboxId, 100);
      const got: number[] = [];
      let cursor = 0;
      while (got.length < 100) {
        const taken: number[] = [];
        const reader: Reader = inbox(mailboxId, cursor, {
          onEvent(event, self) {
            if (event.event !== "message") return;
            taken.push(sequenceOf(event));
            if (taken.length === k) self.close();
          },
        });
        const wanted = Math.min(k, 100 - got.length);
        await expect.poll(() => taken.length, { interval: 2 }).toBe(wanted);
        reader.close();
        cursor = Number(reader.lastEventId);
        got.push(...taken);
      }
      await sending;
      expect(got).toEqual(upTo(100));
    }
  });

  test("messages sent during a replay arrive once, on both faces and on slow sockets", async () => {
    const mailboxId = await aMailbox();
    await live.sendTogether(mailboxId, 300);
    const readers = [
      inbox(mailboxId, 0),
      inbox(mailboxId, 0, { face: "topics" }),
      inbox(mailboxId, 0, { drainEvery: 1 }),
      inbox(mailboxId, 0, { drainEvery: 7, face: "topics" }),
      inbox(mailboxId, 150, { drainEvery: 3 }),
      inbox(mailboxId, "end"),
    ];
    await Promise.all([live.send(mailboxId, 60), live.sendTogether(mailboxId, 240)]);
    const late = inbox(mailboxId, 299);
    for (const reader of readers.slice(0, 4)) await expect.poll(() => reader.sequences.length).toBe(600);
    for (const reader of readers.slice(0, 4)) expect(reader.sequences).toEqual(upTo(600));
    await expect.poll(() => readers[4]?.sequences).toEqual(upTo(600, 151));
    const fromEnd = readers[5]?.sequences ?? [];
    await expect.poll(() => fromEnd.at(-1)).toBe(600);
    expect(fromEnd).toEqual(upTo(600, fromEnd[0]));
    await expect.poll(() => late.sequences).toEqual(upTo(600, 300));
    for (const reader of [...readers, late]) reader.close();
  });

  test("many readers of one mailbox come and go while it is written to, and none misses or repeats", async () => {
    const mailboxId = await aMailbox();
    const received: number[][] = [];
    let isOver = false;
    const follow = async (index: number): Promise<void> => {
      const got: number[] = [];
      received.push(got);
      let cursor = 0;
      while (!isOver || got.length < 400) {
        const stopAfter = 1 + ((index * 7 + got.length) % 23);
        const taken: number[] = [];
        const reader: Reader = inbox(mailboxId, cursor, {
          drainEvery: 1 + (index % 5),
          onEvent(event, self) {
            if (event.event !== "message") return;
            taken.push(sequenceOf(event));
            if (taken.length === stopAfter) self.close();
          },
        });
        await expect
          .poll(() => taken.length === stopAfter || (isOver && cursor + taken.length >= 400), { interval: 3 })
          .toBe(true);
        reader.close();
        got.push(...taken);
        cursor = got.at(-1) ?? cursor;
      }
    };
    const followers = Promise.all(upTo(12).map(follow));
    for (let round = 0; round < 20; round += 1) await live.sendTogether(mailboxId, 20);
    isOver = true;
    await followers;
    for (const got of received) expect(got).toEqual(upTo(400));
  }, 30_000);

  test("several mailboxes on one connection resume by their composite cursor", async () => {
    const [first, second] = [await aMailbox(), await aMailbox()];
    await live.send(first, 5);
    await live.send(second, 3);
    const got = new Map<string, number[]>([
      [`inbox:${first}`, []],
      [`inbox:${second}`, []],
    ]);
    let cursor = parseCursor(`inbox:${first}=0,inbox:${second}=1`);
    const sending = Promise.all([live.send(first, 40), live.send(second, 40)]);
    const count = () => [...got.values()].flat().length;
    while (count() < 45 + 42) {
      let taken = 0;
      const reader: Reader = live.open({
        face: "topics",
        mailboxes: [first, second].map((mailboxId) => ({
          mailboxId,
          startAt: cursor?.get(`inbox:${mailboxId}`) ?? Number.NaN,
        })),
        onEvent(event, self) {
          if (event.event !== "message") return;
          const { topic, data: message } = JSON.parse(event.data);
          got.get(topic)?.push(message.sequence);
          taken += 1;
          if (taken === 8) self.close();
        },
      });
      await expect.poll(() => taken === 8 || count() === 87, { interval: 2 }).toBe(true);
      reader.close();
      cursor = parseCursor(reader.lastEventId);
      expect(cursor?.size).toBe(2);
    }
    await sending;
    expect(got.get(`inbox:${first}`)).toEqual(upTo(45));
    expect(got.get(`inbox:${second}`)).toEqual(upTo(43, 2));
  });
});
