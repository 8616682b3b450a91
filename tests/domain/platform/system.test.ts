import { afterAll, beforeAll, expect, test } from "vitest";
import { createInstanceBeat } from "#app/domain/platform/instance-beat.server.ts";
import { readSystem } from "#app/domain/platform/read-system.server.ts";
import type { InstanceReport } from "#app/domain/platform/schema.ts";
import { knownMigrations } from "#db/migrations-folder.server.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { createPlatformAdminFixture, type PlatformAdminFixture } from "#tests/setup/platform-admin.ts";
import { createTenantFixture, silentLog } from "#tests/setup/tenant-fixture.ts";

let database: TestDatabase;
let platform: PlatformAdminFixture;

beforeAll(async () => {
  database = await createTestDatabase();
  platform = await createPlatformAdminFixture(database.db);
});
afterAll(() => database.drop());

const read = () => readSystem(database.db, platform.actor);

const report = (open: number): InstanceReport => ({
  streams: { open, web: 1, mailboxes: 2, blocked: 0 },
  sends: {
    queued: 0,
    lanes: [{ queued: 0, isBusy: false }],
    outcomes: { accepted: 5, blocked: 1, rejected: 0, failed: 0 },
  },
  http: { requests: 7, byStatus: { "2xx": 7 } },
  database: { away: false, lanes: { tenant: { open: 1, inUse: 0, waiting: 0 } } },
  memoryBytes: 1_000,
});

test("a process is on the list while it runs, with what it last said of itself", async () => {
  let open = 3;
  const startedAt = new Date("2026-01-02T03:04:05Z");
  const beat = createInstanceBeat({
    db: database.db,
    log: silentLog,
    facts: { id: "one", role: "web", host: "here", pid: 42, version: "1.2.3", startedAt },
    report: () => report(open),
    intervalMs: 20,
  });
  beat.start();
  const openStreams = async () => (await read()).instances.map((instance) => instance.report?.streams.open);
  await expect.poll(openStreams).toEqual([3]);
  open = 4;
  await expect.poll(openStreams).toEqual([4]);
  expect((await read()).instances).toMatchObject([
    {
      id: "one",
      role: "web",
      host: "here",
      pid: 42,
      version: "1.2.3",
      startedAt: startedAt.toISOString(),
      isAlive: true,
    },
  ]);
  await beat.close();
  expect((await read()).instances).toEqual([]);
});

test("one that was killed is shown as gone, and one of another version without its figures", async () => {
  await database.owner`
    insert into instances (id, role, host, pid, version, started_at, last_seen_at, report) values
      ('gone', 'web', 'h', 1, '1', now() - interval '2 hours', now() - interval '1 minute', ${database.owner.json(JSON.parse(JSON.stringify(report(1))))}),
      ('newer', 'web', 'h', 2, '9', now() - interval '1 hour', now(), '{"other": true}')`;
  expect((await read()).instances).toMatchObject([
    { id: "gone", isAlive: false, report: { streams: { open: 1 } } },
    { id: "newer", isAlive: true, report: null },
  ]);
});

test("the runners of workers are told alive from dead", async () => {
  await database.owner`
    insert into worker_heartbeats (worker_id, runner, last_seen_at) values
      ('a', 'alerts', now()), ('b', 'deliveries', now() - interval '40 seconds')`;
  expect((await read()).workers).toMatchObject([
    { workerId: "a", runner: "alerts", isAlive: true },
    { workerId: "b", runner: "deliveries", isAlive: false },
  ]);
});

test("the database tells its version, size and migrations", async () => {
  const known = knownMigrations();
  const newest = known.at(-1);
  const { database: facts } = await read();
  expect(facts).toMatchObject({
    version: expect.stringMatching(/^1[5-9]/),
    migrations: {
      applied: known.length,
      newest: newest?.tag,
      newestAt: new Date(newest?.when ?? 0).toISOString(),
      missing: 0,
    },
  });
  expect(facts.sizeBytes).toBeGreaterThan(1_000_000);
  expect(facts.connections).toBeGreaterThan(0);
});

test("an admin of a tenant sees nothing of it", async () => {
  const { admin } = await createTenantFixture(database.db);
  await expect(readSystem(database.db, admin)).rejects.toMatchObject({ code: "forbidden" });
});
