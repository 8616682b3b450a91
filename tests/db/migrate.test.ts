import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import postgres from "postgres";
import { afterAll, describe, expect, inject, onTestFinished, test } from "vitest";
import { unprivilegedAccount } from "#db/embedded/account.server.ts";
import { freePort } from "#db/embedded/cluster.server.ts";
import { migrate } from "#db/migrate.server.ts";
import { newestMigration } from "#db/migrations-folder.server.ts";
import { withDatabase } from "#tests/setup/database.ts";

const run = inject("testPostgres");
const secretKey = "a secret key for tests, of at least 32 characters";
const jobTasks = ["first-task"];
const quiet = { onnotice: () => {} };
const newName = (prefix: string) => `${prefix}_${randomBytes(5).toString("hex")}`;

async function withSql<T>(url: string, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, ...quiet });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** An empty database of the run's plain owner. */
async function emptyDatabase(): Promise<string> {
  const name = newName("empty");
  const maintenanceUrl = withDatabase(run.ownerUrl, "postgres");
  await withSql(maintenanceUrl, (sql) => sql.unsafe(`create database ${name} template template0`));
  onTestFinished(() =>
    withSql(maintenanceUrl, (sql) => sql.unsafe(`drop database ${name} with (force)`)).then(() => {}),
  );
  return withDatabase(run.ownerUrl, name);
}

const superuserIn = (databaseUrl: string) =>
  withDatabase(run.superuserUrl, new URL(databaseUrl).pathname.slice(1));

/** What the migrated database must be able to do, for each login. */
async function expectUsable(ownerUrl: string, urls: { tenantUrl: string; systemUrl: string }) {
  await withSql(urls.systemUrl, async (sql) => {
    expect(await sql`select slug, is_system from tenants`).toEqual([{ slug: "system", is_system: true }]);
    const [desk] = await sql`select kind from mailboxes`;
    expect(desk).toEqual({ kind: "desk" });
    await sql`insert into audit_events (tenant_id, id, actor_kind, action, resource_type, status)
              select id, gen_random_uuid(), 'system', 'test', 'test', 'success' from tenants`;
    await sql`select enqueue_job('first-task')`;
    expect(await sql`select task_identifier from graphile_worker.jobs`).toEqual([
      { task_identifier: "first-task" },
    ]);
    const [newest] = await sql`select max(created_at)::text as at from drizzle.__drizzle_migrations`;
    expect(newest).toEqual({ at: String(newestMigration().when) });
  });
  await withSql(urls.tenantUrl, async (sql) => {
    expect(await sql`select id from tenants`).toEqual([]);
    const [row] = await sql`select enqueue_job('first-task') as id`;
    expect(Number(row?.id)).toBeGreaterThan(0);
  });
  // Foreign keys are checked as the owner, whom forced row-level security binds as well.
  await withSql(ownerUrl, async (sql) => {
    const deleted = sql`delete from tenants`;
    await expect(deleted).rejects.toMatchObject({ code: "23503" });
  });
}

describe("migrating", () => {
  test("makes an empty database usable, with an owner that is no superuser", async () => {
    const ownerUrl = await emptyDatabase();
    await withSql(ownerUrl, async (sql) => {
      const [owner] = await sql`select rolsuper, rolbypassrls from pg_roles where rolname = current_user`;
      expect(owner).toEqual({ rolsuper: false, rolbypassrls: false });
    });
    await expectUsable(ownerUrl, await migrate({ ownerUrl, secretKey, jobTasks }));
  });

  test("again changes nothing, and learns of new tasks", async () => {
    const ownerUrl = await emptyDatabase();
    const first = await migrate({ ownerUrl, secretKey, jobTasks });
    const shape = () =>
      withSql(
        ownerUrl,
        (sql) => sql`
        select (select count(*) from pg_policy) as policies, (select count(*) from pg_class) as relations,
               (select count(*) from drizzle.__drizzle_migrations) as migrations`,
      );
    const before = await shape();
    expect(await migrate({ ownerUrl, secretKey, jobTasks: ["second-task"] })).toEqual(first);
    expect(await shape()).toEqual(before);
    const tasks = await withSql(ownerUrl, (sql) => sql`select name from job_tasks order by name`);
    expect(tasks).toEqual([{ name: "first-task" }, { name: "second-task" }]);
  });

  test("by several servers at once is done once", async () => {
    const ownerUrl = await emptyDatabase();
    const all = await Promise.all([1, 2, 3, 4].map(() => migrate({ ownerUrl, secretKey, jobTasks })));
    expect(new Set(all.map(({ tenantUrl }) => tenantUrl)).size).toBe(1);
    const [first] = all;
    if (first) await expectUsable(ownerUrl, first);
  });

  test("with logins made by somebody else leaves those alone", async () => {
    const ownerUrl = await emptyDatabase();
    const [tenantLogin, systemLogin] = [newName("tenant"), newName("system")];
    await withSql(run.superuserUrl, (sql) =>
      sql.unsafe(`create role ${tenantLogin} login password 'theirs' in role signalbox_tenant;
                  create role ${systemLogin} login password 'theirs' in role signalbox_system`),
    );
    onTestFinished(() =>
      withSql(run.superuserUrl, (sql) => sql.unsafe(`drop role ${tenantLogin}, ${systemLogin}`)).then(
        () => {},
      ),
    );
    const urlOf = (login: string) => {
      const url = new URL(ownerUrl);
      [url.username, url.password] = [login, "theirs"];
      return url.toString();
    };
    const urls = { tenantUrl: urlOf(tenantLogin), systemUrl: urlOf(systemLogin) };
    expect(await migrate({ ownerUrl, secretKey: "", jobTasks, ...urls })).toEqual(urls);
    await expectUsable(ownerUrl, urls);
  });

  test("refuses runtime logins that row-level security does not bind", async () => {
    const ownerUrl = await emptyDatabase();
    const attempt = (tenantUrl: string, systemUrl: string) =>
      migrate({ ownerUrl, secretKey, jobTasks, tenantUrl, systemUrl });
    const urls = await migrate({ ownerUrl, secretKey, jobTasks });
    await expect(attempt(superuserIn(ownerUrl), urls.systemUrl)).rejects.toThrow(
      "bypasses row-level security",
    );
    await expect(attempt(ownerUrl, urls.systemUrl)).rejects.toThrow("owns tables");
    await expect(attempt(urls.systemUrl, urls.systemUrl)).rejects.toThrow("signalbox_tenant");
    await expect(attempt(urls.tenantUrl, urls.tenantUrl)).rejects.toThrow("signalbox_system");
    await expect(migrate({ ownerUrl, secretKey, jobTasks, tenantUrl: urls.tenantUrl })).rejects.toThrow(
      "both",
    );
  });

  test("says what to do when the owner may not make logins", async () => {
    const name = newName("weak");
    await withSql(run.superuserUrl, async (sql) => {
      await sql.unsafe(`create role ${name} login password 'weak'`);
      await sql.unsafe(`create database ${name} owner ${name}`);
    });
    onTestFinished(() =>
      withSql(run.superuserUrl, async (sql) => {
        await sql.unsafe(`drop database ${name} with (force)`);
        await sql.unsafe(`drop role ${name}`);
      }),
    );
    const url = new URL(withDatabase(run.ownerUrl, name));
    [url.username, url.password] = [name, "weak"];
    // Another key derives passwords that the logins of this server do not have.
    const attempt = migrate({ ownerUrl: url.toString(), secretKey: "another key", jobTasks });
    await expect(attempt).rejects.toThrow(/CREATEROLE/);
  });
});

test("a job is enqueued with its caller's transaction or not at all, and only when it is known", async () => {
  const ownerUrl = await emptyDatabase();
  const { tenantUrl } = await migrate({ ownerUrl, secretKey, jobTasks });
  const waiting = () =>
    withSql(ownerUrl, (sql) => sql`select task_identifier as task, key, priority from graphile_worker.jobs`);
  await withSql(tenantUrl, async (sql) => {
    await expect(sql`select enqueue_job('unknown-task')`).rejects.toMatchObject({ code: "22023" });
    await expect(
      sql`select enqueue_job('first-task', job_key_mode => 'unsafe_dedupe', job_key => 'k')`,
    ).rejects.toMatchObject({
      code: "22023",
    });
    await expect(sql`select graphile_worker.add_job('first-task')`).rejects.toMatchObject({ code: "42501" });
    await sql
      .begin(async (tx) => {
        await tx`select enqueue_job('first-task')`;
        throw new Error("no");
      })
      .catch(() => undefined);
    expect(await waiting()).toEqual([]);
    await sql.begin((tx) => tx`select enqueue_job('first-task', job_key => 'k', priority => 3)`);
    await sql`select enqueue_job('first-task', job_key => 'k', priority => 4)`;
    expect(await waiting()).toEqual([{ task: "first-task", key: "k", priority: 4 }]);
  });
});

const debian = "/usr/lib/postgresql/15/bin";
const execute = promisify(execFile);

describe.skipIf(!existsSync(path.join(debian, "initdb")))("on PostgreSQL 15", () => {
  let folder = "";
  let stop: () => Promise<unknown> = async () => {};
  afterAll(async () => {
    await stop();
    await rm(folder, { recursive: true, force: true });
  });

  test("migrations pass with a plain owner, and the database is usable", async () => {
    const account = await unprivilegedAccount();
    const identity = account === undefined ? {} : { uid: account.uid, gid: account.gid };
    const options = { ...identity, cwd: "/" };
    folder = await mkdtemp(path.join(tmpdir(), "signalbox-pg15-"));
    await chmod(folder, 0o700);
    if (account !== undefined) await chown(folder, account.uid, account.gid);
    const data = path.join(folder, "data");
    const port = await freePort(undefined);
    await execute(
      path.join(debian, "initdb"),
      ["-D", data, "-U", "postgres", "--auth=trust", "-E", "UTF8"],
      options,
    );
    const settings = `-c listen_addresses=127.0.0.1 -c port=${port} -c unix_socket_directories='' -c fsync=off`;
    await execute(
      path.join(debian, "pg_ctl"),
      ["-D", data, "-w", "-l", path.join(folder, "log"), "-o", settings, "start"],
      options,
    );
    stop = () => execute(path.join(debian, "pg_ctl"), ["-D", data, "-w", "-m", "immediate", "stop"], options);

    await withSql(`postgres://postgres@127.0.0.1:${port}/postgres`, async (sql) => {
      await sql`create role plain login createrole password 'plain'`;
      await sql`create database plain owner plain`;
      await sql`show server_version_num`.then(([row]) => expect(row?.server_version_num).toMatch(/^15/));
    });
    const ownerUrl = `postgres://plain:plain@127.0.0.1:${port}/plain`;
    const urls = await migrate({ ownerUrl, secretKey, jobTasks });
    await expectUsable(ownerUrl, urls);
    await migrate({ ownerUrl, secretKey, jobTasks });
  });
});
