import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRepeatedEvents } from "#app/domain/audit/repeated-events.server.ts";
import { createUnrecordedEvents } from "#app/domain/audit/unrecorded-events.server.ts";
import type { Database } from "#db/database.ts";
import { SYSTEM_TENANT_ID, toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { silentLog } from "#tests/setup/tenant-fixture.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const repeated = (name: string, waits: { quietMs?: number; firstWaitMs?: number }, db = database.db) =>
  createRepeatedEvents<string>({
    ...{ db, log: silentLog, failure: "no", gatherMs: 5, ...waits },
    kindOf: (limit) => limit,
    keep: (limit) => limit,
    toEvent: (limit, refusals) => ({
      ...{ tenantId: SYSTEM_TENANT_ID, actor: { kind: "user", id: null, name: null }, request: null },
      ...{ action: "rate_limit.refused", status: "denied", resource: { id: name } },
      details: { limit, refusals },
    }),
  });
const told = async (name: string): Promise<number[]> => {
  const rows = await database.owner<{ refusals: number }[]>`
    select (details ->> 'refusals')::int as refusals from audit_events
    where tenant_id = ${toUuid(SYSTEM_TENANT_ID)} and resource_id = ${name} order by id`;
  return rows.map(({ refusals }) => refusals);
};
const times = (n: number, work: () => void) => {
  for (let i = 0; i < n; i++) work();
};

describe("what may happen as often as somebody likes", () => {
  it("is told at once, and again as soon as four times as many have come; the rest waits", async () => {
    const events = repeated("growing", { firstWaitMs: 600_000, quietMs: 600_000 });
    events.note("x");
    await expect.poll(() => told("growing")).toEqual([1]);
    times(3, () => events.note("x"));
    events.note("y");
    await expect.poll(() => told("growing")).toEqual([1, 1]);
    events.note("x");
    await expect.poll(() => told("growing")).toEqual([1, 1, 4]);
    times(15, () => events.note("x"));
    await events.close();
    expect(await told("growing")).toEqual([1, 1, 4, 15]);
  });

  it("is told after a while of a burst that is over, though it has not grown so much", async () => {
    const events = repeated("over", { firstWaitMs: 50, quietMs: 600_000 });
    times(40, () => events.note("x"));
    await expect.poll(() => told("over")).toEqual([40]);
    times(20, () => events.note("x"));
    await expect.poll(() => told("over")).toEqual([40, 20]);
    await events.close();
  });

  it("is told a few times and then once a while, however long it goes on", async () => {
    const events = repeated("flood", { firstWaitMs: 20, quietMs: 600_000 });
    const until = performance.now() + 1_500;
    while (performance.now() < until) {
      events.note("x");
      await new Promise(setImmediate);
    }
    await events.flush();
    await events.close();
    // Waits of 20, 40, 80 … ms, and some for what it has grown at its beginning.
    expect((await told("flood")).length).toBeLessThan(15);
  });
});

describe("events that could not be recorded", () => {
  it("are told of once the database takes them", async () => {
    let isAway = true;
    const away: Database = {
      ...database.db,
      withSql: (work, options) =>
        isAway ? Promise.reject(new Error("away")) : database.db.withSql(work, options),
    };
    const logged: string[] = [];
    const log = { error: (_: object, message: string) => logged.push(message) };
    const unrecorded = createUnrecordedEvents({ db: away, log });
    times(3, () => unrecorded.note(undefined));
    await expect.poll(() => logged, { timeout: 5_000 }).toHaveLength(1);
    isAway = false;
    const found = () => database.owner`select details from audit_events where action = 'audit.not_recorded'`;
    await expect.poll(found, { timeout: 5_000 }).toMatchObject([{ details: { events: 3 } }]);
    await unrecorded.close();
  });
});
