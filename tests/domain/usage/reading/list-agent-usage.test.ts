import { afterAll, beforeAll, expect, test } from "vitest";
import type { Actor } from "#app/domain/auth/actor.ts";
import { QUOTA_UNITS } from "#app/domain/catalogue.ts";
import { quotaStateOf } from "#app/domain/quota-state.ts";
import { listAgentUsage } from "#app/domain/usage/reading/list-agent-usage.server.ts";
import { agentUsageQuerySchema } from "#app/domain/usage/reading/schema.ts";
import { toUuid } from "#db/ids.ts";
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

const list = (actor: Actor, query: Record<string, string> = {}) =>
  listAgentUsage(database.db, actor, agentUsageQuerySchema.parse(query), nowMs);
const namesOf = async (actor: Actor, query: Record<string, string> = {}) =>
  (await list(actor, query)).agents.map(({ name }) => name);

/** Sonnets, of 10 M tokens a month. */
async function sceneOf(name: string) {
  const fleet = await createFleet(database, name);
  const [ann, bob, eve] = [
    await fleet.addAgent("Ann"),
    await fleet.addAgent("Bob"),
    await fleet.addAgent("Eve"),
  ];
  return { ...fleet, ann, bob, eve };
}

test("each agent has its use of its quota, also one that used nothing", async () => {
  const { admin, tenantId, ann, bob } = await sceneOf("Quota");
  await addRollUps(database, tenantId, [
    { day: "2026-03-02", agentId: ann.id, input: 6_000_000, output: 2_500_000, costMicros: 55_500_000 },
    { day: "2026-02-05", agentId: ann.id, input: 4_000_000 },
    { day: "2026-02-20", agentId: ann.id, input: 9_000_000 },
    { day: "2026-03-10", agentId: bob.id, input: 10 },
  ]);
  const { month, agents, states, pagination } = await list(admin);
  expect(month).toBe("2026-03");
  expect(agents).toEqual([
    {
      ...{ tenantId, agentId: ann.id, name: "Ann", tier: "sonnet", status: "active" },
      ...{ usedTokens: 8_500_000, quotaTokens: 10_000_000, percent: 85, quotaState: "warning" },
      ...{ ceilingPercent: 150, hold: null, costMicros: 55_500_000 },
      // The nine days that are over, and the first nine of February.
      trend: { current: 8_500_000, previous: 4_000_000 },
    },
    expect.objectContaining({ name: "Bob", usedTokens: 10, trend: { current: 0, previous: 0 } }),
    expect.objectContaining({ name: "Eve", usedTokens: 0, percent: 0, quotaState: "normal" }),
  ]);
  expect(states).toEqual({ normal: 2, warning: 1, limited: 0, paused: 0 });
  expect(pagination).toEqual({ total: 3, limit: 100, nextCursor: null });
  const before = await list(admin, { month: "2026-02" });
  expect(before.agents[0]).toMatchObject({
    usedTokens: 13_000_000,
    trend: { current: 13_000_000, previous: 0 },
  });
});

test("it can be sorted, searched, filtered, and paged through without loss", async () => {
  const { admin, tenantId, ann, bob, eve } = await sceneOf("Listed");
  await addRollUps(database, tenantId, [
    { day: "2026-03-02", agentId: ann.id, input: 9_000_000, costMicros: 1 },
    { day: "2026-03-02", agentId: bob.id, input: 12_000_000, costMicros: 3 },
    { day: "2026-03-02", agentId: eve.id, input: 5, costMicros: 2 },
  ]);
  expect(await namesOf(admin)).toEqual(["Bob", "Ann", "Eve"]);
  expect(await namesOf(admin, { sort: "cost" })).toEqual(["Bob", "Eve", "Ann"]);
  expect(await namesOf(admin, { sort: "percent", order: "asc" })).toEqual(["Eve", "Ann", "Bob"]);
  expect(await namesOf(admin, { sort: "name" })).toEqual(["Ann", "Bob", "Eve"]);
  expect(await namesOf(admin, { search: "an" })).toEqual(["Ann"]);
  expect(await namesOf(admin, { search: eve.id })).toEqual(["Eve"]);
  expect(await namesOf(admin, { state: "limited" })).toEqual(["Bob"]);
  expect(await namesOf(admin, { tier: "opus" })).toEqual([]);
  for (const sort of ["name", "tokens", "cost", "percent"])
    for (const order of ["asc", "desc"]) {
      const whole = await namesOf(admin, { sort, order });
      const paged: string[] = [];
      let cursor: string | null = "";
      while (cursor !== null) {
        const page = await list(admin, { sort, order, limit: "1", ...(cursor !== "" && { cursor }) });
        paged.push(...page.agents.map(({ name }) => name));
        cursor = page.pagination.nextCursor;
      }
      expect(paged, `${sort} ${order}`).toEqual(whole);
    }
  const { pagination } = await list(admin, { limit: "1" });
  await expect(async () =>
    list(admin, { sort: "name", cursor: pagination.nextCursor ?? "" }),
  ).rejects.toMatchObject({ errors: [{ path: "query.cursor" }] });
  await expect(async () => list(admin, { month: "2026-04" })).rejects.toMatchObject({
    errors: [{ path: "query.month" }],
  });
});

test("the state of a listed agent is what the one rule says, to the token, with overage and without", async () => {
  const { admin, tenantId, ann } = await sceneOf("Rule");
  await addRollUps(database, tenantId, [{ day: "2026-03-02", agentId: ann.id, input: 1 }]);
  const { owner } = database;
  for (const overage of [false, true])
    for (const ceilingPercent of [150, 200])
      for (const percent of [0, 80, 100, 150, 200])
        for (const off of [-1, 0, 1]) {
          const used = Math.max(0, (QUOTA_UNITS * percent) / 100 + off);
          await owner`update tenants set plan = 'growth', overage = ${overage} where id = ${toUuid(tenantId)}`;
          await owner`
            update agent_periods set used_units = ${used}, ceiling_percent = ${ceilingPercent}
            where agent_id = ${toUuid(ann.id)}`;
          const [agent] = (await list(admin, { search: ann.id })).agents;
          expect(agent?.quotaState, `${used} of ${QUOTA_UNITS}, ${overage}`).toBe(
            quotaStateOf({ used, of: QUOTA_UNITS, ceilingPercent, overage }),
          );
        }
});

test("those who run the service see every tenant's agents, with whose they are", async () => {
  const { tenantId, ann } = await sceneOf("Everybody");
  await addRollUps(database, tenantId, [{ day: "2026-03-02", agentId: ann.id, input: 800_000_000 }]);
  const { actor: platform } = await createPlatformAdminFixture(database.db);
  const query = agentUsageQuerySchema.parse({ limit: "1" });
  const all = await listAgentUsage(database.db, platform, { ...query, reach: "all" }, nowMs);
  expect(all.agents).toMatchObject([
    { tenantId, tenantName: "Everybody", name: "Ann", quotaState: "paused" },
  ]);
  expect(all.pagination.total).toBeGreaterThan(3);
});
