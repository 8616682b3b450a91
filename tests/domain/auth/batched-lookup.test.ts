import { describe, expect, test } from "vitest";
import { createBatchedLookup } from "#app/domain/auth/batched-lookup.ts";

/** A source whose answers come when the test says so. */
function slowSource() {
  const asked: string[][] = [];
  const answers: Array<() => void> = [];
  let version = 0;
  return {
    asked,
    change: () => {
      version += 1;
    },
    /** Reads at once and hands the result over later, as a query that was already under way would. */
    load: (keys: string[]) => {
      asked.push(keys);
      const found = new Map(keys.filter((key) => key !== "nobody").map((key) => [key, `${key}@${version}`]));
      return new Promise<Map<string, string>>((resolve) => {
        answers.push(() => resolve(found));
      });
    },
    answer: () => answers.shift()?.(),
  };
}

const lookupOn = (load: (keys: string[]) => Promise<Map<string, string>>, overrides = {}) => {
  const clock = { nowMs: 0 };
  const lookup = createBatchedLookup<string>({
    load,
    ttlMs: 1_000,
    maxEntries: 100,
    maxBatch: 2,
    nowMs: () => clock.nowMs,
    ...overrides,
  });
  return { lookup, clock };
};

describe("a batched lookup", () => {
  test("sends the first at once and what comes meanwhile together, each key once, in bounded batches", async () => {
    const source = slowSource();
    const { lookup } = lookupOn(source.load);
    const results = Promise.all(["a", "b", "b", "c", "d", "nobody"].map((key) => lookup.get(key)));
    expect(source.asked).toEqual([["a"]]);
    for (let i = 0; i < 4; i += 1) {
      source.answer();
      await new Promise(setImmediate);
    }
    expect(source.asked).toEqual([["a"], ["b", "c"], ["d", "nobody"]]);
    expect(await results).toEqual(["a@0", "b@0", "b@0", "c@0", "d@0", undefined]);
  });

  test("remembers what it found for its time, counted from before it was read, and nothing it did not find", async () => {
    const source = slowSource();
    const { lookup, clock } = lookupOn(source.load);
    const first = lookup.get("a");
    clock.nowMs = 400;
    source.answer();
    await first;
    clock.nowMs = 999;
    expect(await lookup.get("a")).toBe("a@0");
    expect(source.asked).toHaveLength(1);
    clock.nowMs = 1_000;
    void lookup.get("a");
    expect(source.asked).toHaveLength(2);
    source.answer();
    await new Promise(setImmediate);

    for (let i = 0; i < 2; i += 1) {
      const nobody = lookup.get("nobody");
      source.answer();
      expect(await nobody).toBeUndefined();
    }
    expect(source.asked).toHaveLength(4);
  });

  test("does not remember what was being read when it was told to forget", async () => {
    const source = slowSource();
    const { lookup } = lookupOn(source.load);
    const before = lookup.get("a");
    source.change();
    lookup.forget((value) => value.startsWith("a"));
    source.answer();
    expect(await before).toBe("a@0");
    const after = lookup.get("a");
    expect(source.asked).toHaveLength(2);
    source.answer();
    expect(await after).toBe("a@1");
  });

  test("passes a failure to those who asked, and works again after", async () => {
    let fails = true;
    const { lookup } = lookupOn(async (keys) => {
      if (fails) throw new Error("away");
      return new Map(keys.map((key) => [key, key]));
    });
    await expect(lookup.get("a")).rejects.toThrow("away");
    fails = false;
    expect(await lookup.get("a")).toBe("a");
  });

  test("remembers no more than its bound", async () => {
    const { lookup } = lookupOn(async (keys) => new Map(keys.map((key) => [key, key])), { maxEntries: 3 });
    for (let i = 0; i < 10; i += 1) await lookup.get(`k${i}`);
    expect(lookup.size()).toBe(3);
  });
});
