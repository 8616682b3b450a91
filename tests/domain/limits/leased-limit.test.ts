import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CounterStore, createCounterStore } from "#app/domain/limits/counter-store.server.ts";
import { createLeasedLimit, type LeasedLimit } from "#app/domain/limits/leased-limit.server.ts";
import type { Verdict } from "#app/domain/limits/verdict.ts";
import { createDatabase, type PooledDatabase } from "#db/client.server.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { startTcpProxy, type TcpProxy } from "#tests/setup/tcp-proxy.ts";

let database: TestDatabase;
let proxy: TcpProxy;
let behindProxy: PooledDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  proxy = await startTcpProxy(database.systemUrl);
  behindProxy = createDatabase({
    tenantUrl: proxy.through(database.tenantUrl),
    systemUrl: proxy.through(database.systemUrl),
    acquireTimeoutMs: 200,
  });
});
afterAll(async () => {
  await behindProxy.close();
  await proxy.close();
  await database.drop();
});

const limitOf = (requests: number, store = createCounterStore(database.db), windowMs = 60_000): LeasedLimit =>
  createLeasedLimit({ name: "api_key", store, limit: { requests, windowMs } });

const within = (verdicts: readonly Verdict[]): number => verdicts.filter(({ isWithin }) => isWithin).length;

async function takeInTurn(limit: LeasedLimit, key: string, times: number): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (let i = 0; i < times; i += 1) verdicts.push(await limit.take(key));
  return verdicts;
}

/** Counts how often the database is asked. */
function countingStore(): CounterStore & { asked: number } {
  const store = createCounterStore(database.db);
  const counting = {
    asked: 0,
    add(key: string, points: number, windowMs: number) {
      counting.asked += 1;
      return store.add(key, points, windowMs);
    },
  };
  return counting;
}

describe("a leased limit", () => {
  test.each([1, 3, 20, 100, 1_000])("lets exactly %i through in one process", async (requests) => {
    const verdicts = await takeInTurn(limitOf(requests), `alone ${requests}`, requests + 50);
    expect(verdicts.map(({ isWithin }) => isWithin)).toEqual(verdicts.map((_, i) => i < requests));
    expect(verdicts.map(({ remaining }) => remaining).slice(0, requests)).toEqual(
      Array.from({ length: requests }, (_, i) => requests - 1 - i),
    );
  });

  test("lets exactly its number through also when all come at once", async () => {
    const limit = limitOf(200);
    const verdicts = await Promise.all(Array.from({ length: 1_000 }, () => limit.take("at once")));
    expect(within(verdicts)).toBe(200);
    for (const { isWithin, resetMs } of verdicts) if (!isWithin) expect(resetMs).toBeGreaterThan(0);
  });

  test("holds over processes, give or take a block in each", async () => {
    const processes = Array.from({ length: 4 }, () => limitOf(400));
    const verdicts = await Promise.all(
      Array.from({ length: 2_000 }, async (_, i) => {
        const limit = processes[i % 4];
        if (limit === undefined) throw new Error("no process");
        return limit.take("shared");
      }),
    );
    const block = 400 / 20;
    expect(within(verdicts)).toBeGreaterThanOrEqual(400 - 4 * 2 * block);
    expect(within(verdicts)).toBeLessThanOrEqual(400 + 4 * block);
  });

  test("answers at once, the first request included, and asks the database once for a block", async () => {
    const store = countingStore();
    const limit = limitOf(10_000, store);
    expect(limit.take("first")).not.toBeInstanceOf(Promise);
    for (let i = 1; i < 10_000; i += 1) {
      const verdict = limit.take("first");
      if (verdict instanceof Promise) await verdict;
      else if (i % 100 === 0) await new Promise(setImmediate);
    }
    expect(store.asked).toBeLessThanOrEqual(21);
    const asked = store.asked;
    expect(within(await takeInTurn(limit, "first", 500))).toBe(0);
    expect(store.asked).toBe(asked);
  });

  test("begins anew when the window ends", async () => {
    const limit = limitOf(5, undefined, 400);
    expect(within(await takeInTurn(limit, "again", 8))).toBe(5);
    await expect.poll(async () => (await limit.take("again")).isWithin).toBe(true);
    expect(within(await takeInTurn(limit, "again", 8))).toBe(4);
  });

  test("joins the window that another process has begun", async () => {
    expect(within(await takeInTurn(limitOf(100), "joined", 60))).toBe(60);
    await database.owner`update rate_limits set expire = expire - 30000 where key = 'api_key:joined'`;
    const verdicts = await takeInTurn(limitOf(100), "joined", 60);
    expect(within(verdicts)).toBeGreaterThanOrEqual(30);
    expect(within(verdicts)).toBeLessThanOrEqual(45);
    expect(verdicts.at(-1)?.resetMs).toBeLessThanOrEqual(30_000);
  });

  test("tells keys apart, and forgets the oldest of too many", async () => {
    const store = countingStore();
    const limit = createLeasedLimit({
      ...{ name: "user", store, maxCounters: 10 },
      limit: { requests: 1, windowMs: 60_000 },
    });
    const verdicts = await Promise.all(Array.from({ length: 30 }, (_, i) => limit.take(`key ${i}`)));
    expect(within(verdicts)).toBe(30);
    // Forgotten here and not in the database.
    await expect.poll(async () => (await limit.take("key 0")).isWithin).toBe(false);
  });
});

describe("a leased limit without its database", () => {
  test("counts in memory, and over all processes again when it is back", async () => {
    const told: boolean[] = [];
    const limit = createLeasedLimit({
      ...{ name: "user", store: createCounterStore(behindProxy) },
      limit: { requests: 40, windowMs: 60_000 },
      onStore: (isThere) => told.push(isThere),
    });
    expect((await limit.take("warm")).isWithin).toBe(true);
    await expect.poll(() => told).toEqual([true]);

    await proxy.refuse();
    expect(within(await takeInTurn(limit, "away", 60))).toBe(40);
    expect(told).toContain(false);

    await proxy.restore();
    await expect.poll(() => behindProxy.stats().away).toBe(false);
    told.length = 0;
    expect((await limit.take("back")).isWithin).toBe(true);
    await expect.poll(() => told).toEqual([true]);
    const [row] = await database.owner`select points from rate_limits where key = 'user:back'`;
    expect(row?.points).toBe(2);
  });

  test("goes on with the count that it had", async () => {
    const limit = limitOf(100, createCounterStore(behindProxy));
    expect(within(await takeInTurn(limit, "goes on", 50))).toBe(50);
    await proxy.refuse();
    expect(within(await takeInTurn(limit, "goes on", 80))).toBe(50);
    await proxy.restore();
  });
});
