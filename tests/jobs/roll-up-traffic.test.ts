import { afterEach, beforeEach, expect, test } from "vitest";
import { recordTraffic } from "#app/domain/messaging/record-traffic.server.ts";
import { createRollUpWaker } from "#app/domain/messaging/statistics/schedule-roll-up.server.ts";
import { newUuid } from "#db/ids.ts";
import { silentLog } from "#db/log.ts";
import { rollUpTraffic } from "#jobs/tasks/roll-up-traffic.ts";
import { startWorker, type Worker } from "#jobs/worker.ts";
import { seedTenant } from "#tests/db/seed-tenant.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { mailServices } from "#tests/setup/mail-services.ts";
import { noticeServices } from "#tests/setup/notice-services.ts";
import { pushServices } from "#tests/setup/push-services.ts";
import { trailServices } from "#tests/setup/trail-services.ts";

let database: TestDatabase;
let tenantUuid: string;
let worker: Worker | undefined;

beforeEach(async () => {
  database = await createTestDatabase();
  tenantUuid = await seedTenant(database.owner, "Rolled");
  await database.owner`delete from traffic_deltas`;
});
afterEach(async () => {
  await worker?.stop();
  worker = undefined;
  await database.drop();
});

const noteTraffic = () =>
  database.db.withSql((sql) =>
    recordTraffic(sql, [
      {
        ...{ tenantUuid, messageUuid: newUuid(), senderKind: "agent", senderUuid: newUuid() },
        ...{
          recipientKind: "agent",
          recipientUuid: newUuid(),
          type: "escalation",
          from: null,
          to: "delivered",
        },
      },
    ]),
  );
const jobs = () => database.owner<{ task: string; key: string; quiet: number; wait: number }[]>`
  select job.task_identifier as task, job.key, (private.payload ->> 'quietRuns')::int as quiet,
    round(extract(epoch from job.run_at - now()))::int as wait
  from graphile_worker.jobs job join graphile_worker._private_jobs private on private.id = job.id`;
const run = (payload: { quietRuns?: number }) =>
  rollUpTraffic(
    {
      db: database.db,
      log: silentLog,
      push: pushServices(),
      trail: trailServices(),
      mail: mailServices(),
      notices: noticeServices(),
      signal: new AbortController().signal,
    },
    payload,
  );

test("a roll-up that found traffic is followed by another in a few seconds, also when the clock started it", async () => {
  await noteTraffic();
  await run({});
  expect(await jobs()).toEqual([{ task: "roll-up-traffic", key: "roll-up-traffic", quiet: 0, wait: 3 }]);
  expect(await database.owner`select from traffic_deltas`).toHaveLength(0);
});

test("without traffic they end after a minute, and what the clock starts stays alone", async () => {
  await run({});
  expect(await jobs()).toEqual([]);
  await run({ quietRuns: 3 });
  expect(await jobs()).toMatchObject([{ quiet: 4 }]);
  await database.owner`delete from graphile_worker._private_jobs`;
  await run({ quietRuns: 19 });
  expect(await jobs()).toEqual([]);
});

test("any number of sends wakes them once", async () => {
  const waker = createRollUpWaker({ db: database.db, log: silentLog });
  for (let n = 0; n < 50; n += 1) waker.wake();
  await waker.close();
  expect(await jobs()).toMatchObject([{ task: "roll-up-traffic", quiet: 0 }]);
  waker.wake();
  expect(await jobs()).toHaveLength(1);
});

test("the worker rolls up what was noted", async () => {
  worker = await startWorker({
    ...{ systemUrl: database.systemUrl, db: database.db, log: silentLog },
    ...{
      push: pushServices(),
      trail: trailServices(),
      mail: mailServices(),
      notices: noticeServices(),
      pollMs: 100,
    },
  });
  await noteTraffic();
  const waker = createRollUpWaker({ db: database.db, log: silentLog });
  waker.wake();
  await expect.poll(() => database.owner`select from traffic_deltas`, { timeout: 10_000 }).toHaveLength(0);
  const [row] = await database.owner`
    select sum(delivered)::int as delivered from edge_rollups where tenant_id = ${tenantUuid} and grain = 'day'`;
  expect(row).toEqual({ delivered: 1 });
  await waker.close();
});
