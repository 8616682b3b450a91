import { spawn } from "node:child_process";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { JobRun } from "#app/domain/platform/job-metrics.ts";
import { newId, SYSTEM_TENANT_ID } from "#db/ids.ts";
import { type Log, silentLog } from "#db/log.ts";
import { runnerNames } from "#jobs/catalog.ts";
import { cronItems } from "#jobs/crontab.ts";
import { enqueueJob } from "#jobs/enqueue.ts";
import { type Handlers, handlers } from "#jobs/task-list.ts";
import { type StartWorkerOptions, startWorker, type Worker } from "#jobs/worker.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { mailServices } from "#tests/setup/mail-services.ts";
import { noticeServices } from "#tests/setup/notice-services.ts";
import { pushServices } from "#tests/setup/push-services.ts";
import { trailServices } from "#tests/setup/trail-services.ts";

let database: TestDatabase;
let worker: Worker | undefined;
let errors: string[];
let log: Log;

beforeEach(async () => {
  database = await createTestDatabase();
  errors = [];
  log = { ...silentLog, error: (_fields, message) => errors.push(message) };
});
afterEach(async () => {
  await worker?.stop();
  worker = undefined;
  await database.drop();
});

async function start(own: Partial<Handlers>, options: Partial<StartWorkerOptions> = {}): Promise<Worker> {
  worker = await startWorker({
    ...{
      systemUrl: database.systemUrl,
      db: database.db,
      log,
      push: pushServices(),
      trail: trailServices(),
      mail: mailServices(),
      notices: noticeServices(),
    },
    handlers: { ...handlers, ...own },
    heartbeatMs: 200,
    deadAfterMs: 1_000,
    pollMs: 100,
    ...options,
  });
  return worker;
}

const enqueue = (name: "purge-sessions" | "expire-deliveries", options = {}) =>
  database.db.asSystem((tx) => enqueueJob(tx, name, {}, options));

const waitingJobs = () =>
  database.owner`select task_identifier as task, attempts, locked_by is not null as locked from graphile_worker.jobs`;

describe("a job", () => {
  test("runs when the transaction that enqueued it commits, never when it does not", async () => {
    const ran: string[] = [];
    await start({ "purge-sessions": async () => void ran.push("ran") });
    const abandoned = database.db.asTenant(newId("ten"), async (tx) => {
      await enqueueJob(tx, "purge-sessions", {});
      throw new Error("no");
    });
    await expect(abandoned).rejects.toThrow("no");
    await database.db.asTenant(newId("ten"), (tx) => enqueueJob(tx, "purge-sessions", {}));
    await expect.poll(() => ran).toEqual(["ran"]);
    await expect.poll(waitingJobs).toEqual([]);
  });

  test("waits for its time, and is replaced by one with its key", async () => {
    await enqueue("purge-sessions", { runAt: new Date("2999-01-01"), jobKey: "one" });
    await enqueue("purge-sessions", { runAt: new Date("2998-01-01"), jobKey: "one", priority: 7 });
    const jobs = await database.owner`select run_at::text, priority, max_attempts from graphile_worker.jobs`;
    expect(jobs).toMatchObject([
      { run_at: expect.stringContaining("2998-01-01"), priority: 7, max_attempts: 3 },
    ]);
  });

  test("that fails is tried again; failing for good it is logged and recorded", async () => {
    let attempts = 0;
    await start({
      "purge-sessions": async () => {
        attempts++;
        throw new Error("the disk is full");
      },
    });
    await enqueue("purge-sessions", { maxAttempts: 2 });
    await expect.poll(() => attempts).toBe(1);
    expect(errors).not.toContain("A job failed for good");
    // Its second attempt comes after a pause; time does not have to pass for it.
    await expect.poll(waitingJobs).toMatchObject([{ attempts: 1, locked: false }]);
    await database.owner`update graphile_worker._private_jobs set run_at = now()`;
    await expect.poll(() => attempts).toBe(2);
    const events = () =>
      database.db.asTenantSql(
        SYSTEM_TENANT_ID,
        (sql) => sql`select status, resource_name, details from audit_events where action = 'job.failed'`,
      );
    await expect.poll(events).toMatchObject([
      {
        status: "failure",
        resource_name: "purge-sessions",
        details: { task: "purge-sessions", attempts: 2, error: "the disk is full" },
      },
    ]);
    expect(errors).toContain("A job failed for good");
  });

  test("is counted at each run, with what came of it and how long it took", async () => {
    const runs: JobRun[] = [];
    await start(
      {
        "purge-sessions": async () => {
          throw new Error("the disk is full");
        },
      },
      { metrics: { ran: (run) => runs.push(run) } },
    );
    await enqueue("expire-deliveries");
    await enqueue("purge-sessions", { maxAttempts: 2 });
    await expect.poll(waitingJobs).toMatchObject([{ attempts: 1, locked: false }]);
    await database.owner`update graphile_worker._private_jobs set run_at = now()`;
    const ofTask = (task: string) =>
      runs.filter((run) => run.task === task).map(({ outcome, durationMs }) => ({ outcome, durationMs }));
    const durationMs = expect.any(Number);
    await expect
      .poll(() => ofTask("purge-sessions"))
      .toEqual([
        { outcome: "retried", durationMs },
        { outcome: "failed", durationMs },
      ]);
    await expect.poll(() => ofTask("expire-deliveries")).toEqual([{ outcome: "succeeded", durationMs }]);
    // The failure is recorded after the run: until it is, the database is still wanted.
    await expect.poll(() => errors).toContain("A job failed for good");
  });

  test("of a slow kind does not hold up another runner's", async () => {
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const ran: string[] = [];
    await start({
      "purge-sessions": async () => {
        ran.push("slow began");
        await held;
      },
      "expire-deliveries": async () => void ran.push("urgent ran"),
    });
    await enqueue("purge-sessions");
    await expect.poll(() => ran).toEqual(["slow began"]);
    await enqueue("expire-deliveries");
    await expect.poll(() => ran).toEqual(["slow began", "urgent ran"]);
    release();
  });
});

test("what a killed worker held, jobs and queues, is free for the others soon after", async () => {
  const script = path.join(import.meta.dirname, "held-worker.ts");
  const child = spawn(process.execPath, ["--import", "tsx", script, database.tenantUrl, database.systemUrl], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    let holding = 0;
    child.stdout.on("data", (chunk: Buffer) => {
      holding += chunk.toString().split("holding").length - 1;
    });
    await enqueue("purge-sessions", { queueName: "one-by-one" });
    await enqueue("expire-deliveries");
    await expect.poll(() => holding, { timeout: 15_000 }).toBe(2);
    const died = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await died;
    expect(await waitingJobs()).toMatchObject([{ locked: true }, { locked: true }]);

    const ran: string[] = [];
    await start({
      "purge-sessions": async () => void ran.push("queued"),
      "expire-deliveries": async () => void ran.push("plain"),
    });
    await enqueue("purge-sessions", { queueName: "one-by-one" });
    await expect.poll(() => [...ran].sort(), { timeout: 10_000 }).toEqual(["plain", "queued", "queued"]);
    await expect.poll(waitingJobs).toEqual([]);
  } finally {
    child.kill("SIGKILL");
  }
});

test("a living worker's long job is left to it", async () => {
  let release: () => void = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let ran = 0;
  const long = async () => {
    ran++;
    await held;
  };
  const first = await start({ "purge-sessions": long });
  await enqueue("purge-sessions");
  await expect.poll(() => ran).toBe(1);
  // Old enough to be taken for dead, were it not for the heartbeat.
  await database.owner`update graphile_worker._private_jobs set locked_at = now() - interval '1 hour'`;
  const second = await startWorker({
    ...{
      systemUrl: database.systemUrl,
      db: database.db,
      log,
      push: pushServices(),
      trail: trailServices(),
      mail: mailServices(),
      notices: noticeServices(),
      heartbeatMs: 50,
      deadAfterMs: 1_000,
      pollMs: 100,
    },
    handlers: { ...handlers, "purge-sessions": long },
  });
  const beats = () => second.status().lastBeatMs;
  await expect.poll(beats).not.toBeNull();
  await expect
    .poll(() => database.owner`select count(*)::int as beats from worker_heartbeats`)
    .toMatchObject([{ beats: 2 * runnerNames.length }]);
  expect(await waitingJobs()).toMatchObject([{ locked: true }]);
  release();
  await expect.poll(waitingJobs).toEqual([]);
  expect(ran).toBe(1);
  await second.stop();
  await first.stop();
  expect(await database.owner`select from worker_heartbeats`).toHaveLength(0);
});

test("the worker survives the loss of all its connections", async () => {
  const ran: string[] = [];
  const running = await start({ "purge-sessions": async () => void ran.push("ran") });
  expect(running.status()).toMatchObject({ healthy: true });
  await database.owner`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and usename = 'signalbox_system'`;
  await enqueue("purge-sessions").catch(() => enqueue("purge-sessions"));
  await expect.poll(() => ran, { timeout: 15_000 }).toEqual(["ran"]);
  await expect.poll(() => running.status().healthy).toBe(true);
});

test("stopping waits for the job in progress", async () => {
  const order: string[] = [];
  let release: () => void = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const running = await start({
    "purge-sessions": async () => {
      order.push("begun");
      await held;
      order.push("finished");
    },
  });
  await enqueue("purge-sessions");
  await expect.poll(() => order).toEqual(["begun"]);
  const stopped = running.stop().then(() => order.push("stopped"));
  release();
  await stopped;
  expect(order).toEqual(["begun", "finished", "stopped"]);
  expect(running.status()).toMatchObject({ healthy: false, runners: { maintenance: "stopped" } });
  expect(await waitingJobs()).toEqual([]);
});

describe("the tasks of the crontab", () => {
  test("are known to the database and to a runner", async () => {
    await start({});
    await expect
      .poll(
        async () =>
          (await database.owner`select identifier from graphile_worker._private_known_crontabs`).length,
      )
      .toBe(cronItems.length);
    const known = await database.owner`
      select identifier from graphile_worker._private_known_crontabs where identifier not in (select name from job_tasks)`;
    expect(known).toEqual([]);
  });

  test("make the coming months' audit partitions, as the worker's own login", async () => {
    const partitions = async () =>
      (await database.owner`select from pg_inherits where inhparent = 'audit_events'::regclass`).length;
    expect(await partitions()).toBe(2);
    await start({});
    await database.db.asSystem((tx) => enqueueJob(tx, "ensure-audit-partitions", {}));
    await expect.poll(partitions).toBe(3);
  });

  test("forget sessions that ended long ago, and no others", async () => {
    const { db, owner } = database;
    const user = crypto.randomUUID();
    const tenant = "00000000-0000-7000-8000-000000000000";
    await owner`insert into users (id, email, name) values (${user}, 'a@example.com', 'A')`;
    await owner`insert into memberships (tenant_id, id, user_id, role) values (${tenant}, gen_random_uuid(), ${user}, 'member')`;
    await owner`
      insert into sessions (tenant_id, id, user_id, token_hash, expires_at, revoked_at)
      select ${tenant}, gen_random_uuid(), ${user}, token::bytea, now() + expires, now() + revoked
        from (values ('live', interval '1 day', null), ('expired', interval '-31 days', null),
                     ('revoked', interval '1 day', interval '-31 days'), ('recent', interval '-1 day', null))
          as kinds (token, expires, revoked)`;
    await start({});
    await db.asSystem((tx) => enqueueJob(tx, "purge-sessions", {}));
    const left = async () =>
      (await owner`select convert_from(token_hash, 'UTF8') as token from sessions order by 1`).map(
        ({ token }) => token,
      );
    await expect.poll(left).toEqual(["live", "recent"]);
  });
});
