import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { generateApiKey } from "#app/domain/auth/secrets.server.ts";
import { listFailedJobs } from "#app/domain/platform/list-failed-jobs.server.ts";
import { readQueues } from "#app/domain/platform/read-queues.server.ts";
import { retryJob, retryJobsOfTask } from "#app/domain/platform/retry-jobs.server.ts";
import { type FailedJobListQuery, failedJobListSchema } from "#app/domain/platform/schema.ts";
import { SYSTEM_TENANT_ID, toUuid } from "#db/ids.ts";
import { silentLog as quiet } from "#db/log.ts";
import { jobTaskNames } from "#jobs/catalog.ts";
import { enqueueJob } from "#jobs/enqueue.ts";
import { handlers } from "#jobs/task-list.ts";
import { startWorker } from "#jobs/worker.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { mailServices } from "#tests/setup/mail-services.ts";
import { noticeServices } from "#tests/setup/notice-services.ts";
import { createPlatformAdminFixture, type PlatformAdminFixture } from "#tests/setup/platform-admin.ts";
import { pushServices } from "#tests/setup/push-services.ts";
import { aRequest, createTenantFixture } from "#tests/setup/tenant-fixture.ts";
import { trailServices } from "#tests/setup/trail-services.ts";

let database: TestDatabase;
let platform: PlatformAdminFixture;

beforeAll(async () => {
  database = await createTestDatabase();
  platform = await createPlatformAdminFixture(database.db);
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.owner`delete from graphile_worker._private_jobs`;
});

type Task = "purge-sessions" | "expire-deliveries";

const enqueue = (task: Task, runAt?: Date) =>
  database.db.asSystem((tx) => enqueueJob(tx, task, {}, runAt === undefined ? {} : { runAt }));

/** As graphile-worker leaves a job whose last attempt has failed. */
async function addFailed(task: Task, error = "the disk is full", payload: object = {}): Promise<string> {
  const id = await enqueue(task);
  await database.owner`
    update graphile_worker._private_jobs
    set attempts = max_attempts, last_error = ${error}, payload = ${database.owner.json({ ...payload })}
    where id = ${id}::bigint`;
  return id;
}

const listed = (query: Partial<FailedJobListQuery> = {}) =>
  listFailedJobs(database.db, platform.actor, { ...failedJobListSchema.parse({}), ...query });

const retried = () =>
  database.owner`
    select tenant_id, resource_id, resource_name, details from audit_events
    where action = 'job.retried' order by occurred_at desc limit 1`;

describe("the queues", () => {
  test("tell of every task what is ready, scheduled, running and failed, and how long the oldest waits", async () => {
    const idle = await readQueues(database.db);
    expect(idle.map(({ task }) => task)).toEqual(expect.arrayContaining([...jobTaskNames]));
    expect(
      idle.every(
        ({ ready, failed, oldestReadySeconds }) => ready + failed === 0 && oldestReadySeconds === null,
      ),
    ).toBe(true);

    await enqueue("purge-sessions", new Date(Date.now() - 90_000));
    await enqueue("purge-sessions");
    await enqueue("purge-sessions", new Date("2999-01-01"));
    await addFailed("purge-sessions");
    const running = await enqueue("expire-deliveries");
    await database.owner`
      update graphile_worker._private_jobs set locked_at = now(), locked_by = 'w' where id = ${running}::bigint`;
    const queues = await readQueues(database.db);
    const purge = queues.find(({ task }) => task === "purge-sessions");
    expect(purge).toMatchObject({ runner: "maintenance", ready: 2, scheduled: 1, running: 0, failed: 1 });
    expect(purge?.oldestReadySeconds).toBeGreaterThanOrEqual(90);
    expect(purge?.oldestReadySeconds).toBeLessThan(150);
    expect(queues.find(({ task }) => task === "expire-deliveries")).toMatchObject({ running: 1, ready: 0 });
  });

  test("tell of a task too that this version does not know", async () => {
    await database.owner`select graphile_worker.add_job('of-tomorrow')`;
    expect((await readQueues(database.db)).find(({ task }) => task === "of-tomorrow")).toMatchObject({
      runner: null,
      ready: 1,
    });
  });
});

describe("failed jobs", () => {
  test("are listed, the newest first, page by page, without what looks like a secret", async () => {
    const key = generateApiKey();
    const first = await addFailed("purge-sessions", `refused postgres://a:hunter22@db with ${key}`, {
      tenantId: "ten_1",
      password: "hunter22",
      nested: { accessToken: "abc", text: `Bearer ${key}` },
    });
    const second = await addFailed("expire-deliveries");
    await enqueue("purge-sessions");
    const { jobs, nextCursor } = await listed();
    expect(jobs.map(({ id }) => id)).toEqual([second, first]);
    expect(nextCursor).toBeNull();
    expect(jobs[1]).toMatchObject({
      task: "purge-sessions",
      attempts: 3,
      error: "refused postgres://a:[redacted]@db with [redacted]",
      payload: {
        tenantId: "ten_1",
        password: "[redacted]",
        nested: { accessToken: "[redacted]", text: "[redacted]" },
      },
    });
    expect((await listed({ task: "purge-sessions" })).jobs.map(({ id }) => id)).toEqual([first]);
    const page = await listed({ limit: 1 });
    expect(page).toMatchObject({ jobs: [{ id: second }], nextCursor: second });
    expect((await listed({ limit: 1, cursor: second })).jobs.map(({ id }) => id)).toEqual([first]);
  });

  test("run again when somebody says so, and this is recorded", async () => {
    const id = await addFailed("purge-sessions");
    await retryJob(database.db, platform.actor, id, aRequest);
    expect((await listed()).jobs).toEqual([]);
    expect(await retried()).toMatchObject([
      {
        tenant_id: toUuid(SYSTEM_TENANT_ID),
        resource_id: id,
        resource_name: "purge-sessions",
        details: { task: "purge-sessions" },
      },
    ]);
    // It is as good as new: a worker takes it.
    let ran = 0;
    const worker = await startWorker({
      ...{
        systemUrl: database.systemUrl,
        db: database.db,
        log: quiet,
        push: pushServices(),
        mail: mailServices(),
        notices: noticeServices(),
        trail: trailServices(),
      },
      pollMs: 100,
      handlers: {
        ...handlers,
        "purge-sessions": async () => {
          ran += 1;
        },
      },
    });
    await expect.poll(() => ran).toBe(1);
    await worker.stop();
  });

  test("of one task run again together", async () => {
    await addFailed("purge-sessions");
    await addFailed("purge-sessions");
    const other = await addFailed("expire-deliveries");
    const retry = () => retryJobsOfTask(database.db, platform.actor, "purge-sessions", aRequest);
    expect(await retry()).toEqual({ retried: 2 });
    expect((await listed()).jobs.map(({ id }) => id)).toEqual([other]);
    expect(await retried()).toMatchObject([
      { resource_id: null, resource_name: "purge-sessions", details: { task: "purge-sessions", jobs: 2 } },
    ]);
    expect(await retry()).toEqual({ retried: 0 });
  });

  test("are the only ones that can be retried", async () => {
    const waiting = await enqueue("purge-sessions");
    const running = await addFailed("purge-sessions");
    await database.owner`
      update graphile_worker._private_jobs set locked_at = now(), locked_by = 'w' where id = ${running}::bigint`;
    for (const id of [waiting, running, "999999999999999999"])
      await expect(retryJob(database.db, platform.actor, id, aRequest)).rejects.toMatchObject({
        code: "not_found",
      });
  });

  test("are not for admins of a tenant", async () => {
    const { admin } = await createTenantFixture(database.db);
    const refused = { code: "forbidden" };
    const id = await addFailed("purge-sessions");
    await expect(listFailedJobs(database.db, admin, failedJobListSchema.parse({}))).rejects.toMatchObject(
      refused,
    );
    await expect(retryJob(database.db, admin, id, aRequest)).rejects.toMatchObject(refused);
    await expect(retryJobsOfTask(database.db, admin, "purge-sessions", aRequest)).rejects.toMatchObject(
      refused,
    );
    expect((await listed()).jobs).toHaveLength(1);
  });
});
