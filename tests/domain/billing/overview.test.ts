import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemActor } from "#app/domain/auth/system-actor.ts";
import { closeMonths } from "#app/domain/billing/close-months.server.ts";
import { readBillingOverview } from "#app/domain/billing/read-overview.server.ts";
import { DOLLAR } from "#app/domain/catalogue.ts";
import { toUuid } from "#db/ids.ts";
import { addUsage, type BilledTenant, createBilledTenant } from "#tests/setup/billed-tenant.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";

let database: TestDatabase;
let example: BilledTenant;

beforeAll(async () => {
  database = await createTestDatabase();
  const sonnet = { modelTier: "sonnet" as const };
  example = await createBilledTenant(database.db, {
    ...{ plan: "growth", overage: true, since: new Date("2024-01-20T12:00:00Z") },
    agents: [
      ...[sonnet, sonnet, sonnet, sonnet, sonnet],
      { modelTier: "opus", thinkingMode: "high" },
      { modelTier: "opus", since: new Date("2024-01-25T00:00:00Z") },
    ],
  });
  await addUsage(database.owner, example, {
    agentId: example.agents[0],
    day: "2024-02-02",
    tokens: 12_200_000,
  });
  await addUsage(database.owner, example, {
    agentId: example.agents[1],
    day: "2024-02-03",
    tokens: 10_900_000,
  });
  await addUsage(database.owner, example, { agentId: example.agents[5], day: "2024-02-20", tokens: 700_000 });
});
afterAll(() => database.drop());

const overviewAt = (time: string, tenant = example) =>
  readBillingOverview(database.db, systemActor(tenant.tenantId, "tests"), Date.parse(time));

describe("the overview of a month", () => {
  test("is the worked example, on any of its days", async () => {
    for (const day of ["2024-02-04", "2024-02-15", "2024-02-29"]) {
      const overview = await overviewAt(`${day}T08:00:00Z`);
      expect(overview.totalMicros).toBe(529_400_000);
      expect(overview).toMatchObject({
        ...{ period: "2024-02-01", nextBillingDate: "2024-03-01", base: { amountMicros: 299 * DOLLAR } },
        plan: { plan: "growth", includedAgents: 5, monthlyMicros: 517 * DOLLAR },
        agents: { included: { sonnet: 5 }, additional: { opus: 2 } },
        additionalAgents: [
          { tier: "opus", agents: 2, unitPriceMicros: 99 * DOLLAR, amountMicros: 198 * DOLLAR },
        ],
        surcharges: [{ thinkingMode: "high", agents: 1, amountMicros: 20 * DOLLAR }],
        overage: {
          ...{ offered: true, enabled: true, tokens: 3_100_000, amountMicros: 12_400_000, freeTokens: 0 },
          byTier: [{ tier: "sonnet", tokens: 3_100_000, pricePerMillionMicros: 4 * DOLLAR }],
        },
      });
    }
  });

  test("says what has been used of it by now, and what it may come to", async () => {
    const early = await overviewAt("2024-02-04T00:00:00Z");
    // Three of 29 days, and all of the overage.
    expect(early.accruedMicros).toBe(30_930_000 + 20_480_000 + 2_070_000 + 12_400_000);
    expect(early.forecast.totalMicros).toBeGreaterThan(early.totalMicros);
    expect(early.forecast.drivers.map(({ agentId }) => agentId)).toEqual(example.agents.slice(0, 2));
    expect(early.forecast.drivers[0]).toMatchObject({ name: "Agent 0" });
    // They have been silent for more than a week, and opus stays below its quota.
    const late = await overviewAt("2024-02-20T12:00:00Z");
    expect(late.forecast).toMatchObject({ totalMicros: 529_400_000, overageMicros: 12_400_000, drivers: [] });
    const end = await overviewAt("2024-02-29T23:59:59.999Z");
    expect(end.accruedMicros).toBe(529_400_000);
  });

  test("has the last month beside it: by its statement, then as it was invoiced", async () => {
    expect((await overviewAt("2024-01-31T12:00:00Z")).lastMonth).toBeNull();
    const january = (await overviewAt("2024-01-31T23:59:59.999Z")).totalMicros;
    expect((await overviewAt("2024-02-05T00:00:00Z")).lastMonth).toEqual({
      ...{ period: "2024-01-01", totalMicros: january, invoiceId: null },
    });
    await closeMonths(database.db, { nowMs: Date.parse("2024-02-05T00:00:00Z") });
    expect((await overviewAt("2024-02-05T00:00:00Z")).lastMonth).toMatchObject({
      ...{ period: "2024-01-01", totalMicros: january, invoiceId: expect.stringMatching(/^bil_/) },
    });
  });

  test("names what each agent has part in, the dearest first", async () => {
    const { agentCosts, agentCount } = await overviewAt("2024-02-21T00:00:00Z");
    expect(agentCount).toBe(7);
    expect(
      agentCosts
        .slice(0, 4)
        .map(({ agentId, isIncluded, usedPercent, totalMicros }) => [
          ...[example.agents.indexOf(agentId), isIncluded, usedPercent, totalMicros / DOLLAR],
        ]),
    ).toEqual([
      [5, false, 14, 119],
      [6, false, 0, 99],
      [0, true, 122, 8.8],
      [1, true, 109, 3.6],
    ]);
  });

  test("offers the other plans at what the present agents would cost there", async () => {
    const { plans } = await overviewAt("2024-02-21T00:00:00Z");
    expect(plans.map(({ plan, monthlyMicros }) => [plan, monthlyMicros / DOLLAR])).toEqual([
      ["starter", 99 + 3 * 59 + 2 * 99 + 20],
      ["growth", 299 + 2 * 99 + 20],
      ["enterprise", 999 + 2 * 99 + 20],
    ]);
  });

  test("of a tenant without agents is its plan", async () => {
    const since = new Date("2024-02-01T00:00:00Z");
    const bare = await createBilledTenant(database.db, { plan: "starter", since, agents: [] });
    expect(await overviewAt("2024-02-10T00:00:00Z", bare)).toMatchObject({
      ...{ totalMicros: 99 * DOLLAR, agentCosts: [], additionalAgents: [], lastMonth: null },
      overage: { offered: false, enabled: false, tokens: 0 },
    });
  });

  test("sees nothing of another tenant", async () => {
    const since = new Date("2024-02-01T00:00:00Z");
    const other = await createBilledTenant(database.db, {
      plan: "growth",
      since,
      agents: [{ modelTier: "haiku" }],
    });
    await addUsage(database.owner, other, {
      agentId: other.agents[0],
      day: "2024-02-02",
      tokens: 90_000_000,
    });
    expect((await overviewAt("2024-02-29T00:00:00Z")).totalMicros).toBe(529_400_000);
    // As the tenant login with the other's id in hand: row-level security is the second wall.
    const seen = await database.db.asTenantSql(
      other.tenantId,
      (sql) => sql`select 1 from usage_days where tenant_id = ${toUuid(example.tenantId)}`,
    );
    expect(seen).toHaveLength(0);
  });
});
