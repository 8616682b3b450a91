import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ensureRules } from "#app/domain/alerts/ensure-rules.server.ts";
import { createAlertEvaluator } from "#app/domain/alerts/evaluator.server.ts";
import { runChecks } from "#app/domain/alerts/run-checks.server.ts";
import type { Finding } from "#app/domain/alerts/signal.ts";
import type { StateCheck } from "#app/domain/alerts/states/state-check.ts";
import { sweepAlerts } from "#app/domain/alerts/sweep-alerts.server.ts";
import { newUuid, type TenantId, toUuid } from "#db/ids.ts";
import { storePastEvents } from "#tests/domain/audit/past-events.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { createTenantFixture, silentLog } from "#tests/setup/tenant-fixture.ts";
import { aFailure, alertsOf, apply } from "./alerting.ts";

let database: TestDatabase;
let tenantId: TenantId;
let found: Finding[] = [];
/** What is found is what a test says. */
const check: StateCheck = {
  kind: "audit_integrity",
  keyPrefix: "lag:",
  everySeconds: 5,
  async find() {
    return found;
  },
};

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  ({ tenantId } = await createTenantFixture(database.db));
  await database.db.withSql((sql) => ensureRules(sql, [tenantId]));
  await database.owner`
    insert into alert_channels (tenant_id, id, kind, name)
    values (${toUuid(tenantId)}, ${newUuid()}, 'webhook', 'all')`;
});

const late = (seconds: number): Finding => ({
  ...{ tenantId, kind: "audit_integrity", key: "lag:seal", value: seconds },
  subject: { type: "service", id: "seal", name: null },
  facts: { problem: "seal_lag", seconds },
});
async function look(...findings: Finding[]) {
  found = findings;
  return runChecks({ db: database.db, log: silentLog, checks: [check] });
}
const stored = () => alertsOf(database.owner, tenantId);
const deliveries = async (): Promise<string[]> => {
  const rows = await database.owner<{ reason: string }[]>`
    select reason from alert_deliveries where tenant_id = ${toUuid(tenantId)} order by id`;
  return rows.map(({ reason }) => reason);
};
const ago = (column: "told_at" | "resolved_at", seconds: number) => database.owner`
  update alerts set ${database.owner(column)} = now() - ${seconds} * interval '1 second'
  where tenant_id = ${toUuid(tenantId)}`;

test("what is wrong is one alert for as long as it lasts, and resolves itself", async () => {
  expect((await look(late(599))).opened).toEqual([]);
  expect(await look(late(600))).toEqual({ opened: ["audit_integrity"], tenantIds: new Set([tenantId]) });
  expect((await look(late(605))).opened).toEqual([]);
  expect(await stored()).toMatchObject([{ status: "open", count: 1, severity: "critical" }]);
  expect(await look()).toEqual({ opened: [], tenantIds: new Set([tenantId]) });
  expect(await stored()).toMatchObject([{ status: "resolved", resolved_by: null }]);
  expect(await deliveries()).toEqual(["opened", "resolved"]);
  const recorded = await database.owner`
    select action, actor_kind from audit_events where tenant_id = ${toUuid(tenantId)} and action like 'alert.%'
    order by id`;
  expect(recorded).toEqual([
    { action: "alert.opened", actor_kind: "system" },
    { action: "alert.resolved", actor_kind: "system" },
  ]);
});

test("back within the cooldown it is the same alert, silently; after that another one", async () => {
  await look(late(700));
  await look();
  await look(late(700));
  expect(await stored()).toMatchObject([{ status: "open", count: 2, told_count: 1 }]);
  await look();
  await ago("resolved_at", 3_601);
  await look(late(700));
  expect(await stored()).toMatchObject([{ status: "resolved" }, { status: "open", told_count: 1 }]);
});

test("back within the cooldown but told before it, people are told that it has come back", async () => {
  await look(late(700));
  await look();
  await ago("told_at", 3_601);
  await look(late(700));
  expect(await deliveries()).toEqual(["opened", "resolved", "reopened"]);
});

test("what a person has resolved is another alert when it is found again", async () => {
  await look(late(700));
  await database.owner`
    update alerts set status = 'resolved', resolved_at = now(), resolved_by = 'usr_1'
    where tenant_id = ${toUuid(tenantId)}`;
  await look(late(700));
  expect(await stored()).toMatchObject([{ status: "resolved" }, { status: "open", told_count: 1 }]);
});

test("what goes on is told again once in each cooldown", async () => {
  await look(late(700));
  await ago("told_at", 3_601);
  await look(late(700));
  await look(late(700));
  expect(await deliveries()).toEqual(["opened", "again"]);
});

test("a look that fails, or at one tenant only, ends nothing", async () => {
  await look(late(700));
  const failing = { ...check, find: () => Promise.reject(new Error("away")) };
  const warned: string[] = [];
  const log = { ...silentLog, warn: (_: object, message: string) => warned.push(message) };
  await runChecks({ db: database.db, log, checks: [failing] });
  found = [];
  await runChecks({ db: database.db, log: silentLog, checks: [check], tenantIds: [tenantId] });
  expect(warned).toHaveLength(1);
  expect(await stored()).toMatchObject([{ status: "open" }]);
});

test("another check of the same kind leaves its alerts alone", async () => {
  await look(late(700));
  await runChecks({ db: database.db, log: silentLog, checks: [{ ...check, keyPrefix: "damage" }] });
  expect(await stored()).toMatchObject([{ status: "open" }]);
});

test("of several processes one looks at a time, and all of them often enough", async () => {
  let looks = 0;
  const counted = {
    ...check,
    async find() {
      looks += 1;
      return [];
    },
  };
  const options = { db: database.db, log: silentLog, onChanged() {}, checks: [counted], pulseMs: 200 };
  const evaluators = [1, 2, 3].map(() => createAlertEvaluator(options));
  await database.owner`update alert_cursor set swept_at = now(), pulsed_at = null`;
  for (const one of evaluators) one.start();
  await expect.poll(() => looks).toBe(1);
  // Its turn comes every five seconds by the clock, however many there are.
  await database.owner`update alert_cursor set pulsed_at = now() - interval '6 seconds'`;
  await expect.poll(() => looks).toBeGreaterThanOrEqual(2);
  await Promise.all(evaluators.map((one) => one.close()));
  expect(looks).toBeLessThanOrEqual(4);
});

test("a check that hears of an action is made at once, for the tenant in which it was recorded", async () => {
  const asked: unknown[] = [];
  const heard: StateCheck = {
    ...check,
    actions: ["message.failed"],
    async find(_, { tenantIds, rules }) {
      asked.push(
        tenantIds,
        rules.map((rule) => rule.tenantId),
      );
      return [late(700)];
    },
  };
  const evaluator = createAlertEvaluator({
    ...{ db: database.db, log: silentLog, onChanged() {}, checks: [heard], pollMs: 20, pulseMs: 3_600_000 },
  });
  evaluator.start();
  await storePastEvents(database.owner, tenantId, [
    { at: new Date().toISOString(), action: "message.failed" },
  ]);
  await expect.poll(stored).toMatchObject([{ status: "open" }]);
  await evaluator.close();
  expect(asked).toEqual([[tenantId], [tenantId]]);
});

test("the sweep wakes what was snoozed, forgets old hits, gives rules to who has none, and catches up", async () => {
  const { tenantId: newId } = await createTenantFixture(database.db);
  const now = new Date();
  await apply(
    database.db,
    [aFailure(tenantId, now, { weight: 5 }), aFailure(tenantId, now, { key: "old" })],
    now,
  );
  await database.owner`
    update alert_hits set occurred_at = now() - interval '25 hours' where tenant_id = ${toUuid(tenantId)}`;
  await database.owner`
    update alerts set snoozed_until = now() - interval '1 second' where tenant_id = ${toUuid(tenantId)}`;
  await storePastEvents(
    database.owner,
    newId,
    [5, 4, 3, 2, 1].map((seconds) => ({
      at: new Date(now.getTime() - seconds * 1_000).toISOString(),
      action: "auth.login.failed",
      actor: { kind: "user", id: "usr_01h455vb4pex5vsknk084sn02q", name: "Ada" },
      details: { method: "password", reason: "wrong_password" },
    })),
  );
  const changed = new Set<TenantId>();
  const sweep = () =>
    sweepAlerts({
      ...{ db: database.db, log: silentLog, checks: [] },
      onChanged(tenantIds) {
        for (const id of tenantIds) changed.add(id);
      },
    });
  // Another database's transaction in the same cluster may hold back for a moment what was recorded.
  await expect
    .poll(
      async () => {
        await sweep();
        return (await alertsOf(database.owner, newId)).length;
      },
      { timeout: 20_000 },
    )
    .toBe(1);
  expect(await stored()).toMatchObject([{ snoozed_until: null, told_count: 2 }]);
  expect(await deliveries()).toEqual(["opened", "unsnoozed"]);
  expect(await alertsOf(database.owner, newId)).toMatchObject([{ count: 5 }]);
  expect([...changed].sort()).toEqual([tenantId, newId].sort());
  const [left] = await database.owner`
    select count(*)::int as hits from alert_hits where tenant_id = ${toUuid(tenantId)}`;
  expect(left?.hits).toBe(0);
});
