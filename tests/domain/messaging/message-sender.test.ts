import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { AgentActor } from "#app/domain/auth/actor.ts";
import {
  type CommittedSends,
  createMessageSender,
  type MessageSender,
  type MessageSenderOptions,
} from "#app/domain/messaging/message-sender.server.ts";
import type { Wake } from "#app/domain/messaging/prepared-send.ts";
import type { SendMessage } from "#app/domain/messaging/schema.ts";
import { createDatabase, type PooledDatabase } from "#db/client.server.ts";
import { type Database, DatabaseUnavailableError } from "#db/database.ts";
import { toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { createFleet, type Fleet, request, statusUpdate } from "./fleet.ts";
import { lockMailbox } from "./held-mailbox.ts";

let database: TestDatabase;
/** The same, where a lock is waited for as long as a test may take. */
let patientDb: PooledDatabase;
let fleet: Fleet;
let a: AgentActor;
let b: AgentActor;
let c: AgentActor;
let sender: MessageSender;
let wakes: Wake[];
let batches: number[];
let waits: number[];

const openSender = (options: Partial<MessageSenderOptions> = {}): MessageSender =>
  createMessageSender({
    db: database.db,
    log: pino({ level: "silent" }),
    lanes: 1,
    metrics: { batchCommitted: ({ sends }) => batches.push(sends), waited: (ms) => waits.push(ms) },
    onCommitted: (committed) => wakes.push(...committed),
    ...options,
  });

beforeAll(async () => {
  database = await createTestDatabase({ lockTimeoutMs: 300 });
  patientDb = createDatabase({ ...database, lockTimeoutMs: 14_000 });
  fleet = await createFleet(database);
});
beforeEach(async () => {
  [a, b, c] = [await fleet.addAgent("A"), await fleet.addAgent("B"), await fleet.addAgent("C")];
  await fleet.allow(a, b, c);
  wakes = [];
  batches = [];
  waits = [];
  sender = openSender();
});
afterEach(() => sender.close());
afterAll(async () => {
  await patientDb.close();
  await database.drop();
});

const send = (input: SendMessage, from: MessageSender = sender) => from.send(a, input, { request });
const range = (count: number) => Array.from({ length: count }, (_, n) => n);
const countIn = async (agent: AgentActor): Promise<number> => {
  const [row] =
    await database.owner`select count(*)::int from messages where recipient_id = ${toUuid(agent.id)}`;
  return row?.count;
};

test("what one turn brings goes together in one commit, and what comes meanwhile in the next", async () => {
  const patient = openSender({ db: patientDb });
  const release = await lockMailbox(database, b);
  const first = range(3).map(() => send(statusUpdate(b.id), patient));
  await vi.waitFor(() => expect(patient.lanes()).toEqual([{ queued: 0, isBusy: true }]));
  const second = range(30).map(() => send(statusUpdate(b.id), patient));
  await release();
  const results = await Promise.all([...first, ...second]);
  expect(results.map((result) => result.sequence)).toEqual(range(33).map((n) => n + 1));
  expect(batches).toEqual([3, 30]);
  expect(wakes.map((wake) => wake.sequence)).toEqual([3, 33]);
});

test("where half a batch waits, it does not wait for the commit in flight", async () => {
  const eager = openSender({ db: patientDb, maxBatch: 4 });
  const release = await lockMailbox(database, b);
  const held = send(statusUpdate(b.id), eager);
  await vi.waitFor(() => expect(eager.lanes()).toEqual([{ queued: 0, isBusy: true }]));
  await send(statusUpdate(c.id), openSender());
  const passing = range(2).map(() => send(statusUpdate(c.id), eager));
  expect((await Promise.all(passing)).map(({ sequence }) => sequence)).toEqual([2, 3]);
  expect(eager.lanes()).toEqual([{ queued: 0, isBusy: true }]);
  await release();
  expect(await held).toMatchObject({ sequence: 1 });
});

test("beside another lane's commit a lane waits for as much company, but not for long", async () => {
  const laned = openSender({ db: patientDb, lanes: 9_973 });
  const release = await lockMailbox(database, b);
  const held = range(3).map(() => send(statusUpdate(b.id), laned));
  await vi.waitFor(() => expect(laned.lanes().filter(({ isBusy }) => isBusy)).toHaveLength(1));
  // Fewer than are in flight: it goes all the same, though the other is held up for good.
  expect(await send(statusUpdate(c.id), laned)).toMatchObject({ sequence: 1 });
  expect(laned.lanes().filter(({ isBusy }) => isBusy)).toHaveLength(1);
  await release();
  expect(await Promise.all(held)).toHaveLength(3);
});

test("tells how long each waited, what became of it and how many transactions it took", async () => {
  const committed: CommittedSends[] = [];
  const measured = openSender({
    metrics: { batchCommitted: (batch) => committed.push(batch), waited: (ms) => waits.push(ms) },
  });
  const poison: SendMessage = { ...statusUpdate(b.id), type: "status_update", payload: { status: "a\0b" } };
  const release = await lockMailbox(database, b);
  const first = send(statusUpdate(b.id), measured);
  await vi.waitFor(() => expect(measured.lanes()).toEqual([{ queued: 0, isBusy: true }]));
  const rest = Promise.allSettled(
    [statusUpdate(b.id), statusUpdate(a.id), poison].map((one) => send(one, measured)),
  );
  expect(measured.lanes()).toEqual([{ queued: 3, isBusy: true }]);
  await release();
  await first;
  await rest;
  expect(measured.lanes()).toEqual([{ queued: 0, isBusy: false }]);
  expect(waits).toHaveLength(4);
  expect(waits.every((ms) => ms >= 0)).toBe(true);
  const none = { accepted: 0, blocked: 0, rejected: 0, failed: 0 };
  expect(committed).toMatchObject([
    { lane: 0, sends: 1, transactions: 1, outcomes: { ...none, accepted: 1 } },
    // The whole, its halves, and the one alone.
    { lane: 0, sends: 3, transactions: 3, outcomes: { ...none, accepted: 1, blocked: 1, failed: 1 } },
  ]);
});

test("a batch is no larger than its bound", async () => {
  const small = openSender({ maxBatch: 8 });
  await Promise.all(range(20).map(() => send(statusUpdate(b.id), small)));
  // Two may be in flight, and the later one may be done first.
  expect(batches.toSorted((x, y) => y - x)).toEqual([8, 8, 4]);
});

test("sends to one mailbox through several lanes and processes get each sequence once", async () => {
  const others = [openSender({ lanes: 4 }), openSender({ lanes: 3 })];
  const results = await Promise.all(range(150).map((n) => send(statusUpdate(b.id), others[n % 2])));
  expect(results.map((result) => result.sequence).toSorted((x, y) => x - y)).toEqual(
    range(150).map((n) => n + 1),
  );
});

test("one that the database refuses fails alone", async () => {
  // Past the schema, as a bug would: PostgreSQL has no NUL in JSON.
  const poison: SendMessage = { ...statusUpdate(b.id), type: "status_update", payload: { status: "a\0b" } };
  const answers = await Promise.allSettled(
    range(25).map((n) => send(n === 13 ? poison : statusUpdate(b.id))),
  );
  expect(answers.flatMap((answer, n) => (answer.status === "rejected" ? [n] : []))).toEqual([13]);
  expect(await countIn(b)).toBe(24);
  const sequences = answers.flatMap((answer) =>
    answer.status === "fulfilled" ? [answer.value.sequence] : [],
  );
  expect(sequences.toSorted((x, y) => x - y)).toEqual(range(24).map((n) => n + 1));
});

test("a locked mailbox holds up its own sends only, and those are told to come again", async () => {
  const release = await lockMailbox(database, b);
  const answers = await Promise.allSettled(
    range(6).map((n) => send(statusUpdate(n % 2 === 0 ? b.id : c.id))),
  );
  await release();
  for (const [n, answer] of answers.entries()) {
    if (n % 2 === 1) expect(answer).toMatchObject({ status: "fulfilled" });
    else expect(answer).toMatchObject({ reason: { code: "overloaded", retryAfterSeconds: 1 } });
  }
  expect(await countIn(b)).toBe(0);
  expect(await send(statusUpdate(b.id))).toMatchObject({ sequence: 1 });
});

test("more than may wait is refused at once, and what waits is still sent", async () => {
  const bounded = openSender({ maxQueued: 3 });
  const release = await lockMailbox(database, b);
  const waiting = range(3).map(() => send(statusUpdate(b.id), bounded));
  await vi.waitFor(() => expect(bounded.queued()).toBe(3));
  await expect(send(statusUpdate(b.id), bounded)).rejects.toMatchObject({
    code: "overloaded",
    retryAfterSeconds: 1,
  });
  await release();
  expect(await Promise.all(waiting)).toHaveLength(3);
  expect(bounded.queued()).toBe(0);
});

test("payloads that wait are bounded in bytes", async () => {
  const bounded = openSender({ maxQueuedBytes: 1_000 });
  const release = await lockMailbox(database, b);
  const waiting = send(statusUpdate(b.id, {}, "x".repeat(200)), bounded);
  const large = { ...statusUpdate(b.id), payload: { status: "x", detail: "y".repeat(900) } } as SendMessage;
  await expect(send(large, bounded)).rejects.toMatchObject({ code: "overloaded" });
  await release();
  await waiting;
  expect(await send(large, bounded)).toMatchObject({ sequence: 2 });
});

test("closing waits for what was accepted and refuses what comes later", async () => {
  const release = await lockMailbox(database, b);
  const accepted = range(10).map(() => send(statusUpdate(b.id)));
  await vi.waitFor(() => expect(sender.queued()).toBe(10));
  const closed = sender.close();
  await release();
  await closed;
  expect(sender.queued()).toBe(0);
  expect(await Promise.all(accepted)).toHaveLength(10);
  await expect(send(statusUpdate(b.id))).rejects.toMatchObject({ code: "shutting_down" });
});

/** The real database, whose next transaction fails: before its COMMIT, or after it on the way back. */
function breakingOnce(when: "before commit" | "after commit"): Database {
  let isBroken = false;
  const fail = () => {
    isBroken = true;
    throw new DatabaseUnavailableError("The connection to the database was lost.");
  };
  return {
    ...database.db,
    async withSql(work, options) {
      if (isBroken) return database.db.withSql(work, options);
      if (when === "before commit")
        return database.db.withSql(async (sql) => {
          await work(sql, () => {});
          return fail();
        }, options);
      await database.db.withSql(work, options);
      return fail();
    },
  };
}

test("a commit whose answer was lost is looked up and answered as the success it was", async () => {
  const unlucky = openSender({ db: breakingOnce("after commit") });
  const sent = await send(statusUpdate(b.id), unlucky);
  expect(sent).toMatchObject({ status: "delivered", sequence: 1 });
  expect(wakes).toHaveLength(1);
  expect(await countIn(b)).toBe(1);
});

test("a commit that did not happen is an error, and is not sent in secret", async () => {
  const unlucky = openSender({ db: breakingOnce("before commit") });
  await expect(send(statusUpdate(b.id), unlucky)).rejects.toMatchObject({ name: "DatabaseUnavailableError" });
  expect(await countIn(b)).toBe(0);
  expect(wakes).toHaveLength(0);
});

test("readers that cannot be woken do not fail the send", async () => {
  const deaf = openSender({
    onCommitted: () => {
      throw new Error("the bus is away");
    },
  });
  expect(await send(statusUpdate(b.id), deaf)).toMatchObject({ sequence: 1 });
  expect(await send(statusUpdate(b.id), deaf)).toMatchObject({ sequence: 2 });
});
