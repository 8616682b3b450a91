import { afterAll, beforeAll, expect, test } from "vitest";
import type { AuditFilters } from "#app/domain/audit/audit-log-schema.ts";
import { readAuditVolume } from "#app/domain/audit/audit-volume.server.ts";
import { type TenantId, toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { createTenantFixture, type TenantFixture } from "#tests/setup/tenant-fixture.ts";

let database: TestDatabase;
let tenant: TenantFixture;
const nowMs = Date.parse("2026-03-20T12:00:00Z");
const thirtyDays = { from: "2026-02-18T12:00:00Z", to: "2026-03-20T12:00:00Z" };

beforeAll(async () => {
  database = await createTestDatabase();
  tenant = await createTenantFixture(database.db);
  for (const month of ["2026-02-01", "2026-03-01"])
    await database.owner`select ensure_audit_partition(${month}::text::date)`;
});
afterAll(() => database.drop());

/** So many events, evenly over a time that begins at `at`; of one moment where it has no length. */
const crowd = (tenantId: TenantId, at: string, seconds: number, count: number) => database.owner`
  insert into audit_events (tenant_id, id, occurred_at, actor_kind, action, resource_type, status)
  select ${toUuid(tenantId)}, gen_random_uuid(),
    ${at}::text::timestamptz + n * ${seconds / count}::float8 * interval '1 second', 'agent',
    case when n % 10 = 0 then 'message.expired' else 'message.sent' end, 'message', 'success'
  from generate_series(0, ${count - 1}::int) n`;

async function volumeOf({ admin }: TenantFixture, filters: AuditFilters = {}) {
  const volume = await readAuditVolume(database.db, admin, { filters: { ...thirtyDays, ...filters }, nowMs });
  if (volume === null) throw new Error("There is no volume");
  const counts = volume.points.map(({ count }) => count);
  return { counts, isEstimate: volume.isEstimate, total: counts.reduce((sum, count) => sum + count, 0) };
}

test("a burst right after the start is as large as it was, though nothing came before it", async () => {
  const started = await createTenantFixture(database.db);
  // Ten seconds of the last ten hours.
  await crowd(started.tenantId, "2026-03-20T11:59:50Z", 10, 5_000);
  const { counts, isEstimate } = await volumeOf(started);
  expect(isEstimate).toBe(true);
  expect(counts.slice(0, -1).every((count) => count === 0)).toBe(true);
  expect(counts.at(-1)).toBeGreaterThan(2_500);
  expect(counts.at(-1)).toBeLessThan(10_000);
});

test.each([
  ["in the middle of its place", "2026-03-06T17:00:00Z"],
  ["at the beginning of its place", "2026-03-06T15:00:00Z"],
])("a burst %s is as large as it was, among few events", async (_, at) => {
  const quiet = await createTenantFixture(database.db);
  await crowd(quiet.tenantId, "2026-02-18T12:00:00Z", 30 * 86_400, 3_000);
  await crowd(quiet.tenantId, at, 10, 20_000);
  for (const [filters, share] of [
    [{}, 1],
    [{ action: "message.expired" }, 0.1],
    [{ text: "expired" }, 0.1],
  ] as const) {
    const { counts, total } = await volumeOf(quiet, filters);
    const most = Math.max(...counts);
    expect(total - most).toBeGreaterThan(2_500 * share);
    expect(total - most).toBeLessThan(3_500 * share);
    expect(most).toBeGreaterThan(10_000 * share);
    expect(most).toBeLessThan(40_000 * share);
  }
});

test("what is rare is counted, also where many events are of one moment", async () => {
  await crowd(tenant.tenantId, "2026-03-01T00:00:00Z", 0, 150);
  await crowd(tenant.tenantId, "2026-03-01T00:00:01Z", 10, 40);
  expect(await volumeOf(tenant)).toMatchObject({ total: 190, isEstimate: false });
  expect(await volumeOf(tenant, { action: "message.expired" })).toMatchObject({
    total: 19,
    isEstimate: false,
  });
});
