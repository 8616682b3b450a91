import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ActiveRule } from "#app/domain/alerts/alert-rules.server.ts";
import { errorRate } from "#app/domain/alerts/states/error-rate.server.ts";
import type { StateCheck } from "#app/domain/alerts/states/state-check.ts";
import { trailLag } from "#app/domain/alerts/states/trail-lag.server.ts";
import { memory, noWorker, queueLag } from "#app/domain/alerts/states/worker-health.server.ts";
import { recordAudit } from "#app/domain/audit/record-audit.server.ts";
import { systemActor } from "#app/domain/auth/system-actor.ts";
import { newId, SYSTEM_TENANT_ID, toUuid } from "#db/ids.ts";
import { enqueueJob } from "#jobs/enqueue.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { createTenantFixture, type TenantFixture } from "#tests/setup/tenant-fixture.ts";

let database: TestDatabase;
let tenant: TenantFixture;

beforeAll(async () => {
  database = await createTestDatabase();
  tenant = await createTenantFixture(database.db);
});
afterAll(() => database.drop());
beforeEach(async () => {
  const { owner } = database;
  await owner`delete from graphile_worker._private_jobs`;
  await owner`delete from graphile_worker._private_known_crontabs`;
  await owner`delete from worker_heartbeats`;
  await owner`delete from instances`;
});

const find = (check: StateCheck, rules: readonly ActiveRule[] = []) =>
  database.db.withSql((sql) => check.find(sql, { rules, tenantIds: undefined, now: new Date() }), {
    readOnly: true,
  });

const addInstance = (id: string, secondsAgo: number, report: object = {}) => database.owner`
  insert into instances (id, role, host, pid, version, started_at, report)
  values (${id}, 'web', 'here', 42, '1', now() - make_interval(secs => ${secondsAgo}),
    ${JSON.stringify(report)}::text::jsonb)`;

describe("background work", () => {
  it("says by runner for how long the oldest job that may run has waited", async () => {
    const enqueue = (secondsAgo: number) =>
      database.db.asSystem((tx) =>
        enqueueJob(tx, "purge-sessions", {}, { runAt: new Date(Date.now() - secondsAgo * 1_000) }),
      );
    await enqueue(90);
    await enqueue(10);
    await enqueue(-100);
    const found = await find(queueLag);
    expect(found).toMatchObject([
      {
        ...{ tenantId: SYSTEM_TENANT_ID, kind: "worker_health", key: "queue:maintenance" },
        facts: { problem: "queue_lag", runner: "maintenance" },
      },
    ]);
    expect(found[0]?.value).toBeGreaterThanOrEqual(90);
    expect(found[0]?.value).toBeLessThan(120);
  });

  it("has no worker since the last was heard of, or else since the oldest process began", async () => {
    expect(await find(noWorker)).toEqual([]);
    await addInstance("one", 200);
    expect(await find(noWorker)).toMatchObject([{ key: "no_worker", value: 200 }]);
    await database.owner`
      insert into worker_heartbeats (worker_id, runner, last_seen_at)
      values ('killed', 'alerts', now() - interval '50 seconds')`;
    expect(await find(noWorker)).toMatchObject([{ value: 50, facts: { problem: "no_worker", seconds: 50 } }]);
    await database.owner`insert into worker_heartbeats (worker_id, runner) values ('alive', 'alerts')`;
    expect(await find(noWorker)).toEqual([]);
  });

  it("leaves a worker that stops in good order a minute from what it last did by the clock", async () => {
    await addInstance("one", 5_000);
    const ran = (secondsAgo: number) => database.owner`
      insert into graphile_worker._private_known_crontabs (identifier, known_since, last_execution)
      values ('settle-leases', now(), now() - make_interval(secs => ${secondsAgo}))
      on conflict (identifier) do update set last_execution = excluded.last_execution`;
    await ran(59);
    expect(await find(noWorker)).toEqual([]);
    await ran(100);
    expect(await find(noWorker)).toMatchObject([{ value: 40 }]);
  });

  it("names processes that are over the bound that each has told", async () => {
    await addInstance("small", 10, { memoryBytes: 99, memoryBoundBytes: 100 });
    await addInstance("large", 10, { memoryBytes: 101, memoryBoundBytes: 100 });
    await addInstance("older version", 10, { memoryBytes: 1_000 });
    expect(await find(memory)).toMatchObject([
      {
        key: "memory:large",
        subject: { type: "instance", name: "here (42)" },
        facts: { problem: "memory", bytes: 101, boundBytes: 100 },
      },
    ]);
  });
});

describe("the audit trail", () => {
  it("is late where nobody seals what was recorded", async () => {
    expect((await find(trailLag)).filter(({ value = 0 }) => value > 600)).toEqual([]);
    await database.owner`update audit_events set occurred_at = occurred_at - interval '20 minutes'
      where tenant_id = ${toUuid(tenant.tenantId)}`;
    const [seal] = await find(trailLag);
    expect(seal).toMatchObject({ key: "lag:seal", facts: { problem: "seal_lag" } });
    expect(seal?.value).toBeGreaterThanOrEqual(1_200);
  });
});

describe("failing messages", () => {
  const rule = (changes: Partial<ActiveRule> = {}): ActiveRule => ({
    ...{ tenantId: tenant.tenantId, id: newId("rul"), kind: "error_rate", agentId: null },
    ...{ severity: "warning", threshold: 10, windowSeconds: 900, cooldownSeconds: 3_600 },
    ...changes,
  });
  const fail = (times: number) =>
    database.db.asTenant(tenant.tenantId, async (tx) => {
      for (let n = 0; n < times; n++)
        await recordAudit(tx, {
          ...{ tenantId: tenant.tenantId, actor: systemActor(tenant.tenantId, "pushes"), request: null },
          ...{ action: "message.failed", resource: { id: newId("msg") }, status: "failure" },
          details: { recipientId: newId("agt"), attempts: 1, error: "no" },
        });
    });

  it("are a share of those that were sent, of twenty at least, by each rule's threshold", async () => {
    expect(await find(errorRate, [rule()])).toEqual([]);
    await fail(19);
    expect(await find(errorRate, [rule()])).toEqual([]);
    await fail(1);
    const [one, other] = [rule(), rule({ threshold: 100 })];
    expect(await find(errorRate, [one, other, rule({ tenantId: newId("ten") })])).toMatchObject([
      { key: "messages", ruleId: one.id, value: 100, facts: { failed: 20, total: 20 } },
      { ruleId: other.id, value: 100 },
    ]);
  });
});
