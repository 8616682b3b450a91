import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createCounterStore } from "#app/domain/limits/counter-store.server.ts";
import { purgeRateLimits } from "#app/domain/limits/purge-rate-limits.server.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const rowOf = async (key: string) => {
  const [row] = await database.owner`
    select points, (expire - extract(epoch from now()) * 1000)::int as ms_left from rate_limits where key = ${key}
  `;
  return row;
};

describe("a counter", () => {
  test("gives each of those who add at once a count of its own, over two processes", async () => {
    const stores = [createCounterStore(database.db), createCounterStore(database.db)];
    const added = await Promise.all(
      Array.from({ length: 100 }, (_, i) => stores[i % 2]?.add("at once", 2, 60_000)),
    );
    const counts = added.map((count) => count?.points ?? 0).sort((a, b) => a - b);
    expect(counts).toEqual(Array.from({ length: 100 }, (_, i) => 2 * (i + 1)));
    expect(await rowOf("at once")).toMatchObject({ points: 200 });
  });

  test("has a window that begins with the first and is not lengthened by the next", async () => {
    const store = createCounterStore(database.db);
    expect(await store.add("window", 1, 60_000)).toMatchObject({ points: 1 });
    await database.owner`update rate_limits set expire = expire - 40000 where key = 'window'`;
    const { points, msLeft } = await store.add("window", 1, 60_000);
    expect(points).toBe(2);
    expect(msLeft).toBeGreaterThan(0);
    expect(msLeft).toBeLessThanOrEqual(20_000);
  });

  test("begins anew when its window is over, for all who add then", async () => {
    const store = createCounterStore(database.db);
    await store.add("over", 50, 60_000);
    await database.owner`update rate_limits set expire = expire - 60000 where key = 'over'`;
    const added = await Promise.all([store.add("over", 1, 60_000), store.add("over", 3, 60_000)]);
    expect(added.map(({ points }) => points)).toEqual([1, 4]);
    expect((await rowOf("over"))?.ms_left).toBeGreaterThan(50_000);
  });

  test("costs one commit for many who come together", async () => {
    const store = createCounterStore(database.db);
    const commits = async () => {
      const [row] = await database.owner`select pg_current_xact_id()::text::bigint::int as xid`;
      return Number(row?.xid);
    };
    const before = await commits();
    await Promise.all(Array.from({ length: 300 }, (_, i) => store.add(`together ${i % 10}`, 1, 60_000)));
    // Ours, and the two that asked.
    expect((await commits()) - before).toBeLessThanOrEqual(3);
  });
});

describe("the purge", () => {
  test("takes counters that are long over, and no others", async () => {
    const { owner, db } = database;
    await owner`truncate rate_limits`;
    await owner`
      insert into rate_limits (key, points, expire)
      select 'old ' || n, 1, (extract(epoch from now() - interval '1 hour') * 1000)::bigint
      from generate_series(1, 25) as n
    `;
    const store = createCounterStore(db);
    await store.add("young", 1, 60_000);
    expect(await purgeRateLimits(db, { batchSize: 10 })).toBe(25);
    expect(await owner`select key from rate_limits`).toEqual([{ key: "young" }]);
  });
});
