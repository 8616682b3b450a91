import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { alertStatistics } from "#app/domain/alerts/alert-statistics.server.ts";
import { purgeAlerts } from "#app/domain/alerts/purge-alerts.server.ts";
import type { Actor } from "#app/domain/auth/actor.ts";
import { newUuid, toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "../../setup/database.ts";
import { createTenantFixture, type TenantFixture } from "../../setup/tenant-fixture.ts";
import { plantAlert } from "./an-alert.ts";

let database: TestDatabase;
let tenant: TenantFixture;
let other: TenantFixture;
beforeAll(async () => {
  database = await createTestDatabase();
  tenant = await createTenantFixture(database.db);
  other = await createTenantFixture(database.db);
});
afterAll(() => database.drop());

const daySeconds = 86_400;

describe("the statistics of alerts", () => {
  beforeAll(async () => {
    const plant = (planted: Parameters<typeof plantAlert>[2]) =>
      plantAlert(database.owner, tenant.tenantId, planted);
    await plant({ secondsAgo: 3_000, status: "resolved", resolvedSecondsAgo: 2_000 });
    await plant({ secondsAgo: 3_000, status: "resolved", resolvedSecondsAgo: 0 });
    await plant({ secondsAgo: 5 * daySeconds, severity: "critical", kind: "refresh_token_reuse" });
    await plant({ secondsAgo: 60 * daySeconds, severity: "info" });
    await plantAlert(database.owner, other.tenantId, { secondsAgo: 60 });
  });

  it.each([
    ["24h", 24, 3_600, 2],
    ["7d", 28, 6 * 3_600, 3],
    ["30d", 30, daySeconds, 3],
    ["90d", 30, 3 * daySeconds, 4],
  ] as const)(
    "of %s have %i stretches of %i seconds, and %i alerts",
    async (window, stretches, seconds, opened) => {
      const told = await alertStatistics(database.db, tenant.admin, { window });
      expect(told).toMatchObject({ window, bucketSeconds: seconds, opened });
      expect(told.points).toHaveLength(stretches);
      const sum = told.points.reduce(
        (total, { info, warning, critical }) => total + info + warning + critical,
        0,
      );
      expect(sum).toBe(opened);
      const times = told.points.map(({ at }) => Date.parse(at));
      expect(times).toEqual(times.map((_, n) => (times[0] ?? 0) + n * seconds * 1_000));
      expect(times.at(-1)).toBeGreaterThan(Date.now() - seconds * 1_000);
    },
  );

  it("say how many of each kind, and how long it took until they were resolved", async () => {
    const told = await alertStatistics(database.db, tenant.admin, { window: "7d" });
    expect(told.byKind).toEqual([
      { kind: "policy_denials", opened: 2, unresolved: 0 },
      { kind: "refresh_token_reuse", opened: 1, unresolved: 1 },
    ]);
    expect(told.unresolved).toBe(1);
    expect(told.medianResolveSeconds).toBeCloseTo(2_000, -1);
    expect(told.medianAcknowledgeSeconds).toBeNull();
  });

  it("are of all tenants for those who administer the service alone", async () => {
    const platform: Actor = { ...tenant.admin, scopes: new Set([...tenant.admin.scopes, "tenants:admin"]) };
    expect(await alertStatistics(database.db, platform, { window: "24h", reach: "all" })).toMatchObject({
      opened: 3,
    });
    await expect(
      alertStatistics(database.db, tenant.admin, { window: "24h", reach: other.tenantId }),
    ).rejects.toMatchObject({ code: "forbidden" });
  });
});

describe("what was resolved over 90 days ago", () => {
  it("is removed with all that hangs on it, in batches; nothing else is", async () => {
    const { owner, db } = database;
    const plant = (resolvedDaysAgo: number) =>
      plantAlert(owner, other.tenantId, {
        ...{ status: "resolved", secondsAgo: 200 * daySeconds },
        resolvedSecondsAgo: resolvedDaysAgo * daySeconds,
      });
    const [first, second, third] = [await plant(91), await plant(92), await plant(120)];
    const young = await plant(89);
    const open = await plantAlert(owner, other.tenantId, { secondsAgo: 200 * daySeconds });
    const tenantUuid = toUuid(other.tenantId);
    const channel = newUuid();
    await owner`insert into alert_channels (tenant_id, id, kind, name) values (${tenantUuid}, ${channel}, 'email', 'x')`;
    for (const id of [first, second, third, young, open]) {
      const alert = toUuid(id);
      const delivery = newUuid();
      await owner`
        insert into alert_entries (tenant_id, alert_id, id, kind, actor_kind)
        values (${tenantUuid}, ${alert}, ${newUuid()}, 'opened', 'system')`;
      await owner`
        insert into alert_events (tenant_id, alert_id, event_id, occurred_at)
        values (${tenantUuid}, ${alert}, ${newUuid()}, now())`;
      await owner`
        insert into alert_reads (tenant_id, alert_id, user_id) values (${tenantUuid}, ${alert}, ${toUuid(other.adminId)})`;
      await owner`
        insert into alert_deliveries (tenant_id, id, channel_id, alert_id, reason, content)
        values (${tenantUuid}, ${delivery}, ${channel}, ${alert}, 'opened', '{}')`;
      await owner`
        insert into alert_delivery_attempts (
          tenant_id, delivery_id, id, attempt, target, started_at, duration_ms, outcome
        ) values (${tenantUuid}, ${delivery}, ${newUuid()}, 1, 'x', now(), 1, 'delivered')`;
    }
    await owner`
      insert into alert_silences (tenant_id, id, reason, starts_at, ends_at) values
        (${tenantUuid}, ${newUuid()}, 'old', now() - interval '100 days', now() - interval '91 days'),
        (${tenantUuid}, ${newUuid()}, 'young', now() - interval '100 days', now() - interval '89 days')`;
    expect(await purgeAlerts(db, { batchSize: 2 })).toBe(3);
    const left = await owner<{ id: string }[]>`
      select id from alerts where tenant_id = ${tenantUuid} and last_at < now() - interval '1 day'`;
    expect(left.map(({ id }) => id).sort()).toEqual([toUuid(young), toUuid(open)].sort());
    for (const table of [
      "alert_entries",
      "alert_events",
      "alert_reads",
      "alert_deliveries",
      "alert_delivery_attempts",
    ]) {
      const rows = await owner`select from ${owner(table)} where tenant_id = ${tenantUuid}`;
      expect([table, rows.length]).toEqual([table, 2]);
    }
    expect(await owner`select reason from alert_silences`).toEqual([{ reason: "young" }]);
    expect(await purgeAlerts(db)).toBe(0);
  });
});
