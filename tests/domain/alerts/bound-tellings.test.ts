import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { maxTellings } from "#app/domain/alerts/bound-tellings.server.ts";
import type { Signal } from "#app/domain/alerts/signal.ts";
import { newUuid, type TenantId, toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { createTenantFixture } from "#tests/setup/tenant-fixture.ts";
import { aFailure, alertsOf, apply } from "./alerting.ts";

let database: TestDatabase;
let tenantId: TenantId;
let otherId: TenantId;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  [{ tenantId }, { tenantId: otherId }] = await Promise.all([
    createTenantFixture(database.db),
    createTenantFixture(database.db),
  ]);
  await Promise.all([addChannel(tenantId, "one"), addChannel(tenantId, "two"), addChannel(otherId, "one")]);
});

const addChannel = (of: TenantId, name: string) => database.owner`
  insert into alert_channels (tenant_id, id, kind, name) values (${toUuid(of)}, ${newUuid()}, 'email', ${name})`;

/** An alert at once for each of so many accounts. */
const attacked = (of: TenantId, accounts: number): Signal[] =>
  Array.from({ length: accounts }, () =>
    aFailure(of, new Date(), { key: `user:${newUuid()}`, weight: 5, subject: subjectOf() }),
  );
const subjectOf = () => ({ type: "user", id: newUuid(), name: "Ada" });

const told = (of: TenantId) => database.owner<{ name: string; deliveries: number; last: string }[]>`
  select channel.name, count(*)::int as deliveries,
    (array_agg(delivery.content->>'title' order by delivery.id desc))[1] as last
  from alert_deliveries delivery
  join alert_channels channel on channel.tenant_id = delivery.tenant_id and channel.id = delivery.channel_id
  where delivery.tenant_id = ${toUuid(of)}
  group by channel.name order by channel.name`;

test("thousands of accounts under attack are as many alerts, and no more mails than can be read", async () => {
  await apply(database.db, attacked(tenantId, 20));
  await apply(database.db, [...attacked(tenantId, 100), ...attacked(otherId, 1)]);
  await apply(database.db, attacked(tenantId, 30));
  const alerts = await alertsOf(database.owner, tenantId);
  expect(alerts).toHaveLength(150);
  // On the bell all of them are.
  expect(alerts.every(({ told_at: at }) => at !== null)).toBe(true);
  expect(await told(tenantId)).toEqual(
    ["one", "two"].map((name) => ({
      name,
      deliveries: maxTellings,
      last: "5 failed sign-ins of Ada (and 60 more, listed in Signalbox)",
    })),
  );
  // What is critical has room of its own.
  const reuse = { kind: "refresh_token_reuse", weight: 1, key: "user:usr_1", facts: {} } as const;
  await apply(database.db, [aFailure(tenantId, new Date(), reuse)]);
  expect(await told(tenantId)).toMatchObject([
    { deliveries: maxTellings + 1 },
    { deliveries: maxTellings + 1 },
  ]);
  expect(await told(otherId)).toMatchObject([{ deliveries: 1, last: "5 failed sign-ins of Ada" }]);
});

test("what was told long ago leaves room again", async () => {
  await apply(database.db, attacked(tenantId, maxTellings + 1));
  const [row] = await database.owner<{ moved: number }[]>`
    with moved as (
      update alert_deliveries delivery
      set id = (substr(hex, 1, 8) || '-' || substr(hex, 9, 4) || substr(delivery.id::text, 14))::uuid
      from (
        select lpad(to_hex((extract(epoch from now() - interval '11 minutes') * 1000)::bigint), 12, '0') as hex
      ) earlier
      where tenant_id = ${toUuid(tenantId)}
      returning 1
    )
    select count(*)::int as moved from moved`;
  expect(row?.moved).toBe(2 * maxTellings);
  await apply(database.db, attacked(tenantId, 1));
  expect(await told(tenantId)).toMatchObject([
    { deliveries: maxTellings + 1 },
    { deliveries: maxTellings + 1 },
  ]);
});
