import { afterAll, beforeAll, expect, it } from "vitest";
import { purgeUsageKeys } from "#app/domain/usage/purge-usage-keys.server.ts";
import { toUuid } from "#db/ids.ts";
import { createFleet, request } from "#tests/domain/messaging/fleet.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { openRecorder, usageOf } from "./reporting.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

it("forgets keys that no event can come with any more, in batches, and no others", async () => {
  const fleet = await createFleet(database);
  const agent = await fleet.addAgent("Agent");
  const recorder = openRecorder(database);
  const events = Array.from({ length: 12 }, (_, n) => usageOf(agent, { idempotencyKey: `query-${n}` }));
  await recorder.record(fleet.admin, events, request);
  await recorder.close();
  await database.owner`
    update usage_keys set created_at = now() - interval '36 days 1 minute'
    where agent_id = ${toUuid(agent.id)} and key <> 'query-3' and key <> 'query-4'`;
  await database.owner`
    update usage_keys set created_at = now() - interval '35 days 23 hours' where key = 'query-4'`;
  expect(await purgeUsageKeys(database.db, { batchSize: 4 })).toBe(10);
  const left = await database.owner`select key from usage_keys order by key`;
  expect(left.map(({ key }) => key)).toEqual(["query-3", "query-4"]);
  const [row] = await database.owner`select count(*)::int as events from usage_events`;
  expect(row?.events).toBe(12);
});
