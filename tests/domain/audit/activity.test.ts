import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  type ActivityCursor,
  comparePlaces,
  decodeActivityCursor,
  encodeActivityCursor,
  noEvent,
} from "#app/domain/audit/activity-place.ts";
import { type ReadActivityOptions, readActivity } from "#app/domain/audit/read-activity.server.ts";
import { readHorizon } from "#app/domain/audit/read-tail.server.ts";
import {
  type AuditTail,
  createAuditTail,
  type TailBatch,
} from "#app/domain/audit/tail-audit-events.server.ts";
import { newUuid, toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { createTenantFixture, silentLog, type TenantFixture } from "#tests/setup/tenant-fixture.ts";
import { writeSlowly } from "./slow-writers.ts";

let database: TestDatabase;
let tenant: TenantFixture;
let other: TenantFixture;

beforeAll(async () => {
  database = await createTestDatabase({ poolSize: 12 });
});
afterAll(() => database.drop());
beforeEach(async () => {
  // Of the test alone, and nothing of them held back any more by a transaction in progress anywhere.
  [tenant, other] = await Promise.all([createTenantFixture(database.db), createTenantFixture(database.db)]);
  const [written] = await database.owner`
    select count(*)::int as events from audit_events where tenant_id = ${toUuid(tenant.tenantId)}`;
  await expect.poll(async () => (await read({ limit: 200 })).events.length).toBe(written?.events);
});

const read = (options: Partial<ReadActivityOptions> = {}) =>
  readActivity(database.db, tenant.admin, { start: "oldest", limit: 50, ...options });
const cursorOf = (text: string): ActivityCursor | undefined => decodeActivityCursor(text);
/** Of what the tests write, without what made their tenants. */
const reasonsOf = (events: readonly { action: string; details: Record<string, unknown> }[]) =>
  events.filter(({ action }) => action === "agent.paused").map(({ details }) => String(details.reason));

describe("the activity's cursor", () => {
  test("misses nothing and repeats nothing while transactions commit in any order", async () => {
    let cursor = cursorOf((await read({ start: "newest" })).cursor);
    const got: string[] = [];
    const readOn = async (): Promise<boolean> => {
      const page = await read({ cursor, limit: 7 });
      got.push(...reasonsOf(page.events));
      cursor = cursorOf(page.cursor);
      return page.events.length > 0;
    };
    let isWriting = true;
    const writing = writeSlowly(database.db, tenant.admin, { writers: 8, transactions: 20 }).finally(() => {
      isWriting = false;
    });
    while (isWriting) await readOn();
    const written = await writing;
    await expect
      .poll(async () => {
        await readOn();
        return got.length;
      })
      .toBe(written.length);
    expect(got.toSorted()).toEqual(written);
  });

  test("begins at the oldest event or at the end, and goes on by pages", async () => {
    const all = await read({ limit: 200 });
    expect(all.events.length).toBeGreaterThan(3);
    const first = await read({ limit: 2 });
    expect(first).toMatchObject({ hasMore: true, reset: null });
    const second = await read({ limit: 2, cursor: cursorOf(first.cursor) });
    expect([...first.events, ...second.events]).toEqual(all.events.slice(0, 4));
    // Each event's own cursor is as good as its page's.
    expect((await read({ limit: 1, cursor: cursorOf(first.events[0]?.cursor ?? "") })).events).toEqual(
      all.events.slice(1, 2),
    );
    const end = await read({ start: "newest" });
    expect(end).toMatchObject({ events: [], hasMore: false });
  });

  test("from another cluster, or from beyond the present, is answered with a reset", async () => {
    const end = cursorOf((await read({ start: "newest" })).cursor);
    if (end === undefined) throw new Error("The end has no cursor");
    for (const [foreign, reset] of [
      [{ ...end, cluster: "00000000" }, "generation"],
      [{ ...end, generation: end.generation + 1 }, "generation"],
      [{ ...end, xid: end.xid + 1_000_000n }, "ahead"],
    ] as const) {
      const page = await read({ cursor: foreign });
      expect(page).toMatchObject({ events: [], reset });
      expect((await read({ cursor: cursorOf(page.cursor) })).reset).toBeNull();
    }
  });

  test("has one form", () => {
    const place = { generation: 3, cluster: "0a1b2c3d", xid: 18_446_744n, uuid: newUuid() };
    expect(decodeActivityCursor(encodeActivityCursor(place))).toEqual(place);
    const good = encodeActivityCursor({ ...place, uuid: noEvent });
    for (const bad of [
      "",
      "1",
      `${good}x`,
      good.toUpperCase(),
      good.replace("3.", "03."),
      good.replace("3.", "99999."),
    ])
      expect(decodeActivityCursor(bad)).toBeUndefined();
  });

  test("shows nothing of another tenant", async () => {
    await writeSlowly(database.db, other.admin, { writers: 1, transactions: 1, maxOpenMs: 0 });
    const { events } = await read({ limit: 200 });
    expect(new Set(events.map(({ tenantId }) => tenantId))).toEqual(new Set([tenant.tenantId]));
  });
});

describe("the tail", () => {
  let tail: AuditTail;
  const follow = async () => {
    const batches: TailBatch[] = [];
    const stop = tail.subscribe((batch) => batches.push(batch));
    await tail.ready();
    return { batches, stop, events: () => batches.flatMap(({ events }) => events) };
  };

  test("brings each event once and in order, of all tenants, by wake-ups alone", async () => {
    tail = createAuditTail({ db: database.db, log: silentLog, pollMs: 600_000 });
    const { events, stop } = await follow();
    const woken = setInterval(() => tail.wake(), 5);
    const written = (
      await Promise.all([
        writeSlowly(database.db, tenant.admin, { writers: 6, transactions: 10, name: "tailed " }),
        writeSlowly(database.db, other.admin, { writers: 2, transactions: 10, name: "tailed " }),
      ])
    ).flat();
    const tailed = () =>
      reasonsOf(events().map(({ log }) => log)).filter((reason) => reason.startsWith("tailed"));
    await expect.poll(() => tailed().length).toBe(written.length);
    clearInterval(woken);
    expect(tailed().sort()).toEqual(written.sort());
    const places = events().map(({ place }) => place);
    expect(places.toSorted(comparePlaces)).toEqual(places);
    stop();
    await tail.close();
  });

  test("finds by its poll what no wake-up told of, and what an older transaction held back", async () => {
    tail = createAuditTail({ db: database.db, log: silentLog, pollMs: 20 });
    const { events, stop } = await follow();
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let hasBegun = (): void => undefined;
    const begun = new Promise<void>((resolve) => {
      hasBegun = resolve;
    });
    const older = database.db.withSql(async (sql) => {
      await sql`select pg_current_xact_id()`;
      hasBegun();
      await released;
    });
    await begun;
    // What made the tenants may come late as well, where another file's transaction held it back.
    const held = () =>
      reasonsOf(events().map(({ log }) => log)).filter((reason) => reason.startsWith("held "));
    try {
      await writeSlowly(database.db, tenant.admin, {
        ...{ writers: 1, transactions: 1, maxOpenMs: 0, name: "held " },
      });
      await expect.poll(() => tail.stats().heldSinceMs).not.toBeNull();
      expect(held()).toEqual([]);
    } finally {
      // Left open it would hold back the readers of every database of the cluster.
      release();
      await older;
    }
    await expect.poll(() => held().length).toBe(2);
    await expect.poll(() => tail.stats().heldSinceMs).toBeNull();
    stop();
    await tail.close();
  });

  test("looks at nothing while nobody listens, and begins at the end for who comes next", async () => {
    tail = createAuditTail({ db: database.db, log: silentLog, pollMs: 600_000 });
    const first = await follow();
    first.stop();
    await expect.poll(() => tail.head).toBeUndefined();
    const { looks } = tail.stats();
    await writeSlowly(database.db, tenant.admin, { writers: 1, transactions: 1, maxOpenMs: 0 });
    tail.wake();
    expect(tail.stats().looks).toBe(looks);
    const second = await follow();
    const end = await database.db.withSql(readHorizon, { readOnly: true });
    expect(tail.head && comparePlaces(tail.head, end.place)).toBeLessThanOrEqual(0);
    await writeSlowly(database.db, tenant.admin, {
      ...{ writers: 1, transactions: 1, maxOpenMs: 0, name: "seen " },
    });
    tail.wake();
    // What was written before may still have been held back when it began, and comes as well.
    const seen = () =>
      reasonsOf(second.events().map(({ log }) => log)).filter((reason) => reason.startsWith("seen "));
    await expect.poll(() => seen().length).toBe(2);
    expect(first.events()).toEqual([]);
    await tail.close();
  });
});
