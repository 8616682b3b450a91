import { sql as drizzleSql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type CreateDatabaseOptions, createDatabase, type PooledDatabase } from "#db/client.server.ts";
import { DatabaseUnavailableError, type Sql } from "#db/database.ts";
import { newId, newUuid, SYSTEM_TENANT_ID, SYSTEM_TENANT_UUID, toUuid } from "#db/ids.ts";
import { jobTasks, tenants } from "#db/schema/index.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { startTcpProxy, type TcpProxy } from "#tests/setup/tcp-proxy.ts";

let database: TestDatabase;
let proxy: TcpProxy;
const opened: PooledDatabase[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  await database.owner`create table notes (id int primary key, text text)`;
  await database.owner`grant all on notes to signalbox_system`;
  proxy = await startTcpProxy(database.ownerUrl);
});
afterAll(async () => {
  await proxy.close();
  await database.drop();
});
afterEach(async () => {
  await proxy.restore();
  await Promise.all(opened.splice(0).map((db) => db.close()));
  await database.owner`truncate notes`;
});

/** A client of its own, through the proxy. */
function connectThroughProxy(options: Partial<CreateDatabaseOptions> = {}): PooledDatabase {
  const db = createDatabase({
    poolSize: 2,
    sqlPoolSize: 2,
    ...options,
    tenantUrl: proxy.through(database.tenantUrl),
    systemUrl: proxy.through(database.systemUrl),
  });
  opened.push(db);
  return db;
}

const signal = () => {
  let fire: () => void = () => {};
  const fired = new Promise<void>((resolve) => {
    fire = resolve;
  });
  return { fire, fired };
};

const backendOf = async (sql: Sql): Promise<number> => {
  const [row] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
  return row?.pid ?? 0;
};

const noteIds = async (): Promise<number[]> =>
  (await database.owner<{ id: number }[]>`select id from notes order by id`).map(({ id }) => id);

async function elapsedMs(work: Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work.catch(() => undefined);
  return performance.now() - start;
}

describe("a transaction", () => {
  test("commits what it did, and nothing of what it did before it failed", async () => {
    await database.db.withSql((sql) => sql`insert into notes values (1)`);
    const failing = database.db.withSql(async (sql) => {
      await sql`insert into notes values (2)`;
      throw new Error("changed my mind");
    });
    await expect(failing).rejects.toThrow("changed my mind");
    expect(await noteIds()).toEqual([1]);
  });

  test("whose failed query was swallowed does not pretend to have committed", async () => {
    const swallowing = database.db.withSql(async (sql) => {
      await sql`insert into notes values (1)`;
      await sql`insert into notes values (1)`.catch(() => undefined);
      return "fine";
    });
    await expect(swallowing).rejects.toMatchObject({ code: "23505" });
    expect(await noteIds()).toEqual([]);
  });

  test("goes on after a savepoint was rolled back", async () => {
    await database.db.withSql(async (sql) => {
      await sql`insert into notes values (1)`;
      await sql.savepoint((inner) => inner`insert into notes values (1)`).catch(() => undefined);
      await sql`insert into notes values (2)`;
    });
    await database.db.asSystem(async (tx) => {
      await tx.execute(drizzleSql`insert into notes values (3)`);
      await tx
        .transaction((inner) => inner.execute(drizzleSql`insert into notes values (3)`))
        .catch(() => undefined);
    });
    expect(await noteIds()).toEqual([1, 2, 3]);
  });

  test("refuses a query that was left over for after its end", async () => {
    let leaked: Sql | undefined;
    await database.db.withSql(async (sql) => {
      leaked = sql;
      await sql`select 1`;
    });
    await expect(leaked?.unsafe("insert into notes values (1)")).rejects.toThrow(
      "after its transaction had ended",
    );
    expect(await noteIds()).toEqual([]);
  });

  test("that only reads sees one moment, and cannot write", async () => {
    await database.db.withSql(
      async (sql) => {
        const before = await sql`select id from notes`;
        await database.owner`insert into notes values (1)`;
        expect(await sql`select id from notes`).toHaveLength(before.length);
      },
      { readOnly: true },
    );
    await expect(
      database.db.asSystem((tx) => tx.insert(jobTasks).values({ name: "x" }), { readOnly: true }),
    ).rejects.toMatchObject({ cause: { code: "25006" } });
  });

  test("sends begin, tenant and first query without waiting in between", async () => {
    const tenantId = newId("ten");
    const order: string[] = [];
    await database.db.asTenantSql(tenantId, async (sql) => {
      order.push("work");
      const [row] = await sql`select current_setting('app.tenant_id') as tenant`;
      order.push(String(row?.tenant));
    });
    expect(order).toEqual(["work", toUuid(tenantId)]);
  });

  test("reads dates and JSON with Drizzle and with SQL as each of them does", async () => {
    const [viaDrizzle] = await database.db.asTenant(SYSTEM_TENANT_ID, (tx) => tx.select().from(tenants));
    const [viaSql] = await database.db.asTenantSql(
      SYSTEM_TENANT_ID,
      (sql) => sql`select created_at, '{"a": [1]}'::jsonb as json from tenants`,
    );
    expect(viaDrizzle?.createdAt).toBeInstanceOf(Date);
    expect(viaSql).toMatchObject({ created_at: viaDrizzle?.createdAt, json: { a: [1] } });
  });
});

test("the tenant that a transaction sets ends with it", async () => {
  const db = createDatabase({ ...database, poolSize: 1 });
  opened.push(db);
  const pids = new Set<number>();
  await db.asTenantSql(SYSTEM_TENANT_ID, async (sql) => pids.add(await backendOf(sql)));
  await db.asTenantSql(newId("ten"), async (sql) => {
    pids.add(await backendOf(sql));
    expect(await sql`select id from tenants`).toEqual([]);
  });
  const afterwards = await db.asTenantSql(SYSTEM_TENANT_ID, async (sql) => {
    // The transaction ends here, and with it the setting, if it is the transaction's.
    await sql`commit`;
    return sql`select nullif(current_setting('app.tenant_id', true), '') as tenant`;
  });
  expect(afterwards[0]).toEqual({ tenant: null });
  const failing = db.asTenantSql(SYSTEM_TENANT_ID, (sql) => sql`select 1 / 0`);
  await expect(failing).rejects.toMatchObject({ code: "22012" });
  const setting = await db.asTenantSql(newId("ten"), async (sql) => {
    pids.add(await backendOf(sql));
    return sql`select count(*)::int as seen from tenants where id = ${SYSTEM_TENANT_UUID}`;
  });
  expect(setting[0]).toEqual({ seen: 0 });
  expect(pids.size).toBe(1);
});

describe("a commit behind the last queries", () => {
  test("keeps what they did, and lets no other query follow", async () => {
    let late: Promise<unknown> = Promise.resolve();
    await database.db.withSql(async (sql, commitBehind) => {
      await sql`insert into notes values (1)`;
      const writing = Promise.all([sql`insert into notes values (2)`, sql`insert into notes values (${3})`]);
      commitBehind();
      await writing;
      late = sql`insert into notes values (4)`;
      await late.catch(() => undefined);
    });
    await expect(late).rejects.toThrow(/after its transaction/);
    expect(await noteIds()).toEqual([1, 2, 3]);
  });

  test("keeps nothing where one of them fails, and says which, and the connection serves on", async () => {
    const db = connectThroughProxy({ sqlPoolSize: 1 });
    const failing = db.withSql(async (sql, commitBehind) => {
      const writing = Promise.all([
        sql`insert into notes values (1)`,
        sql`insert into notes values (1, 'the same again')`,
        sql`insert into notes values (2)`,
      ]);
      commitBehind();
      await writing;
    });
    await expect(failing).rejects.toMatchObject({ code: "23505" });
    const swallowing = db.withSql(async (sql, commitBehind) => {
      const writing = Promise.allSettled([sql`insert into notes values (3)`, sql`select 1 / 0`]);
      commitBehind();
      await writing;
    });
    await expect(swallowing).rejects.toMatchObject({ code: "22012" });
    await db.withSql((sql) => sql`insert into notes values (4)`);
    expect(await noteIds()).toEqual([4]);
  });

  test("is not sent when the work fails before its turn ends", async () => {
    const failing = database.db.withSql(async (sql, commitBehind) => {
      await sql`insert into notes values (1)`;
      commitBehind();
      throw new Error("changed my mind");
    });
    await expect(failing).rejects.toThrow("changed my mind");
    expect(await noteIds()).toEqual([]);
  });
});

describe("work of one query", () => {
  const once = { readOnly: true, oneQuery: true };
  const oneConnection = () => {
    const db = createDatabase({ ...database, poolSize: 1, sqlPoolSize: 1 });
    opened.push(db);
    return db;
  };
  const beginningOf = (db: PooledDatabase) =>
    db.withSql(async (sql) => (await sql<{ begun: string }[]>`select now()::text as begun`)[0]?.begun);

  test("has its transaction over when it has its answer, and sees its tenant alone", async () => {
    const db = oneConnection();
    const seen = await db.asTenantSql(
      SYSTEM_TENANT_ID,
      (sql) => sql`select id, current_setting('transaction_read_only') as read_only from tenants`,
      once,
    );
    expect(seen).toEqual([{ id: SYSTEM_TENANT_UUID, read_only: "on" }]);
    const [afterwards] = await db.asTenantSql(
      newId("ten"),
      (sql) => sql`select count(*)::int as seen from tenants`,
      once,
    );
    expect(afterwards).toEqual({ seen: 0 });
  });

  test("gives each of many at once its own answer", async () => {
    const db = oneConnection();
    const asked = Array.from({ length: 50 }, (_, n) => n);
    const answers = await Promise.all(
      asked.map((n) => db.withSql(async (sql) => (await sql`select ${n}::int as n`)[0]?.n, once)),
    );
    expect(answers).toEqual(asked);
  });

  test("is refused a second query, and cannot write", async () => {
    const db = oneConnection();
    const twice = db.withSql(async (sql) => {
      await sql`select 1`;
      await sql`select 2`;
    }, once);
    await expect(twice).rejects.toThrow(/one query/);
    const together = db.withSql((sql) => Promise.all([sql`select 1`, sql`select 2`]), once);
    await expect(together).rejects.toThrow(/one query/);
    await expect(db.withSql((sql) => sql`insert into notes values (1)`, once)).rejects.toMatchObject({
      code: "25006",
    });
    expect(await noteIds()).toEqual([]);
  });

  test("that fails, or is none at all, leaves its connection fit for the next", async () => {
    const db = oneConnection();
    await expect(db.withSql((sql) => sql`select 1 / 0`, once)).rejects.toMatchObject({ code: "22012" });
    expect(await db.withSql(async () => "nothing asked", once)).toBe("nothing asked");
    await expect(
      db.withSql(async () => {
        throw new Error("changed my mind");
      }, once),
    ).rejects.toThrow("changed my mind");
    expect(await beginningOf(db)).not.toBe(await beginningOf(db));
  });

  test("that is cut off fails as away, and the next has another connection", async () => {
    const db = oneConnection();
    const cut = db.withSql((sql) => sql`select pg_terminate_backend(pg_backend_pid())`, once);
    await expect(cut).rejects.toBeInstanceOf(DatabaseUnavailableError);
    expect(await db.withSql((sql) => sql`select 1 as one`, once)).toMatchObject([{ one: 1 }]);
  });
});

describe("waiting for a connection", () => {
  test("ends after its limit, in order, and is reported", async () => {
    const waits: string[] = [];
    const db = connectThroughProxy({ acquireTimeoutMs: 300, onWait: (lane) => waits.push(lane) });
    const hold = signal();
    const holders = [1, 2].map(() => db.withSql(() => hold.fired));
    await expect.poll(() => db.stats().lanes.sql.inUse).toBe(2);

    const order: number[] = [];
    const second = Promise.allSettled([1, 2, 3].map((n) => db.withSql(async () => order.push(n))));
    const tooLate = await elapsedMs(second);
    expect(tooLate).toBeGreaterThan(290);
    expect(tooLate).toBeLessThan(1_000);
    for (const outcome of await second)
      expect(outcome).toMatchObject({ status: "rejected", reason: { name: "DatabaseUnavailableError" } });

    await expect.poll(() => db.stats().away).toBe(false);
    waits.length = 0;
    const served = [1, 2, 3].map((n) => db.withSql(async () => order.push(n)));
    await expect.poll(() => db.stats().lanes.sql.waiting).toBe(3);
    hold.fire();
    await Promise.all([...holders, ...served]);
    expect(order).toEqual([1, 2, 3]);
    expect(waits).toEqual(["sql", "sql", "sql"]);
  });

  test("in one lane does not hold up another", async () => {
    const db = connectThroughProxy({ acquireTimeoutMs: 500 });
    const hold = signal();
    const holders = [1, 2].map(() => db.asTenant(SYSTEM_TENANT_ID, () => hold.fired));
    await expect.poll(() => db.stats().lanes.tenant.inUse).toBe(2);
    await expect(db.withSql((sql) => sql`select 1 as one`)).resolves.toMatchObject([{ one: 1 }]);
    hold.fire();
    await Promise.all(holders);
  });
});

describe("when the database is away", () => {
  test("requests are refused at once, and served again when it is back", async () => {
    const db = connectThroughProxy();
    await db.withSql((sql) => sql`select 1`);
    await proxy.refuse();
    // The first may still be given the connection that was just lost; it fails by that.
    const attempt = () => db.withSql((sql) => sql`select 1`);
    await expect(attempt()).rejects.toBeInstanceOf(DatabaseUnavailableError);
    await expect.poll(() => attempt().catch(() => db.stats().away)).toBe(true);
    const refused = db.asTenant(SYSTEM_TENANT_ID, (tx) => tx.select().from(tenants));
    expect(await elapsedMs(refused)).toBeLessThan(50);
    await expect(refused).rejects.toMatchObject({ name: "DatabaseUnavailableError" });

    await proxy.restore();
    await expect.poll(() => db.stats().away, { timeout: 5_000 }).toBe(false);
    await expect(db.asTenant(SYSTEM_TENANT_ID, (tx) => tx.select().from(tenants))).resolves.toHaveLength(1);
  });

  test("a database that accepts and hangs up is away, and not called without a pause", async () => {
    const db = connectThroughProxy();
    const before = proxy.hungUp;
    proxy.hangUp();
    await expect(db.withSql((sql) => sql`select 1`)).rejects.toBeInstanceOf(DatabaseUnavailableError);
    expect(db.stats().away).toBe(true);
    expect(proxy.hungUp - before).toBeLessThan(3);
    await proxy.restore();
    await expect.poll(() => db.stats().away).toBe(false);
  });

  test("a pool whose every connection hangs lets nobody else wait for it", async () => {
    const db = connectThroughProxy({ sqlPoolSize: 1, acquireTimeoutMs: 300, transactionTimeoutMs: 2_000 });
    await db.withSql((sql) => sql`select 1`);
    proxy.stall();
    const stuck = db.withSql((sql) => sql`select 1`);
    stuck.catch(() => undefined);
    await expect(db.withSql((sql) => sql`select 1`)).rejects.toThrow(
      "No database connection was free within 300 ms",
    );
    expect(db.stats().away).toBe(true);
    expect(await elapsedMs(db.withSql((sql) => sql`select 1`))).toBeLessThan(50);
    await proxy.restore();
    // It was slow, not gone: what was on its way arrives.
    await expect(stuck).resolves.toHaveLength(1);
    await expect.poll(() => db.stats().away).toBe(false);
  });

  test("an answer that never comes is waited for no longer than the limits", async () => {
    const db = connectThroughProxy({ acquireTimeoutMs: 300, transactionTimeoutMs: 1_000 });
    await db.withSql((sql) => sql`select 1`);
    proxy.stall();
    // On a connection that was open, and on one that would have to be opened.
    const stuck = elapsedMs(db.withSql((sql) => sql`select 1`));
    const opening = elapsedMs(db.asSystem((tx) => tx.execute(drizzleSql`select 1`)));
    expect(await opening).toBeLessThan(1_000);
    expect(await stuck).toBeLessThan(2_500);
    await expect(db.withSql((sql) => sql`select 1`)).rejects.toBeInstanceOf(DatabaseUnavailableError);

    await proxy.restore();
    await expect.poll(() => db.stats().away, { timeout: 5_000 }).toBe(false);
    await expect(db.withSql((sql) => sql`select 1 as one`)).resolves.toMatchObject([{ one: 1 }]);
  });

  test("a transaction cut in the middle leaves nothing, and its later queries go nowhere", async () => {
    let afterwards: unknown[] = [];
    const finished = signal();
    const cut = database.db.withSql(async (sql) => {
      const pid = await backendOf(sql);
      await sql`insert into notes values (1)`;
      await database.owner`select pg_terminate_backend(${pid})`;
      // As code does that does not notice: it goes on, several at once, prepared and not.
      afterwards = await Promise.allSettled([
        sql`insert into notes values (2)`,
        sql.unsafe("insert into notes values ($1)", [3]),
        sql`insert into notes values (${4})`,
      ]);
      afterwards.push(...(await Promise.allSettled([sql`insert into notes values (5)`])));
      finished.fire();
    });
    await expect(cut).rejects.toBeInstanceOf(DatabaseUnavailableError);
    await finished.fired;
    expect(afterwards).toHaveLength(4);
    for (const outcome of afterwards) expect(outcome).toMatchObject({ status: "rejected" });
    expect(await noteIds()).toEqual([]);
    await database.db.withSql((sql) => sql`insert into notes values (6)`);
    expect(await noteIds()).toEqual([6]);
  });

  test("one lost connection is replaced without refusing anybody", async () => {
    const db = connectThroughProxy({ sqlPoolSize: 1 });
    const pid = await db.withSql(backendOf);
    await database.owner`select pg_terminate_backend(${pid})`;
    await expect.poll(() => db.stats().lanes.sql.open).toBe(0);
    expect(await db.withSql(backendOf)).not.toBe(pid);
    expect(db.stats().away).toBe(false);
  });
});

test("a statement has its limits", async () => {
  const db = connectThroughProxy({ statementTimeoutMs: 200, lockTimeoutMs: 100 });
  await expect(db.withSql((sql) => sql`select pg_sleep(5)`)).rejects.toMatchObject({ code: "57014" });
  await database.owner`insert into notes values (1)`;
  await database.owner.begin(async (holder) => {
    await holder`select from notes for update`;
    await expect(db.withSql((sql) => sql`delete from notes`)).rejects.toMatchObject({ code: "55P03" });
  });
});

describe("listening", () => {
  test("hears what is published, and again after its connection was ended", async () => {
    const heard: string[] = [];
    let established = 0;
    const stop = await database.db.listen(
      "test_wakes",
      (payload) => heard.push(payload),
      () => {
        established++;
      },
    );
    await database.db.notify("test_wakes", "one");
    await expect.poll(() => heard).toEqual(["one"]);
    expect(established).toBe(1);

    await database.owner`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name like '% listen'`;
    await expect.poll(() => established, { timeout: 4_000 }).toBe(2);
    await database.db.notify("test_wakes", "two");
    await expect.poll(() => heard).toEqual(["one", "two"]);
    await stop();
    await database.db.notify("test_wakes", "three");
    await database.db.notify("test_wakes", "four");
    expect(heard).toEqual(["one", "two"]);
  });

  test("comes back within moments, however often it was tried in vain", async () => {
    const db = connectThroughProxy();
    const heard: string[] = [];
    let established = 0;
    await db.listen(
      "test_absence",
      (payload) => heard.push(payload),
      () => {
        established++;
      },
    );
    const before = proxy.hungUp;
    proxy.hangUp();
    const start = performance.now();
    // The driver's own delays would have grown to seconds by now.
    await expect.poll(() => proxy.hungUp - before).toBeGreaterThan(8);
    const perSecond = (proxy.hungUp - before) / ((performance.now() - start) / 1000);
    expect(perSecond).toBeLessThan(20);
    await proxy.restore();
    await expect.poll(() => established, { timeout: 2_000 }).toBe(2);
    await database.db.notify("test_absence", "back");
    await expect.poll(() => heard).toEqual(["back"]);
  });

  test("begins when the database comes, if it was away at first", async () => {
    const db = connectThroughProxy({ acquireTimeoutMs: 200 });
    proxy.hangUp();
    const heard: string[] = [];
    let established = 0;
    await db.listen(
      "test_first",
      (payload) => heard.push(payload),
      () => {
        established++;
      },
    );
    expect(established).toBe(0);
    await proxy.restore();
    await expect.poll(() => established).toBe(1);
    await database.db.notify("test_first", "hello");
    await expect.poll(() => heard).toEqual(["hello"]);
  });

  test("serves several listeners and channels on one connection", async () => {
    const heard: string[] = [];
    const hear = (who: string) => (payload: string) => heard.push(`${who} ${payload}`);
    let told = 0;
    const stops = [
      await database.db.listen("test_one", hear("a"), () => told++),
      await database.db.listen("test_one", hear("b"), () => told++),
      await database.db.listen("test_two", hear("c"), () => told++),
    ];
    expect(told).toBe(3);
    await stops[0]?.();
    await database.db.notify("test_one", "x");
    await database.db.notify("test_two", "y");
    await expect.poll(() => heard).toEqual(["b x", "c y"]);
    const connections = await database.owner`
      select from pg_stat_activity where datname = current_database() and application_name = 'signalbox listen'`;
    expect(connections).toHaveLength(1);
    for (const stop of stops) await stop();
  });
});

test("closing lets transactions in progress finish, and refuses new ones", async () => {
  const db = createDatabase({ ...database, poolSize: 1, sqlPoolSize: 1 });
  const hold = signal();
  const id = newUuid();
  const inProgress = db.withSql(async (sql) => {
    await hold.fired;
    await sql`insert into notes values (1, ${id})`;
  });
  await expect.poll(() => db.stats().lanes.sql.inUse).toBe(1);
  const closing = db.close();
  await expect(db.withSql((sql) => sql`select 1`)).rejects.toBeInstanceOf(DatabaseUnavailableError);
  hold.fire();
  await inProgress;
  await closing;
  expect(await noteIds()).toEqual([1]);
  const left = await database.owner`
    select pid from pg_stat_activity where datname = current_database() and application_name like 'signalbox%'
      and query like ${`%${id}%`}`;
  expect(left).toEqual([]);
});
