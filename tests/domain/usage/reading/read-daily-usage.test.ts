import { afterAll, beforeAll, expect, test } from "vitest";
import type { Actor } from "#app/domain/auth/actor.ts";
import { readDailyUsage } from "#app/domain/usage/reading/read-daily-usage.server.ts";
import { readToolUsage } from "#app/domain/usage/reading/read-tool-usage.server.ts";
import { dailyUsageQuerySchema, toolUsageQuerySchema } from "#app/domain/usage/reading/schema.ts";
import type { UsageReach } from "#app/domain/usage/reading/usage-reach.server.ts";
import { createFleet } from "#tests/domain/messaging/fleet.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { createPlatformAdminFixture } from "#tests/setup/platform-admin.ts";
import { addRollUps } from "../roll-ups.ts";

const nowMs = Date.parse("2026-03-10T12:30:20Z");

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const read = (actor: Actor, query: Record<string, string> = {}, reach?: UsageReach) =>
  readDailyUsage(database.db, actor, { ...dailyUsageQuerySchema.parse(query), reach }, nowMs);

async function sceneOf(name: string) {
  const fleet = await createFleet(database, name);
  const [ann, bob] = [await fleet.addAgent("Ann"), await fleet.addAgent("Bob")];
  return { ...fleet, ann, bob };
}

test("a tenant that used nothing has zeros on every day", async () => {
  const { admin } = await createFleet(database, "Silent");
  const usage = await read(admin);
  expect(usage).toMatchObject({
    metric: "tokens",
    by: "none",
    window: { from: "2026-02-09", to: "2026-03-10" },
    previous: { from: "2026-01-10", to: "2026-02-08" },
    totals: { events: 0, tokens: 0, costMicros: 0 },
    groups: [],
  });
  expect(usage.days).toHaveLength(30);
  expect(usage.days.every(({ value, previous }) => value === 0 && previous === 0)).toBe(true);
});

test("days are summed with the same number of days before beside them", async () => {
  const { admin, tenantId, ann, bob } = await sceneOf("Daily");
  await addRollUps(database, tenantId, [
    { day: "2026-03-10", agentId: ann.id, input: 100, output: 20, costMicros: 7 },
    { day: "2026-03-10", agentId: bob.id, input: 10, costMicros: 1 },
    { day: "2026-03-08", agentId: bob.id, input: 1_000, costMicros: 50 },
    { day: "2026-03-07", agentId: ann.id, input: 5, costMicros: 2 },
    { day: "2026-03-04", agentId: ann.id, input: 77 },
  ]);
  const usage = await read(admin, { from: "2026-03-08", to: "2026-03-10" });
  expect(usage.days).toEqual([
    { day: "2026-03-08", value: 1_000, previous: 0 },
    { day: "2026-03-09", value: 0, previous: 0 },
    { day: "2026-03-10", value: 130, previous: 5 },
  ]);
  expect(usage.totals).toMatchObject({ events: 3, tokens: 1_130, inputTokens: 1_110, costMicros: 58 });
  expect(usage.previousTotals).toMatchObject({ events: 1, tokens: 5 });
  // Today is going on: the days that are over are compared with theirs.
  expect(usage.comparison).toMatchObject({ current: { tokens: 1_000 }, previous: { tokens: 0 } });
  const cost = await read(admin, { from: "2026-03-10", to: "2026-03-10", metric: "cost" });
  expect(cost.days).toEqual([{ day: "2026-03-10", value: 8, previous: 0 }]);
  expect(cost.comparison).toBeNull();
});

test("groups come with most first, by what is measured, and the rest as one", async () => {
  const { admin, tenantId, ann, bob } = await sceneOf("Grouped");
  await addRollUps(database, tenantId, [
    { day: "2026-03-09", agentId: ann.id, input: 10, costMicros: 900, model: "m-dear" },
    { day: "2026-03-09", agentId: bob.id, input: 500, costMicros: 5, tier: "haiku", provider: "other" },
    ...["a", "b", "c", "d", "e", "f", "g"].map((name) => ({
      ...{ day: "2026-03-08", agentId: bob.id, input: 1, userId: `user-${name}` },
    })),
  ]);
  const byAgent = await read(admin, { by: "agent" });
  expect(byAgent.groups.map(({ id, name, total }) => [id, name, total])).toEqual([
    [bob.id, "Bob", 507],
    [ann.id, "Ann", 10],
  ]);
  expect(byAgent.groups[0]?.values.at(-2)).toBe(500);
  expect((await read(admin, { by: "agent", metric: "cost" })).groups[0]).toMatchObject({
    name: "Ann",
    total: 900,
  });
  expect((await read(admin, { by: "model" })).groups.map(({ id }) => id)).toEqual([
    "claude-sonnet-4",
    "m-dear",
  ]);
  expect((await read(admin, { by: "tier" })).groups.map(({ id }) => id)).toEqual(["haiku", "sonnet"]);
  expect((await read(admin, { by: "provider" })).groups.map(({ id }) => id)).toEqual(["other", "anthropic"]);
  const byUser = await read(admin, { by: "user" });
  expect(byUser.groups.map(({ id, name, total }) => [id, name, total])).toEqual([
    ["", "Nobody named", 510],
    ...["a", "b", "c", "d", "e"].map((name) => [`user-${name}`, `user-${name}`, 1]),
    [null, "Others", 2],
  ]);
});

test("filters leave the usage of one agent, tier or model", async () => {
  const { admin, tenantId, ann, bob } = await sceneOf("Filtered");
  await addRollUps(database, tenantId, [
    { day: "2026-03-09", agentId: ann.id, input: 1 },
    { day: "2026-03-09", agentId: ann.id, input: 10, model: "gpt-5", provider: "openai" },
    { day: "2026-03-09", agentId: bob.id, input: 100, tier: "opus", model: "claude-opus-4" },
  ]);
  const tokensOf = async (query: Record<string, string>) => (await read(admin, query)).totals.tokens;
  expect(await tokensOf({ agentId: ann.id })).toBe(11);
  expect(await tokensOf({ tier: "opus" })).toBe(100);
  expect(await tokensOf({ model: "gpt-5" })).toBe(10);
  expect(await tokensOf({ agentId: bob.id, model: "gpt-5" })).toBe(0);
});

test("usage is the tenant's own; of all tenants it is for those who run the service", async () => {
  const [mine, theirs] = [await sceneOf("Mine"), await sceneOf("Theirs")];
  await addRollUps(database, mine.tenantId, [{ day: "2026-03-09", agentId: mine.ann.id, input: 3 }]);
  await addRollUps(database, theirs.tenantId, [
    { day: "2026-03-09", agentId: theirs.ann.id, input: 7_000_000 },
  ]);
  expect((await read(mine.admin)).totals.tokens).toBe(3);
  await expect(async () => read(mine.admin, {}, theirs.tenantId)).rejects.toThrow("tenants:admin");
  await expect(async () => read(mine.admin, {}, "all")).rejects.toThrow("tenants:admin");
  const { actor: platform } = await createPlatformAdminFixture(database.db);
  expect((await read(platform, {}, theirs.tenantId)).totals.tokens).toBe(7_000_000);
  const all = await readDailyUsage(
    database.db,
    platform,
    { ...dailyUsageQuerySchema.parse({}), by: "tenant", reach: "all" },
    nowMs,
  );
  expect(all.groups[0]).toMatchObject({ id: theirs.tenantId, name: "Theirs", total: 7_000_000 });
  await expect(async () => read(await mine.addPerson("Mo"))).rejects.toThrow("billing:read");
});

test.each([
  [{ from: "2026-03-11" }, "query.from"],
  [{ from: "2025-02-03" }, "query.from"],
  [{ from: "2024-01-01", to: "2025-12-31" }, "query.to"],
])("a window %o is refused at %s", async (query, path) => {
  const { admin } = await createFleet(database, "Window");
  await expect(async () => read(admin, query)).rejects.toMatchObject({ errors: [{ path }] });
});

test("tools are ranked by calls, beside as many days before", async () => {
  const { admin, tenantId, ann, bob } = await sceneOf("Tools");
  await addRollUps(database, tenantId, [
    { day: "2026-03-09", agentId: ann.id, tools: { search: 5, shell: 1 } },
    { day: "2026-03-10", agentId: bob.id, tools: { search: 2, browse: 9 } },
    { day: "2026-02-01", agentId: bob.id, tools: { shell: 4, gone: 40 } },
  ]);
  const tools = (query: Record<string, string>) =>
    readToolUsage(database.db, admin, toolUsageQuerySchema.parse(query), nowMs);
  expect(await tools({})).toEqual({
    window: { from: "2026-02-09", to: "2026-03-10" },
    tools: [
      { tool: "browse", calls: 9, previousCalls: 0 },
      { tool: "search", calls: 7, previousCalls: 0 },
      { tool: "shell", calls: 1, previousCalls: 4 },
    ],
    totalCalls: 17,
    toolCount: 3,
  });
  expect(await tools({ agentId: ann.id, limit: "1" })).toMatchObject({
    tools: [{ tool: "search", calls: 5 }],
    totalCalls: 6,
    toolCount: 2,
  });
});
