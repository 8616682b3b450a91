import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Signal } from "#app/domain/alerts/signal.ts";
import { newId, newUuid, type TenantId, toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { createTenantFixture } from "#tests/setup/tenant-fixture.ts";
import { aFailure, alertsOf, apply } from "./alerting.ts";

let database: TestDatabase;
let tenantId: TenantId;
let otherId: TenantId;
const now = new Date();
const secondsAgo = (seconds: number): Date => new Date(now.getTime() - seconds * 1_000);

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  [{ tenantId }, { tenantId: otherId }] = await Promise.all([
    createTenantFixture(database.db),
    createTenantFixture(database.db),
  ]);
});

const failures = (...ago: number[]): Signal[] =>
  ago.map((seconds) => aFailure(tenantId, secondsAgo(seconds)));
const applied = (signals: readonly Signal[]) => apply(database.db, signals, now);
const stored = (of = tenantId) => alertsOf(database.owner, of);
const hits = async (): Promise<number> => {
  const [row] = await database.owner<{ hits: number }[]>`
    select count(*)::int as hits from alert_hits where tenant_id = ${toUuid(tenantId)}`;
  return row?.hits ?? 0;
};

test("five failures in five minutes are one alert, and the sixth is counted in it", async () => {
  await applied(failures(300, 250, 200, 100));
  expect(await stored()).toEqual([]);
  await applied(failures(0));
  expect(await stored()).toMatchObject([
    { kind: "failed_login_threshold", count: 5, severity: "warning", status: "open", told_count: 1 },
  ]);
  expect(await hits()).toBe(0);
  await applied(failures(0));
  expect(await stored()).toMatchObject([{ count: 6, told_count: 1 }]);
  expect(await hits()).toBe(0);
});

test("four are none, and neither are five over six minutes", async () => {
  await applied(failures(360, 270, 180, 90));
  await applied(failures(0));
  expect(await stored()).toEqual([]);
  // One more, and there are five within five.
  await applied(failures(1));
  expect(await stored()).toMatchObject([{ count: 5 }]);
});

test("it matters when they happened and not in which order they are heard of", async () => {
  await applied(failures(0, 3_600));
  await applied(failures(40, 3_500));
  await applied(failures(30, 20));
  expect(await stored()).toEqual([]);
  await applied(failures(10));
  const [alert, ...others] = await stored();
  expect(others).toEqual([]);
  expect(alert).toMatchObject({ count: 5, first_at: secondsAgo(40), last_at: now });
});

test("the same occurrence counts once for a key, and those told of together count together", async () => {
  const signal = aFailure(tenantId, now);
  await applied([signal, { ...signal, eventId: newId("evt") }]);
  await applied([signal]);
  expect(await hits()).toBe(1);
  await applied([aFailure(tenantId, now, { weight: 4 })]);
  expect(await stored()).toMatchObject([{ count: 5 }]);
});

test("what an account's alert counts is not counted for its address as well", async () => {
  const both = (userKey: string): Signal[] => {
    const signal = aFailure(tenantId, now, { key: userKey });
    return [signal, { ...signal, key: "address:ab", yieldsTo: userKey }];
  };
  await applied(["user:1", "user:1", "user:1", "user:1", "user:1", "user:1"].flatMap(both));
  expect(await stored()).toMatchObject([{ fingerprint: expect.stringMatching(/user:1$/), count: 6 }]);
  expect(await hits()).toBe(0);
  await applied(both("user:1"));
  // Of an address that tries one account after the other, no account has too many.
  await applied(["user:2", "user:3", "user:2", "user:4"].flatMap(both));
  expect(await stored()).toHaveLength(1);
  await applied(both("user:5"));
  expect(await stored()).toMatchObject([
    { count: 7 },
    { fingerprint: expect.stringMatching(/address:ab$/), count: 5 },
  ]);
});

test("once resolved, it needs as many again, and is another alert that is told at once", async () => {
  await applied(failures(9, 8, 7, 6, 5));
  await database.owner`
    update alerts set status = 'resolved', resolved_at = now(), resolved_by = 'usr_1'
    where tenant_id = ${toUuid(tenantId)}`;
  await applied(failures(4, 3, 2, 1));
  expect(await stored()).toHaveLength(1);
  await applied(failures(0));
  expect(await stored()).toMatchObject([
    { status: "resolved", count: 5 },
    { status: "open", count: 5, told_count: 1 },
  ]);
});

test("goes on being told once in each cooldown, while nobody has acknowledged it", async () => {
  const told = async () => (await stored())[0]?.told_count;
  const happen = () => applied([aFailure(tenantId, now, { weight: 5 })]);
  const age = (seconds: number) => database.owner`
    update alerts set told_at = ${secondsAgo(seconds)} where tenant_id = ${toUuid(tenantId)}`;
  await happen();
  await age(3_599);
  await happen();
  expect(await told()).toBe(1);
  await age(3_600);
  await happen();
  await happen();
  expect(await told()).toBe(2);
  await database.owner`update alerts set status = 'acknowledged' where tenant_id = ${toUuid(tenantId)}`;
  await age(7_200);
  await happen();
  expect(await told()).toBe(2);
  expect(await stored()).toMatchObject([{ count: 25 }]);
});

test("steps are told at once, however lately the last one was", async () => {
  const step = (percent: number, key = "agent:1:2026-11"): Signal =>
    aFailure(tenantId, now, { kind: "usage_threshold", key, step: percent, facts: { percent } });
  await applied([step(50)]);
  expect(await stored()).toEqual([]);
  await applied([step(80)]);
  await applied([step(100)]);
  await database.owner`update alerts set status = 'acknowledged' where tenant_id = ${toUuid(tenantId)}`;
  await applied([step(150), step(100)]);
  await applied([step(80)]);
  expect(await stored()).toMatchObject([{ step: 150, told_count: 3, count: 5 }]);
  const [row] = await database.owner`select facts from alerts where tenant_id = ${toUuid(tenantId)}`;
  expect(row?.facts).toEqual({ percent: 150 });
  await applied([step(80, "agent:1:2026-12")]);
  expect(await stored()).toHaveLength(2);
});

test("nobody is told of what is snoozed or silenced, but it is counted", async () => {
  await database.owner`
    insert into alert_silences (tenant_id, id, kind, max_severity, reason, ends_at)
    values (${toUuid(tenantId)}, ${newUuid()}, 'failed_login_threshold', 'warning', 'maintenance', now() + interval '1 hour')`;
  await applied(failures(4, 3, 2, 1, 0));
  await applied(failures(0));
  expect(await stored()).toMatchObject([{ count: 6, told_at: null, told_count: 0 }]);
  await database.owner`
    update alert_silences set starts_at = now() - interval '2 minutes', ends_at = now() - interval '1 minute'
    where tenant_id = ${toUuid(tenantId)}`;
  await database.owner`
    update alerts set snoozed_until = now() + interval '1 hour' where tenant_id = ${toUuid(tenantId)}`;
  await applied(failures(0));
  expect(await stored()).toMatchObject([{ count: 7, told_at: null }]);
  await database.owner`update alerts set snoozed_until = now() where tenant_id = ${toUuid(tenantId)}`;
  await applied(failures(0));
  expect(await stored()).toMatchObject([{ count: 8, told_count: 1 }]);
});

test("a silence of something else, or of lesser alerts, holds nothing back", async () => {
  await database.owner`
    insert into alert_silences (tenant_id, id, kind, subject_id, max_severity, reason, ends_at)
    select ${toUuid(tenantId)}, gen_random_uuid(), kind, subject, severity, 'r', now() + interval '1 hour'
    from (values ('rate_limit', null, 'critical'), (null, 'usr_2', 'critical'), (null, null, 'info'))
      as silence (kind, subject, severity)`;
  await applied(failures(4, 3, 2, 1, 0));
  expect(await stored()).toMatchObject([{ told_count: 1 }]);
});

test("is one tenant's alone, by its own rules", async () => {
  await applied([
    ...failures(4, 3, 2),
    ...failures(1, 0).map((signal) => ({ ...signal, tenantId: otherId })),
  ]);
  expect([await stored(), await stored(otherId)]).toEqual([[], []]);
  await database.owner`
    update alert_rules set threshold = 3, severity = 'critical'
    where tenant_id = ${toUuid(otherId)} and kind = 'failed_login_threshold'`;
  await applied([aFailure(otherId, now)]);
  expect(await stored(otherId)).toMatchObject([{ count: 3, severity: "critical" }]);
  expect(await stored()).toEqual([]);
  await database.owner`
    update alert_rules set enabled = false where tenant_id = ${toUuid(tenantId)}`;
  await applied([aFailure(tenantId, now, { weight: 10 })]);
  expect(await stored()).toEqual([]);
});

test("what is a day old is history", async () => {
  await applied([aFailure(tenantId, secondsAgo(86_401), { weight: 10 })]);
  expect(await stored()).toEqual([]);
});

test("each channel that lets it through has one delivery, and one job, however many alerts there are", async () => {
  const [all, critical, others, disabled] = [newUuid(), newUuid(), newUuid(), newUuid()];
  await database.owner`
    insert into alert_channels (tenant_id, id, kind, name, min_severity, rule_kinds, status)
    values (${toUuid(tenantId)}, ${all}, 'webhook', 'all', 'info', null, 'active'),
      (${toUuid(tenantId)}, ${critical}, 'webhook', 'critical', 'critical', null, 'active'),
      (${toUuid(tenantId)}, ${others}, 'webhook', 'others', 'info', '{rate_limit}', 'active'),
      (${toUuid(tenantId)}, ${disabled}, 'webhook', 'disabled', 'info', null, 'disabled'),
      (${toUuid(otherId)}, ${newUuid()}, 'webhook', 'another tenant', 'info', null, 'active')`;
  await applied(["1", "2", "3"].map((user) => aFailure(tenantId, now, { key: `user:${user}`, weight: 5 })));
  const deliveries = await database.owner`
    select channel_id, reason, status, content->>'status' as alert_status, content->>'id' as alert,
      content->>'toldAt' as told_at
    from alert_deliveries where tenant_id in (${toUuid(tenantId)}, ${toUuid(otherId)})`;
  expect(deliveries).toHaveLength(3);
  for (const delivery of deliveries)
    expect(delivery).toMatchObject({
      ...{ channel_id: all, reason: "opened", status: "pending", alert_status: "open" },
      ...{ alert: expect.stringMatching(/^alr_/), told_at: expect.stringMatching(/^20/) },
    });
  const jobs = await database.owner`
    select key from graphile_worker._private_jobs where key like 'channel:%'`;
  expect(jobs.filter(({ key }) => key.endsWith(all))).toHaveLength(1);
});
