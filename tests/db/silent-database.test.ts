import { sql as drizzleSql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type CreateDatabaseOptions, createDatabase, type PooledDatabase } from "#db/client.server.ts";
import { SYSTEM_TENANT_ID } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { keepLog } from "#tests/setup/kept-log.ts";
import { startTcpProxy, type TcpProxy } from "#tests/setup/tcp-proxy.ts";

let database: TestDatabase;
let proxy: TcpProxy;
const opened: PooledDatabase[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  await database.owner`create table notes (id int primary key)`;
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
});

/** With the limits that a server has, unless it says otherwise. */
function connectThroughProxy(options: Partial<CreateDatabaseOptions> = {}): PooledDatabase {
  const db = createDatabase({
    ...options,
    tenantUrl: proxy.through(database.tenantUrl),
    systemUrl: proxy.through(database.systemUrl),
  });
  opened.push(db);
  return db;
}

async function refusalMs(work: Promise<unknown>): Promise<number> {
  const start = performance.now();
  await expect(work).rejects.toMatchObject({ name: "DatabaseUnavailableError" });
  return performance.now() - start;
}

const inUse = (db: PooledDatabase) =>
  Object.values(db.stats().lanes).reduce((sum, lane) => sum + lane.inUse, 0);

describe("a database that is connected and says nothing", () => {
  test("is given up within 2 s by whoever waits for it, in whatever way, and the rest is refused at once", async () => {
    const kept = keepLog("info");
    const db = connectThroughProxy({ log: kept.log });
    await db.withSql((sql) => sql`select 1`);
    await db.asTenantSql(SYSTEM_TENANT_ID, (sql) => sql`select 1`);
    proxy.stall();
    const waits = await Promise.all(
      [
        db.withSql((sql) => sql`insert into notes values (1)`),
        db.withSql((sql) => sql`select 1`, { readOnly: true, oneQuery: true }),
        db.asTenantSql(SYSTEM_TENANT_ID, (sql) => sql`select 1`),
        // Nobody has connected in this lane yet.
        db.asTenant(SYSTEM_TENANT_ID, (tx) => tx.execute(drizzleSql`select 1`)),
        db.asSystem((tx) => tx.execute(drizzleSql`select 1`)),
      ].map(refusalMs),
    );
    expect(Math.max(...waits)).toBeLessThan(2_000);
    expect(await refusalMs(db.withSql((sql) => sql`select 1`))).toBeLessThan(50);
    await expect.poll(() => inUse(db)).toBe(0);

    await proxy.restore();
    await expect.poll(() => db.stats().away, { timeout: 8_000 }).toBe(false);
    await expect(db.withSql((sql) => sql`select 1 as one`)).resolves.toMatchObject([{ one: 1 }]);
    expect(await database.owner`select id from notes`).toEqual([]);
    expect(kept.lines.map((line) => JSON.parse(line).msg)).toEqual([
      "The database is away",
      "The database is back",
    ]);
  });

  test("in the middle of a transaction, or of its commit: as soon", async () => {
    const db = connectThroughProxy();
    const middle = db.withSql(async (sql) => {
      await sql`insert into notes values (2)`;
      proxy.stall();
      await sql`insert into notes values (3)`;
    });
    expect(await refusalMs(middle)).toBeLessThan(2_000);
    await proxy.restore();
    await expect.poll(() => db.stats().away, { timeout: 8_000 }).toBe(false);
    const commit = db.withSql(async (sql, commitBehind) => {
      await sql`select 1`;
      commitBehind();
      proxy.stall();
    });
    expect(await refusalMs(commit)).toBeLessThan(2_000);
    expect(await database.owner`select id from notes`).toEqual([]);
  });

  test("is found out while its transactions wait for something else, once they ask it again", async () => {
    const db = connectThroughProxy();
    const busyElsewhere = db.withSql(async (sql) => {
      await sql`select 1`;
      proxy.stall();
      // Longer than silence is borne; but nothing was asked.
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      expect(db.stats().away).toBe(false);
      await sql`select 2`;
    });
    await expect(busyElsewhere).rejects.toMatchObject({ name: "DatabaseUnavailableError" });
  });
});

test("a statement that takes long is left to its end", async () => {
  const db = connectThroughProxy();
  const start = performance.now();
  await db.withSql((sql) => sql`select pg_sleep(3)`);
  expect(performance.now() - start).toBeGreaterThan(2_900);
  expect(db.stats().away).toBe(false);
});

test("one connection that goes dead is cut a second after its statement's limit, and the others serve on", async () => {
  const db = connectThroughProxy({ statementTimeoutMs: 1_000 });
  await db.withSql((sql) => sql`select 1`);
  proxy.stallPresent();
  const dead = refusalMs(db.withSql((sql) => sql`select 1`));
  await expect(db.asTenantSql(SYSTEM_TENANT_ID, (sql) => sql`select 1 as one`)).resolves.toMatchObject([
    { one: 1 },
  ]);
  expect(await dead).toBeLessThan(4_000);
  expect(db.stats().away).toBe(false);
  await expect(db.withSql((sql) => sql`select 1 as one`)).resolves.toMatchObject([{ one: 1 }]);
});
