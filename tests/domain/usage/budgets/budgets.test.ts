import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { AgentActor } from "#app/domain/auth/actor.ts";
import { findBudget, listBudgets } from "#app/domain/usage/budgets/list-budgets.server.ts";
import { putBudget } from "#app/domain/usage/budgets/put-budget.server.ts";
import { removeBudget } from "#app/domain/usage/budgets/remove-budget.server.ts";
import type { UsageRecorder } from "#app/domain/usage/usage-recorder.server.ts";
import { newId, toUuid } from "#db/ids.ts";
import { auditOf, createFleet, type Fleet, request } from "#tests/domain/messaging/fleet.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { openRecorder, toldOf, usageOf } from "../reporting.ts";

let database: TestDatabase;
let recorder: UsageRecorder;
let fleet: Fleet;
let ann: AgentActor;
let bob: AgentActor;
beforeAll(async () => {
  database = await createTestDatabase();
  recorder = openRecorder(database);
});
beforeEach(async () => {
  fleet = await createFleet(database);
  [ann, bob] = [await fleet.addAgent("Ann"), await fleet.addAgent("Bob")];
});
afterAll(async () => {
  await recorder.close();
  await database.drop();
});

const now = () => ({ nowMs: Date.now(), request });
const set = (agent: AgentActor | null, amountMicros: number) =>
  putBudget(database.db, fleet.admin, { agentId: agent?.id ?? null, amountMicros }, now());
const spend = (agent: AgentActor, costMicros: number) =>
  recorder.record(fleet.admin, [usageOf(agent, { costMicros })], request);
const listed = async () => (await listBudgets(database.db, fleet.admin, Date.now())).budgets;
const holdOf = async (agent: AgentActor): Promise<string | null> => {
  const [row] = await database.owner<{ hold: string | null }[]>`
    select quota_hold as hold from agents where id = ${toUuid(agent.id)}`;
  return row?.hold ?? null;
};

test("a new budget begins with what this month has cost, and counts on", async () => {
  await spend(ann, 300);
  await spend(bob, 50);
  const own = await set(ann, 1_000);
  expect(own).toMatchObject({
    ...{ agentId: ann.id, agentName: "Ann", amountMicros: 1_000, spentMicros: 300 },
    ...{ reservedMicros: 0, remainingMicros: 700, percent: 30, ceilingPercent: 150 },
  });
  expect(await set(null, 10_000)).toMatchObject({ agentId: null, agentName: null, spentMicros: 350 });
  await spend(ann, 7);
  expect(await listed()).toMatchObject([
    { agentId: null, spentMicros: 357 },
    { agentId: ann.id, spentMicros: 307 },
  ]);
  expect(await findBudget(database.db, fleet.admin, own.id, Date.now())).toMatchObject({ spentMicros: 307 });
});

test("a budget that is made while much is reported has counted every event, in either order", async () => {
  const reports = Array.from({ length: 40 }, (_, n) => spend(n % 2 === 0 ? ann : bob, 10));
  const budgets = Promise.all([set(null, 1_000_000), set(ann, 1_000_000)]);
  await Promise.all([...reports, budgets]);
  expect(await listed()).toMatchObject([{ spentMicros: 400 }, { agentId: ann.id, spentMicros: 200 }]);
});

test("it is changed in place, with its audit event; the same again is none", async () => {
  const { id } = await set(ann, 1_000);
  expect(await set(ann, 2_000)).toMatchObject({ id, amountMicros: 2_000 });
  await set(ann, 2_000);
  const details = (await auditOf(database, id)).map((event) => [event.action, event.details.amountMicros]);
  expect(details).toEqual([
    ["budget.set", { from: null, to: 1_000 }],
    ["budget.set", { from: 1_000, to: 2_000 }],
  ]);
});

test("a budget that is set below what was spent holds sends, one that is raised frees them, and so does none", async () => {
  await spend(ann, 1_200);
  const { id } = await set(ann, 1_000);
  expect(await toldOf(database, id)).toEqual([80, 100]);
  expect(await holdOf(ann)).toBe("limited");
  await set(ann, 10_000);
  expect(await holdOf(ann)).toBeNull();
  // At the new amount the steps can be reached once more.
  await spend(ann, 7_000);
  expect(await toldOf(database, id)).toEqual([80, 100, 80]);
  await set(null, 1_000);
  expect([await holdOf(ann), await holdOf(bob)]).toEqual(["paused", "paused"]);
  const [tenants] = await listed();
  if (tenants === undefined) throw new Error("the tenant's budget is not listed");
  await removeBudget(database.db, fleet.admin, tenants.id, request);
  expect([await holdOf(ann), await holdOf(bob)]).toEqual([null, null]);
  expect((await listed()).map(({ agentId }) => agentId)).toEqual([ann.id]);
});

test("what is not there, or another tenant's, is not found, and it takes the rights", async () => {
  const { id } = await set(ann, 1_000);
  const others = await createFleet(database, "Others");
  const nobody = { agentId: newId("agt"), amountMicros: 1 };
  await expect(putBudget(database.db, fleet.admin, nobody, now())).rejects.toThrow("no such agent");
  for (const agentId of [ann.id])
    await expect(putBudget(database.db, others.admin, { agentId, amountMicros: 1 }, now())).rejects.toThrow(
      "no such agent",
    );
  await expect(removeBudget(database.db, others.admin, id, request)).rejects.toThrow("no such budget");
  await expect(findBudget(database.db, others.admin, id, Date.now())).rejects.toThrow("no such budget");
  expect((await listBudgets(database.db, others.admin, Date.now())).budgets).toEqual([]);
  const developer = await fleet.addPerson("Dee", "developer");
  expect((await listBudgets(database.db, developer, Date.now())).budgets).toHaveLength(1);
  await expect(async () => removeBudget(database.db, developer, id, request)).rejects.toThrow(
    "billing:write",
  );
});
