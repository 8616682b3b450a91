import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { DeliveryChange } from "#app/domain/live/bus-payload.server.ts";
import { createPostgresWakeBus } from "#app/domain/live/wake-bus.server.ts";
import type { Wake } from "#app/domain/messaging/prepared-send.ts";
import { createDatabase, type PooledDatabase } from "#db/client.server.ts";
import { newUuid, toUuid } from "#db/ids.ts";
import type { Fleet } from "#tests/domain/messaging/fleet.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { aFleet, type LiveProcess, log, startLiveProcess } from "./live-fixture.ts";
import { upTo } from "./reader.ts";

let database: TestDatabase;
let otherDb: PooledDatabase;
let fleet: Fleet;
let here: LiveProcess;
let there: LiveProcess;

beforeAll(async () => {
  database = await createTestDatabase();
  fleet = await aFleet(database);
});
afterAll(() => database.drop());
beforeEach(async () => {
  const { tenantUrl, systemUrl } = database;
  otherDb = createDatabase({ tenantUrl, systemUrl, poolSize: 2, applicationName: "there" });
  // A poll far apart, so that what arrives came by the bus.
  const periods = { tickMs: 20, heartbeatMs: 15_000, pollMs: 3_600_000, recheckMs: 4_000 };
  here = await startLiveProcess(database.db, fleet, { periods });
  there = await startLiveProcess(otherDb, fleet, { periods });
});
afterEach(async () => {
  await Promise.all([here.close(), there.close()]);
  await otherDb.close();
});

/** Ends the connections on which a process listens. */
const endListeners = (application: string) =>
  database.owner`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = ${application}`;

test("what one process commits, the streams of another bring", async () => {
  const { id: mailboxId } = await fleet.addAgent("watched");
  const reader = there.open({ mailboxes: [{ mailboxId, startAt: 0 }] });
  await expect.poll(() => reader.events.length).toBe(1);
  await here.send(mailboxId, 20);
  await expect.poll(() => reader.sequences).toEqual(upTo(20));
});

test("the LISTEN connection ended again and again during sends: all arrive within 5 seconds, once", async () => {
  const { id: mailboxId } = await fleet.addAgent("watched");
  const reader = there.open({ mailboxes: [{ mailboxId, startAt: 0 }] });
  await expect.poll(() => reader.events.length).toBe(1);
  let ended = 0;
  const sending = here.send(mailboxId, 200);
  for (let round = 0; round < 6; round += 1) {
    await expect.poll(async () => (await endListeners("there listen")).length).toBeGreaterThan(0);
    ended += 1;
  }
  await sending;
  await expect.poll(() => reader.sequences.length, { timeout: 5_000 }).toBe(200);
  expect(reader.sequences).toEqual(upTo(200));
  expect(ended).toBe(6);
});

test("a wake-up that is lost is healed by the safety poll within 5 seconds", async () => {
  const { id: mailboxId } = await fleet.addAgent("watched");
  const deaf = await startLiveProcess(otherDb, fleet, { bus: createPostgresWakeBus({ db: otherDb, log }) });
  const reader = deaf.open({ mailboxes: [{ mailboxId, startAt: 0 }] });
  await expect.poll(() => reader.events.length).toBe(1);
  await here.send(mailboxId, 3);
  await expect.poll(() => reader.sequences, { timeout: 5_000 }).toEqual([1, 2, 3]);
  await deaf.close();
});

test("what is published while a NOTIFY is out goes together, a mailbox once with its highest sequence", async () => {
  const payloads: string[] = [];
  let release: (() => void) | undefined;
  const bus = createPostgresWakeBus({
    db: {
      notify: (_channel, payload) => {
        payloads.push(payload);
        return new Promise((resolve) => {
          release = resolve;
        });
      },
      listen: async () => async () => undefined,
    },
    log,
    minIntervalMs: 0,
  });
  const [tenantUuid, first, second] = [newUuid(), newUuid(), newUuid()];
  bus.publish([{ tenantUuid, mailboxUuid: first, sequence: 1 }]);
  await expect.poll(() => payloads.length).toBe(1);
  for (let sequence = 2; sequence <= 500; sequence += 1)
    bus.publish([{ tenantUuid, mailboxUuid: first, sequence }]);
  bus.publish([{ tenantUuid, mailboxUuid: second, sequence: 9 }]);
  release?.();
  await expect.poll(() => payloads.length).toBe(2);
  release?.();
  expect(payloads[1]?.split("\n").slice(1)).toEqual([
    `w ${tenantUuid} ${first} 500`,
    `w ${tenantUuid} ${second} 9`,
  ]);
  await bus.close();
});

test("thousands of wake-ups and delivery changes reach the other process whole, and not the own one twice", async () => {
  const heard = { here: [] as Wake[], there: [] as Wake[], changes: [] as DeliveryChange[], gaps: 0 };
  const ignored = { onWakes() {}, onDeliveries() {}, onHints() {}, onGap() {} };
  here.bus.subscribe({ ...ignored, onWakes: (wakes) => heard.here.push(...wakes) });
  there.bus.subscribe({
    onWakes: (wakes) => heard.there.push(...wakes),
    onDeliveries: (changes) => heard.changes.push(...changes),
    onHints() {},
    onGap: () => {
      heard.gaps += 1;
    },
  });
  const tenantUuid = toUuid(fleet.tenantId);
  const wakes = upTo(2_000).map((sequence) => ({ tenantUuid, mailboxUuid: newUuid(), sequence }));
  const changes = upTo(300).map(
    (n): DeliveryChange => ({
      tenantUuid,
      mailboxUuid: newUuid(),
      messageUuid: newUuid(),
      sequence: n === 1 ? null : n,
      status: "expired",
      handling: "leased",
    }),
  );
  here.bus.publish(wakes);
  here.bus.publishDeliveries(changes);
  expect(heard.here).toEqual(wakes);
  await expect.poll(() => [heard.there.length, heard.changes.length]).toEqual([2_000, 300]);
  expect(heard.there).toEqual(wakes);
  expect(heard.changes).toEqual(changes);
  // Nothing more comes: the echo of the own process is not heard again.
  there.bus.publish([{ tenantUuid, mailboxUuid: newUuid(), sequence: 1 }]);
  await expect.poll(() => heard.here.length).toBe(2_001);
  expect(heard.gaps).toBe(0);
});

test("a payload of a newer version counts as a gap rather than as nothing", async () => {
  let gaps = 0;
  there.bus.subscribe({ onWakes() {}, onDeliveries() {}, onHints() {}, onGap: () => (gaps += 1) });
  await database.db.notify("signalbox_live", "somebody\nx 1 2 3");
  await expect.poll(() => gaps).toBe(1);
});

test("each NOTIFY that comes through the database tells how long ago its oldest item was committed", async () => {
  const lags: number[] = [];
  const bus = createPostgresWakeBus({
    db: database.db,
    log,
    channel: "measured",
    onLag: (lagMs) => lags.push(lagMs),
  });
  await bus.start();
  const startedAt = performance.now();
  bus.publish([{ tenantUuid: newUuid(), mailboxUuid: newUuid(), sequence: 1 }]);
  await expect.poll(() => lags.length).toBe(1);
  expect(lags[0]).toBeGreaterThanOrEqual(0);
  // Clocks of whole milliseconds.
  expect(lags[0]).toBeLessThanOrEqual(performance.now() - startedAt + 1);
  // Another clock that is ahead, a server of the version before, and nonsense.
  await database.db.notify("measured", `elsewhere ${Date.now() + 60_000}\ngap`);
  await database.db.notify("measured", "elsewhere\ngap");
  await database.db.notify("measured", "elsewhere soon\ngap");
  await database.db.notify("measured", `elsewhere ${Date.now() - 60_000}\ngap`);
  await expect.poll(() => lags.length).toBe(3);
  expect(lags[1]).toBe(0);
  expect(lags[2]).toBeGreaterThanOrEqual(60_000);
  await bus.close();
});
