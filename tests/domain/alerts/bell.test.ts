import { afterAll, beforeAll, expect, it } from "vitest";
import { readBellPreferences, setBellPreferences } from "#app/domain/alerts/bell-preferences.server.ts";
import { markAlertsRead } from "#app/domain/alerts/mark-alerts-read.server.ts";
import { countUnreadAlerts, readBell } from "#app/domain/alerts/read-bell.server.ts";
import type { Actor } from "#app/domain/auth/actor.ts";
import { SYSTEM_TENANT_ID, toUuid } from "#db/ids.ts";
import { addMember } from "../../setup/add-member.ts";
import { createTestDatabase, type TestDatabase } from "../../setup/database.ts";
import { createPlatformAdminFixture } from "../../setup/platform-admin.ts";
import { aRequest, createTenantFixture, type TenantFixture } from "../../setup/tenant-fixture.ts";
import { plantAlert } from "./an-alert.ts";

let database: TestDatabase;
let other: TenantFixture;

beforeAll(async () => {
  database = await createTestDatabase();
  other = await createTenantFixture(database.db);
});
afterAll(() => database.drop());

/** A tenant of the test's own. */
async function aTenant() {
  const tenant = await createTenantFixture(database.db);
  const plant = (planted: Parameters<typeof plantAlert>[2] = {}) =>
    plantAlert(database.owner, tenant.tenantId, planted);
  return { ...tenant, plant };
}

const idsOn = async (actor: Actor) => (await readBell(database.db, actor)).alerts.map(({ id }) => id);

it("shows what is not resolved and was told, the newest telling first", async () => {
  const { admin, plant } = await aTenant();
  const older = await plant({ toldSecondsAgo: 50, secondsAgo: 1 });
  const newer = await plant({ toldSecondsAgo: 5, status: "acknowledged" });
  await plant({ status: "resolved" });
  await plant({ toldSecondsAgo: null });
  await plantAlert(database.owner, other.tenantId);
  const bell = await readBell(database.db, admin);
  expect(bell.alerts.map(({ id }) => id)).toEqual([newer, older]);
  expect(bell).toMatchObject({ unread: 2, alerts: [{ isUnread: true }, { isUnread: true }] });
});

it("counts one that was read as unread once it is told again", async () => {
  const { admin, plant } = await aTenant();
  const [one, another] = [await plant(), await plant({ toldSecondsAgo: 5 })];
  expect(await markAlertsRead(database.db, admin, { alertIds: [one] })).toBe(1);
  expect(await markAlertsRead(database.db, admin, { alertIds: [one, another] })).toBe(0);
  await database.owner`update alerts set told_at = now() where id = ${toUuid(one)}`;
  expect(await countUnreadAlerts(database.db, admin)).toBe(1);
  expect((await readBell(database.db, admin)).alerts).toMatchObject([
    { id: one, isUnread: true },
    { id: another, isUnread: false },
  ]);
});

it("is read at once, up to what could be seen, and by its person alone", async () => {
  const { admin, plant } = await aTenant();
  const { actor: colleague } = await addMember(database.db, admin, "developer");
  await plant({ toldSecondsAgo: 20 });
  await plant({ toldSecondsAgo: 10 });
  expect(await markAlertsRead(database.db, admin, { all: true })).toBe(0);
  expect(await countUnreadAlerts(database.db, colleague)).toBe(2);
  await plant({ toldSecondsAgo: 9 });
  expect(await countUnreadAlerts(database.db, admin)).toBe(1);
});

it("marks no alert of another tenant's", async () => {
  const { admin } = await aTenant();
  const theirs = await plantAlert(database.owner, other.tenantId);
  await markAlertsRead(database.db, admin, { alertIds: [theirs] });
  const reads = await database.owner`select from alert_reads where alert_id = ${toUuid(theirs)}`;
  expect(reads).toHaveLength(0);
});

it("says 99 and more of a hundred and more", async () => {
  const { admin, plant } = await aTenant();
  for (let n = 0; n < 103; n++) await plant();
  const bell = await readBell(database.db, admin);
  expect(bell.unread).toBe(100);
  expect(bell.alerts).toHaveLength(20);
});

it("leaves out what a person does not want, and what is snoozed", async () => {
  const { admin, adminId, plant } = await aTenant();
  await plant({ severity: "info" });
  await plant({ severity: "critical", kind: "refresh_token_reuse" });
  const shown = await plant({ severity: "critical" });
  const snoozed = await plant({ severity: "critical" });
  await database.owner`
    update alerts set snoozed_until = now() + interval '1 hour' where id = ${toUuid(snoozed)}`;
  expect(await readBellPreferences(database.db, admin)).toEqual({ minSeverity: "info", mutedKinds: [] });
  const wanted = { minSeverity: "warning" as const, mutedKinds: ["refresh_token_reuse" as const] };
  await setBellPreferences(database.db, admin, wanted, aRequest);
  await setBellPreferences(database.db, admin, wanted, aRequest);
  expect(await readBellPreferences(database.db, admin)).toEqual(wanted);
  expect(await idsOn(admin)).toEqual([shown]);
  expect(await countUnreadAlerts(database.db, admin)).toBe(1);
  const events = await database.owner`
    select from audit_events where action = 'alert_preferences.changed' and resource_id = ${adminId}`;
  expect(events).toHaveLength(1);
  // What was wanted before does not come back by reading everything.
  await markAlertsRead(database.db, admin, { all: true });
  expect(await readBellPreferences(database.db, admin)).toEqual(wanted);
});

it("shows the service's own alerts beside the tenant's to who administers it", async () => {
  const { admin, plant } = await aTenant();
  const platform: Actor = { ...admin, scopes: new Set([...admin.scopes, "tenants:admin"]) };
  const own = await plant({ toldSecondsAgo: 30 });
  const ofService = await plantAlert(database.owner, SYSTEM_TENANT_ID, {
    ...{ kind: "worker_health", severity: "critical", toldSecondsAgo: 20, facts: { problem: "no_worker" } },
  });
  expect(await idsOn(platform)).toEqual([ofService, own]);
  expect(await idsOn(admin)).toEqual([own]);
  expect(await markAlertsRead(database.db, platform, { alertIds: [ofService] })).toBe(1);
  expect(await markAlertsRead(database.db, platform, { all: true })).toBe(0);
  const { actor } = await createPlatformAdminFixture(database.db);
  expect(await idsOn(actor)).toEqual([ofService]);
});

it("is for people who may read alerts", async () => {
  const { admin } = await aTenant();
  const service: Actor = {
    ...{ kind: "service", id: "key_00000000000000000000000000", tenantId: admin.tenantId, name: "CI" },
    ...{ scopes: admin.scopes, credential: { kind: "key", id: "key_00000000000000000000000000" } },
  };
  const { actor: member } = await addMember(database.db, admin, "member");
  for (const actor of [service, member])
    await expect(readBell(database.db, actor)).rejects.toMatchObject({ code: "forbidden" });
});
