import { setTimeout as pause } from "node:timers/promises";
import type postgres from "postgres";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import {
  type AlertEvaluator,
  type AlertEvaluatorOptions,
  createAlertEvaluator,
} from "#app/domain/alerts/evaluator.server.ts";
import { signalsOf } from "#app/domain/alerts/signals/index.ts";
import { createDatabase, type PooledDatabase } from "#db/client.server.ts";
import { newUuid, type TenantId, toTypeId, toUuid } from "#db/ids.ts";
import { type PastEvent, storePastEvents } from "#tests/domain/audit/past-events.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { createTenantFixture, silentLog } from "#tests/setup/tenant-fixture.ts";
import { alertsOf } from "./alerting.ts";

let database: TestDatabase;
let otherDb: PooledDatabase;
let tenantId: TenantId;
let otherId: TenantId;
let running: AlertEvaluator[] = [];

beforeAll(async () => {
  database = await createTestDatabase({ poolSize: 8 });
  const { tenantUrl, systemUrl } = database;
  otherDb = createDatabase({ tenantUrl, systemUrl, poolSize: 8 });
});
afterAll(async () => {
  await otherDb.close();
  await database.drop();
});
beforeEach(async () => {
  [{ tenantId }, { tenantId: otherId }] = await Promise.all([
    createTenantFixture(database.db),
    createTenantFixture(database.db),
  ]);
});
const close = async (): Promise<void> => {
  await Promise.all(running.map((one) => one.close()));
  running = [];
};
afterEach(close);

/** Nothing but what a test says happens by itself. */
const quiet = {
  log: silentLog,
  pollMs: 20,
  minIntervalMs: 1,
  pulseMs: 3_600_000,
  checks: [],
  onChanged() {},
};
function start(options: Partial<AlertEvaluatorOptions> = {}): AlertEvaluator {
  const evaluator = createAlertEvaluator({ db: database.db, ...quiet, ...options });
  running.push(evaluator);
  evaluator.start();
  return evaluator;
}

const secondsAgo = (seconds: number): string => new Date(Date.now() - seconds * 1_000).toISOString();
const userId = toTypeId("usr", "0190d8a0-0000-7000-8000-000000000001");
const failure = (ago: number, actor: string | null = userId): PastEvent => ({
  at: secondsAgo(ago),
  action: "auth.login.failed",
  actor: { kind: "user", id: actor, name: "Ada" },
  resource: { type: "user", id: actor },
  status: "failure",
  details: { method: "password", reason: "wrong_password" },
});
const store = (events: readonly PastEvent[], of = tenantId) => storePastEvents(database.owner, of, events);
const stored = (of = tenantId) => alertsOf(database.owner, of);
/** The cursor has nothing behind it that it could read. */
async function evaluated(): Promise<void> {
  await expect
    .poll(
      async () => {
        const [row] = await database.owner<{ behind: number }[]>`
          select count(*)::int as behind from audit_events event, alert_cursor cursor
          where (event.generation, event.xid, event.id) > (cursor.generation, cursor.xid, cursor.event_id)
            and event.occurred_at > now() - interval '1 day'`;
        return row?.behind;
      },
      { timeout: 20_000 },
    )
    .toBe(0);
}

test("five failed sign-ins are an alert within seconds, and whoever watches is told", async () => {
  const changed: TenantId[] = [];
  start({ onChanged: (ids) => changed.push(...ids) });
  await store([failure(290), failure(200), failure(100), failure(1)]);
  await evaluated();
  expect(await stored()).toEqual([]);
  await store([failure(0)]);
  await expect.poll(() => stored()).toMatchObject([{ count: 5, subject_id: userId, told_count: 1 }]);
  expect(changed).toEqual([tenantId]);
  await store([failure(0)]);
  await expect.poll(() => stored()).toMatchObject([{ count: 6, told_count: 1 }]);
  const events = await database.owner`
    select from alert_events where tenant_id = ${toUuid(tenantId)}`;
  expect(events).toHaveLength(6);
  const [recorded] = await database.owner`
    select details from audit_events where tenant_id = ${toUuid(tenantId)} and action = 'alert.opened'`;
  expect(recorded?.details).toMatchObject({ kind: "failed_login_threshold", count: 5 });
});

test("five over six minutes are none", async () => {
  start();
  await store([failure(360), failure(270), failure(180), failure(90), failure(0)]);
  await evaluated();
  expect(await stored()).toEqual([]);
});

test("several evaluators at a flood count each event exactly once", async () => {
  for (const db of [database.db, otherDb, database.db, otherDb]) start({ db, pageSize: 7 });
  const accounts = [1, 2, 3].map((n) => toTypeId("usr", `0190d8a0-0000-7000-8000-00000000001${n}`));
  const batches = Array.from({ length: 24 }, (_, n) =>
    Array.from({ length: 10 }, (_, i) => failure(i, accounts[(n + i) % 3])),
  );
  await Promise.all(batches.map((batch, n) => store(batch, n % 2 === 0 ? tenantId : otherId)));
  await evaluated();
  for (const of of [tenantId, otherId]) {
    const alerts = await stored(of);
    expect(alerts).toHaveLength(3);
    expect(alerts.reduce((total, { count }) => total + count, 0)).toBe(120);
    for (const alert of alerts) expect(alert).toMatchObject({ status: "open", told_count: 1 });
  }
});

/** Starts two evaluators at these events, and ends every connection of theirs while a step waits for the lock. */
async function cutInMidStep(
  events: readonly PastEvent[],
  lock: (sql: postgres.TransactionSql) => Promise<unknown>,
): Promise<void> {
  await close();
  // Before the lock, whose transaction would hold back what comes after it.
  await store(events);
  const system = new URL(database.systemUrl).username;
  await database.owner.begin(async (sql) => {
    await lock(sql);
    for (const db of [database.db, otherDb]) start({ db, log: { warn() {}, error() {} }, pageSize: 3 });
    const waiting = () => database.owner`
      select from pg_stat_activity activity join pg_locks waiting using (pid)
      where activity.usename = ${system} and not waiting.granted and activity.datname = current_database()`;
    await expect.poll(async () => (await waiting()).length, { timeout: 5_000 }).toBeGreaterThan(0);
    await database.owner`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and usename = ${system}`;
  });
}

test("what is ended in the middle of a step is neither lost nor doubled", async () => {
  start();
  await store([failure(0)]);
  await evaluated();
  await cutInMidStep(
    [failure(4), failure(3), failure(2), failure(1)],
    (sql) => sql`select from alert_rules where tenant_id = ${toUuid(tenantId)} for update`,
  );
  await expect.poll(() => stored(), { timeout: 10_000 }).toMatchObject([{ count: 5, told_count: 1 }]);
  for (const count of [7, 9, 11]) {
    await cutInMidStep(
      [failure(1), failure(0)],
      (sql) => sql`select from alerts where tenant_id = ${toUuid(tenantId)} for update`,
    );
    await expect.poll(() => stored(), { timeout: 10_000 }).toMatchObject([{ count, told_count: 1 }]);
  }
  await evaluated();
  const entries = await database.owner`
    select kind from alert_entries where tenant_id = ${toUuid(tenantId)} order by id`;
  expect(entries.map(({ kind }) => kind)).toEqual(["opened", "told"]);
});

test("an event that a kind can make nothing of, or the database nothing, is left out, and no other", async () => {
  const skipped: object[] = [];
  const log = { warn() {}, error: (fields: object) => skipped.push(fields) };
  let metered = 0;
  const metrics = { opened() {}, evaluated() {}, skipped: () => (metered += 1) };
  const [thrown, refused] = [failure(3, "usr_throws"), failure(2, "usr_refused")];
  start({
    ...{ log, pageSize: 100, metrics },
    hearing: {
      actions: ["auth.login.failed"],
      signalsOf(event) {
        if (event.actor.id === "usr_throws") throw new Error("a bug");
        const signals = signalsOf({ ...event, actor: { ...event.actor, id: userId } });
        // Longer than a key may be.
        return event.actor.id === "usr_refused"
          ? signals.map((signal) => ({ ...signal, key: "k".repeat(301) }))
          : signals;
      },
    },
  });
  const ids = await store([failure(5), failure(4), thrown, refused, failure(1), failure(0), failure(0)]);
  await expect.poll(() => stored(), { timeout: 10_000 }).toMatchObject([{ count: 5 }]);
  await evaluated();
  expect(skipped).toMatchObject([{ eventId: ids[2] }, { eventId: ids[3] }].toSorted());
  expect(metered).toBe(2);
});

test("what a transaction in progress holds back is found when that has ended", async () => {
  start();
  await evaluated();
  let [begun, end] = [(): void => {}, (): void => {}];
  const hasBegun = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const held = database.owner.begin(async (sql) => {
    await sql`select pg_current_xact_id()`;
    await new Promise<void>((resolve) => {
      end = resolve;
      begun();
    });
  });
  await hasBegun;
  await store([failure(4), failure(3), failure(2), failure(1), failure(0)]);
  await pause(100);
  const whileHeld = await stored();
  end();
  await held;
  expect(whileHeld).toEqual([]);
  await expect.poll(() => stored()).toMatchObject([{ count: 5 }]);
});

test("an idle database is left alone: nothing is written while nothing happens", async () => {
  const evaluator = start();
  await evaluated();
  const cursor = async () => (await database.owner`select xmin::text, moved_at from alert_cursor`)[0];
  const before = await cursor();
  const { looks } = evaluator.stats();
  await expect.poll(() => evaluator.stats().looks).toBeGreaterThan(looks + 5);
  expect(await cursor()).toEqual(before);
});

test("a burst of ten thousand is one alert, told once, and holds up nobody else's", async () => {
  const channel = newUuid();
  await database.owner`
    insert into alert_channels (tenant_id, id, kind, name)
    values (${toUuid(tenantId)}, ${channel}, 'webhook', 'all')`;
  for (const db of [database.db, otherDb]) start({ db });
  await store(Array.from({ length: 10_000 }, () => failure(0)));
  await store([failure(4), failure(3), failure(2), failure(1), failure(0)], otherId);
  const committedAtMs = performance.now();
  await expect.poll(() => stored(otherId), { timeout: 5_000, interval: 10 }).toMatchObject([{ count: 5 }]);
  const foundAfterMs = performance.now() - committedAtMs;
  expect(foundAfterMs).toBeLessThan(5_000);
  await evaluated();
  expect(await stored()).toMatchObject([{ count: 10_000, told_count: 1, status: "open" }]);
  const [left] = await database.owner`
    select
      (select count(*)::int from alert_hits where tenant_id = ${toUuid(tenantId)}) as hits,
      (select count(*)::int from alert_events where tenant_id = ${toUuid(tenantId)}) as events,
      (select count(*)::int from alert_entries where tenant_id = ${toUuid(tenantId)}) as entries,
      (select count(*)::int from alert_deliveries where tenant_id = ${toUuid(tenantId)}) as deliveries,
      (select count(*)::int from graphile_worker._private_jobs where key = ${`channel:${channel}`}) as jobs`;
  expect(left).toEqual({ hits: 0, events: 50, entries: 2, deliveries: 1, jobs: 1 });
});

test("what nobody hears of is looked at once, and lies behind the cursor then", async () => {
  await database.owner`
    insert into audit_events (tenant_id, id, actor_kind, action, resource_type, status)
    select ${toUuid(otherId)}, gen_random_uuid(), 'agent', 'message.sent', 'message', 'success'
    from generate_series(1, 20000)`;
  start();
  await evaluated();
  await close();
  await store([failure(0)]);
  const [{ rows }] = await database.owner<[{ rows: number }]>`
    select count(*)::int as rows from audit_events event, alert_cursor cursor
    where (event.generation, event.xid, event.id) > (cursor.generation, cursor.xid, cursor.event_id)`;
  expect(rows).toBe(1);
});
