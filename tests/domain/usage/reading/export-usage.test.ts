import { afterAll, beforeAll, expect, test } from "vitest";
import { addDays } from "#app/domain/usage/reading/days.ts";
import { exportUsage } from "#app/domain/usage/reading/export-usage.server.ts";
import { usageExportQuerySchema } from "#app/domain/usage/reading/schema.ts";
import { toUuid } from "#db/ids.ts";
import { auditOf, createFleet, request } from "#tests/domain/messaging/fleet.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { addRollUps } from "../roll-ups.ts";

const nowMs = Date.parse("2026-03-10T12:30:20Z");

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

async function textOf(
  actor: Parameters<typeof exportUsage>[1],
  query: Record<string, string>,
): Promise<string> {
  const options = { query: usageExportQuerySchema.parse(query), nowMs, request };
  let text = "";
  for await (const piece of await exportUsage(database.db, actor, options)) text += piece;
  return text;
}

test("CSV has a row a day, agent and model, quoted, and no cell that a spreadsheet would run", async () => {
  const { admin, tenantId, addAgent } = await createFleet(database, "=HYPERLINK(1)");
  const ann = await addAgent('+Ann, "the" agent');
  await addRollUps(database, tenantId, [
    { day: "2026-03-09", agentId: ann.id, input: 10, output: 5, costMicros: 1_230_000, late: 1 },
    { day: "2026-03-08", agentId: ann.id, input: 1, model: "-model", costMicros: 7 },
  ]);
  const lines = (await textOf(admin, {})).split("\r\n");
  expect(lines[0]).toBe(
    "day,tenant_id,tenant_name,agent_id,agent_name,tier,model,provider,events,input_tokens,output_tokens,cached_tokens,thinking_tokens,cost_usd,late_events",
  );
  expect(lines[1]).toBe(
    `2026-03-08,${tenantId},'=HYPERLINK(1),${ann.id},"'+Ann, ""the"" agent",sonnet,'-model,anthropic,1,1,0,0,0,0.000007,0`,
  );
  expect(lines[2]).toContain(",claude-sonnet-4,anthropic,1,10,5,0,0,1.230000,1");
  expect(lines.slice(3)).toEqual([""]);
  expect(await auditOf(database, tenantId)).toEqual(
    expect.arrayContaining([expect.objectContaining({ action: "usage.exported" })]),
  );
});

test("NDJSON has every row once, over many pages, and sums to what was used", async () => {
  const { admin, tenantId, addAgent } = await createFleet(database, "Many");
  const ann = await addAgent("Ann");
  await database.db.withSql(
    (sql) => sql`
      insert into usage_days (tenant_id, day, agent_id, terms_from, model, provider, model_tier, events, input_tokens)
      select ${toUuid(tenantId)}, ('2026-01-01'::date + day), ${toUuid(ann.id)}, terms, 'model-' || model, 'p', 'haiku', 1, 1
      from generate_series(0, 59) day cross join generate_series(1, 30) model
      cross join (values ('2020-01-01'::timestamptz), ('2021-01-01'::timestamptz)) as held (terms)`,
  );
  const text = await textOf(admin, { format: "ndjson", from: "2026-01-01" });
  const rows: { day: string; model: string; inputTokens: number }[] = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(rows).toHaveLength(60 * 30);
  expect(new Set(rows.map(({ day, model }) => `${day} ${model}`)).size).toBe(60 * 30);
  // What two terms priced is one row.
  expect(rows.every(({ inputTokens }) => inputTokens === 2)).toBe(true);
  const some = await textOf(admin, {
    format: "ndjson",
    from: "2026-01-01",
    to: "2026-01-02",
    model: "model-7",
  });
  expect(
    some
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).day),
  ).toEqual(["2026-01-01", addDays("2026-01-01", 1)]);
});
