import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemActor } from "#app/domain/auth/system-actor.ts";
import { issueInvoice } from "#app/domain/billing/issue-invoice.server.ts";
import { readStatement } from "#app/domain/billing/read-statement.server.ts";
import type { StatementLine } from "#app/domain/billing/schema.ts";
import { CENT } from "#app/domain/catalogue.ts";
import { meterEvents } from "#app/domain/usage/meter-events.server.ts";
import { addMonths, boundsOf } from "#app/domain/usage/period.ts";
import { prepareUsage, usageCall } from "#app/domain/usage/prepare-usage.ts";
import type { PreparedUsage } from "#app/domain/usage/prepared-usage.ts";
import { usageEventSchema } from "#app/domain/usage/schema.ts";
import { toUuid } from "#db/ids.ts";
import { type BilledTenant, createBilledTenant } from "#tests/setup/billed-tenant.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { asKept, centsOf, scenario } from "./scenarios.ts";
import { type RawEvent, recount, type Scenario } from "./slow-recount.ts";

// The whole way: events through the metering, with their duplicates, terms and roll-ups in the database, the
// statement read from there; against the recount of the raw events.

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** A tenant whose terms were changed as the scenario says. */
async function enact(one: Scenario): Promise<BilledTenant> {
  const { plans, agents } = asKept(one);
  const [first] = plans;
  if (first === undefined) throw new Error("no plan");
  const firsts = agents.filter((terms, n) => agents.findIndex((a) => a.agentId === terms.agentId) === n);
  const tenant = await createBilledTenant(database.db, {
    ...{ plan: first.plan, overage: first.overage, since: new Date(first.fromUs / 1_000) },
    agents: firsts.map((terms) => ({ ...terms, since: new Date(terms.fromUs / 1_000) })),
  });
  const kept = asKept(one, tenant.agents);
  const { owner } = database;
  for (const { fromUs, plan, overage } of kept.plans)
    await owner`
      insert into plan_terms (tenant_id, valid_from, plan, overage)
      values (${toUuid(tenant.tenantId)}, ${new Date(fromUs / 1_000)}, ${plan}, ${overage}) on conflict do nothing`;
  for (const { agentId, fromUs, modelTier, thinkingMode } of kept.agents)
    await owner`
      insert into agent_terms (tenant_id, agent_id, valid_from, model_tier, thinking_mode)
      values (
        ${toUuid(tenant.tenantId)}, ${toUuid(agentId)}, ${new Date(fromUs / 1_000)}, ${modelTier}, ${thinkingMode}
      ) on conflict do nothing`;
  return tenant;
}

async function report({ tenantId, agents }: BilledTenant, events: readonly RawEvent[]): Promise<void> {
  const call = usageCall(systemActor(tenantId, "tests"), null);
  const batch = events.map(({ agent, key, occurredAt, tokens }): PreparedUsage => {
    const event = usageEventSchema.parse({
      ...{ agentId: agents[agent], model: "a-model", inputTokens: tokens, outputTokens: 0 },
      ...{ occurredAt, idempotencyKey: key },
    });
    const prepared = prepareUsage(call, event, Date.parse(occurredAt));
    if (prepared instanceof Error) throw prepared;
    return prepared;
  });
  if (batch.length > 0) await database.db.withSql((sql) => meterEvents(sql, batch));
}

const nonZero = (cents: Record<string, bigint>) =>
  Object.fromEntries(Object.entries(cents).filter(([, amount]) => amount !== 0n));

test("what the metering was told is on the statement and, late or not, on invoices", {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      scenario,
      fc.array(fc.boolean(), { minLength: 120, maxLength: 120 }),
      async (one, isLate) => {
        const { db } = database;
        const tenant = await enact(one);
        const { tenantId } = tenant;
        const month = `${one.year}-${String(one.month).padStart(2, "0")}-01`;
        await report(
          tenant,
          one.events.filter((_, n) => isLate[n] !== true),
        );
        const issue = (period: string) =>
          db.withSql((sql) =>
            issueInvoice(sql, { tenantId, month: period, issuedAtMs: boundsOf(period).endMs }),
          );
        await issue(month);
        // All once more: what was counted is known by its key.
        await report(tenant, one.events);
        await issue(addMonths(month, 1));

        const counted = recount(one);
        const statement = await db.withSql((sql) => readStatement(sql, tenantId, month));
        expect(centsOf(statement.lines)).toEqual(counted);
        const total = Object.values(counted).reduce((sum, cents) => sum + cents, 0n);
        expect(BigInt(statement.totalMicros)).toBe(total * BigInt(CENT));

        const invoices = await database.owner<{ lines: StatementLine[] }[]>`
        select lines from invoices where tenant_id = ${toUuid(tenantId)}`;
        const billed = invoices.flatMap(({ lines }) => lines).filter(({ period }) => period === month);
        // Of a month that ends before the tenant began there is no invoice.
        if (invoices.length === 2) expect(nonZero(centsOf(billed))).toEqual(nonZero(counted));
      },
    ),
    { numRuns: 20 },
  );
});
