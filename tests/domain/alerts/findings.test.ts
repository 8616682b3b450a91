import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { runChecks } from "#app/domain/alerts/run-checks.server.ts";
import type { Finding } from "#app/domain/alerts/signal.ts";
import type { StateCheck } from "#app/domain/alerts/states/state-check.ts";
import { createStepper } from "#app/domain/alerts/stepper.server.ts";
import { newUuid, type TenantId, toTypeId, toUuid } from "#db/ids.ts";
import { storePastEvents } from "#tests/domain/audit/past-events.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { createTenantFixture, silentLog } from "#tests/setup/tenant-fixture.ts";
import { alertsOf } from "./alerting.ts";

let database: TestDatabase;
let tenantId: TenantId;
/** What is wrong at the moment. */
let found: Finding[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  ({ tenantId } = await createTenantFixture(database.db));
  await database.owner`
    insert into alert_channels (tenant_id, id, kind, name, addresses)
    values (${toUuid(tenantId)}, ${newUuid()}, 'email', 'Mail', '{"a@example.com"}')`;
});

const check: StateCheck = {
  ...{ kind: "error_rate", keyPrefix: "messages", everySeconds: 5 },
  find: async () => found,
};
const failing = (): Finding => ({
  ...{ tenantId, kind: "error_rate", key: "messages", value: 50 },
  subject: { type: "tenant", id: tenantId, name: null },
  facts: { failed: 50, total: 100 },
});
const look = async (findings: Finding[], options: { tenantIds?: TenantId[]; of?: StateCheck } = {}) => {
  found = findings;
  await runChecks({
    ...{ db: database.db, log: silentLog, checks: [options.of ?? check] },
    tenantIds: options.tenantIds,
  });
};
const stored = () => alertsOf(database.owner, tenantId);
const told = async (): Promise<unknown[]> => {
  const rows = await database.owner`
    select reason from alert_deliveries where tenant_id = ${toUuid(tenantId)} order by id`;
  return rows.map(({ reason }) => reason);
};

test("what comes and goes within its cooldown is told to begin once and to end once", async () => {
  await look([failing()], { tenantIds: [tenantId] });
  for (let n = 0; n < 3; n++) {
    await look([]);
    expect(await stored()).toMatchObject([{ status: "resolved" }]);
    await look([failing()]);
    expect(await stored()).toMatchObject([{ status: "open", count: n + 2 }]);
  }
  await look([]);
  expect(await told()).toEqual(["opened", "resolved"]);
});

test("a rule that takes it for worse now is told of once, however often it is looked at", async () => {
  await look([failing()], { tenantIds: [tenantId] });
  await database.owner`
    update alert_rules set severity = 'critical' where tenant_id = ${toUuid(tenantId)} and kind = 'error_rate'`;
  for (let n = 0; n < 3; n++) await look([failing()]);
  expect(await stored()).toMatchObject([{ severity: "critical", told_count: 2 }]);
  expect(await told()).toEqual(["opened", "escalated"]);
});

test("what others find while it is looked for everywhere is not over", async () => {
  const slow: StateCheck = {
    ...check,
    async find() {
      await look([failing()], { tenantIds: [tenantId] });
      return [];
    },
  };
  await look([], { of: slow });
  expect(await stored()).toMatchObject([{ status: "open" }]);
  await look([]);
  expect(await stored()).toMatchObject([{ status: "resolved" }]);
});

const userId = toTypeId("usr", newUuid());
const fail = (times: number) =>
  storePastEvents(
    database.owner,
    tenantId,
    Array.from({ length: times }, () => ({
      at: new Date().toISOString(),
      action: "auth.login.failed",
      actor: { kind: "user" as const, id: userId, name: "Ada" },
      resource: { type: "user", id: userId },
      status: "failure" as const,
      details: { method: "password", reason: "wrong_password" },
    })),
  );

/** Another database's transaction in the same cluster may hold back for a moment what was recorded. */
const untilThere = <T>(look: () => Promise<T>) => expect.poll(look, { timeout: 20_000 });

test("who goes to the end of the trail is ready although more is recorded all the time", async () => {
  await fail(5);
  let times = 0;
  const stepper = createStepper({
    ...{ db: database.db, log: silentLog },
    async onChanged() {
      times += 1;
      if (times < 50) await fail(1);
    },
  });
  await untilThere(async () => {
    await stepper.toTheEnd();
    return (await stored()).length;
  }).toBe(1);
  expect(times).toBe(1);
  expect(await stored()).toMatchObject([{ count: 5 }]);
});

test("a step that fails whatever is left out ends in its error instead of being taken for ever", async () => {
  await fail(3);
  await database.owner.unsafe(`
    create function refuse() returns trigger language plpgsql as $$ begin raise 'not now'; end $$;
    create trigger refuse before update on alert_cursor for each row execute function refuse()`);
  const stepper = createStepper({ db: database.db, log: { warn() {}, error() {} }, onChanged() {} });
  await untilThere(() => stepper.toTheEnd().catch(String)).toMatch("not now");
  await database.owner.unsafe("drop trigger refuse on alert_cursor; drop function refuse()");
  await untilThere(async () => {
    await stepper.toTheEnd();
    return database.owner`
      select event.id from audit_events event, alert_cursor cursor
      where (event.generation, event.xid, event.id) > (cursor.generation, cursor.xid, cursor.event_id)`;
  }).toEqual([]);
});
