import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Actor, AgentActor } from "#app/domain/auth/actor.ts";
import { isAppError } from "#app/domain/errors.ts";
import { endReservation } from "#app/domain/usage/budgets/end-reservation.server.ts";
import { expireReservations } from "#app/domain/usage/budgets/expire-reservations.server.ts";
import { listBudgets } from "#app/domain/usage/budgets/list-budgets.server.ts";
import { putBudget } from "#app/domain/usage/budgets/put-budget.server.ts";
import { reserveBudget } from "#app/domain/usage/budgets/reserve-budget.server.ts";
import { reserveSchema } from "#app/domain/usage/budgets/schema.ts";
import type { UsageRecorder } from "#app/domain/usage/usage-recorder.server.ts";
import { createDatabase, type PooledDatabase } from "#db/client.server.ts";
import { newId, type ReservationId, toUuid } from "#db/ids.ts";
import { auditOf, createFleet, type Fleet, request } from "#tests/domain/messaging/fleet.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { openRecorder, usageOf } from "../reporting.ts";

/** Another process on the same database, as far as locks and pools go. */
interface Instance {
  db: PooledDatabase;
  recorder: UsageRecorder;
}

let database: TestDatabase;
let instances: [Instance, Instance];
let fleet: Fleet;
let ann: AgentActor;
let bob: AgentActor;
beforeAll(async () => {
  database = await createTestDatabase();
  const { tenantUrl, systemUrl } = database;
  const other = createDatabase({ tenantUrl, systemUrl, poolSize: 4 });
  instances = [
    { db: database.db, recorder: openRecorder(database) },
    { db: other, recorder: openRecorder({ db: other }) },
  ];
});
beforeEach(async () => {
  fleet = await createFleet(database);
  [ann, bob] = [await fleet.addAgent("Ann"), await fleet.addAgent("Bob")];
});
afterAll(async () => {
  for (const { recorder } of instances) await recorder.close();
  await instances[1].db.close();
  await database.drop();
});

const setBudget = (agent: AgentActor | null, amountMicros: number, owner: Actor = fleet.admin) =>
  putBudget(database.db, owner, { agentId: agent?.id ?? null, amountMicros }, { nowMs: Date.now(), request });
const reserve = (agent: AgentActor, amountMicros: number, { db } = instances[0], actor: Actor = agent) =>
  reserveBudget(db, actor, reserveSchema.parse({ agentId: agent.id, amountMicros }), {
    nowMs: Date.now(),
    request,
  });
const end = (
  actor: Actor,
  reservationId: ReservationId,
  as: { as: "released" } | { as: "settled"; costMicros?: number },
  { db } = instances[0],
) =>
  endReservation(db, actor, {
    ...{ reservationId, request, nowMs: Date.now() },
    end: as.as === "released" ? as : { as: "settled", costMicros: as.costMicros },
  });
const settle = (actor: Actor, id: ReservationId, costMicros?: number, instance = instances[0]) =>
  end(actor, id, { as: "settled", ...(costMicros !== undefined && { costMicros }) }, instance);
const report = async (
  agent: AgentActor,
  costMicros: number,
  reservationId?: ReservationId,
  { recorder } = instances[0],
) => {
  const [outcome] = await recorder.record(agent, [usageOf(agent, { costMicros, reservationId })], request);
  expect(outcome?.kind).toBe("recorded");
};
const budgetOf = async (agent: AgentActor | null) => {
  const { budgets } = await listBudgets(database.db, fleet.admin, Date.now());
  const budget = budgets.find(({ agentId }) => agentId === (agent?.id ?? null));
  if (budget === undefined) throw new Error("there is no such budget");
  const { spentMicros: spent, reservedMicros: reserved, remainingMicros: remaining } = budget;
  return { spent, reserved, remaining };
};
/** As if its time were over. */
const lapse = (id: ReservationId) =>
  database.owner`update reservations set expires_at = now() - interval '1 second' where id = ${toUuid(id)}`;

test("concurrent runs in two processes under a budget of $0.50 spend nothing over it", async () => {
  const budget = 500_000;
  await setBudget(null, budget);
  let refused = 0;
  let spent = 0;
  // Each run makes two queries within what it has set aside, and hands back the rest; until it is refused.
  const run = async (n: number): Promise<void> => {
    const [agent, instance] = [n % 2 === 0 ? ann : bob, instances[(n >> 1) % 2] ?? instances[0]];
    try {
      for (;;) {
        const { id } = await reserve(agent, 60_000, instance);
        await report(agent, 20_000, id, instance);
        await report(agent, 15_000, id, instance);
        spent += 35_000;
        const { spent: counted, reserved } = await budgetOf(null);
        expect(counted + reserved).toBeLessThanOrEqual(budget);
        await settle(agent, id, undefined, instance);
      }
    } catch (error) {
      if (!isAppError(error) || error.code !== "budget_exceeded") throw error;
      refused += 1;
    }
  };
  await Promise.all(Array.from({ length: 12 }, (_, n) => run(n)));
  // Those that were refused beside others that were running may have left some.
  await run(0);
  expect(refused).toBe(13);
  expect(await budgetOf(null)).toEqual({ spent, reserved: 0, remaining: budget - spent });
  expect(spent).toBeLessThanOrEqual(budget);
  // Nothing was left that another run would have fitted into.
  expect(budget - spent).toBeLessThan(60_000);
});

test("what is spent, reserved and asked for must fit each budget, and who is refused is told what is left", async () => {
  const own = await setBudget(ann, 300_000);
  await setBudget(null, 1_000_000);
  await report(ann, 100_000);
  const made = await reserve(ann, 150_000);
  expect(made).toMatchObject({ status: "open", amountMicros: 150_000, costMicros: 0 });
  expect(made.budgets.map(({ remainingMicros }) => remainingMicros).sort()).toEqual([50_000, 750_000]);
  await expect(reserve(ann, 50_001)).rejects.toMatchObject({
    code: "budget_exceeded",
    extensions: { budgetId: own.id, agentId: ann.id, remainingMicros: 50_000, amountMicros: 50_001 },
  });
  expect((await reserve(ann, 50_000)).status).toBe("open");
  // Bob has the tenant's budget alone.
  await expect(reserve(bob, 800_001)).rejects.toMatchObject({ extensions: { agentId: null } });
  expect((await reserve(bob, 700_000)).status).toBe("open");
  const refusals = (await auditOf(database, ann.id)).filter(({ action }) => action === "reservation.refused");
  expect(refusals).toMatchObject([{ status: "denied" }]);
});

test("without a budget it is given, and a budget that is made later holds for it", async () => {
  const { id, budgets } = await reserve(ann, 400_000);
  expect(budgets).toEqual([]);
  await setBudget(ann, 500_000);
  expect(await budgetOf(ann)).toEqual({ spent: 0, reserved: 400_000, remaining: 100_000 });
  await end(ann, id, { as: "released" });
  expect(await budgetOf(ann)).toEqual({ spent: 0, reserved: 0, remaining: 500_000 });
});

test("usage draws on its reservation, and settling counts what no event has reported, once", async () => {
  await setBudget(ann, 1_000);
  const { id } = await reserve(ann, 600);
  await report(ann, 200, id);
  expect(await budgetOf(ann)).toEqual({ spent: 200, reserved: 400, remaining: 400 });
  const settled = await settle(ann, id, 250);
  expect(settled).toMatchObject({ status: "settled", costMicros: 250 });
  expect(await budgetOf(ann)).toEqual({ spent: 250, reserved: 0, remaining: 750 });
  // The same again changes nothing; what is reported late was in it.
  await settle(ann, id, 250);
  await report(ann, 50, id);
  expect(await budgetOf(ann)).toMatchObject({ spent: 250 });
  await expect(end(ann, id, { as: "released" })).rejects.toMatchObject({ code: "conflict" });
});

test("a run may cost more than it has set aside: all of it is spent, and no less reserved than nothing", async () => {
  await setBudget(ann, 1_000);
  const { id } = await reserve(ann, 100);
  await report(ann, 300, id);
  expect(await budgetOf(ann)).toEqual({ spent: 300, reserved: 0, remaining: 700 });
  expect(await settle(ann, id)).toMatchObject({ costMicros: 300 });
  expect(await budgetOf(ann)).toMatchObject({ spent: 300 });
});

test("a run that was killed frees its money when its time is over, before a job has looked", async () => {
  await setBudget(ann, 1_000);
  const { id } = await reserve(ann, 900);
  await report(ann, 100, id);
  await expect(reserve(ann, 500)).rejects.toMatchObject({ extensions: { remainingMicros: 100 } });
  await lapse(id);
  expect(await budgetOf(ann)).toEqual({ spent: 100, reserved: 0, remaining: 900 });
  const { id: next } = await reserve(ann, 500);
  await expireReservations(database.db);
  expect(await budgetOf(ann)).toEqual({ spent: 100, reserved: 500, remaining: 400 });
  expect(await expireReservations(database.db)).toBe(0);
  // It was not dead after all: its money is spent all the same.
  expect(await settle(ann, id, 450)).toMatchObject({ status: "settled", costMicros: 450 });
  expect(await budgetOf(ann)).toEqual({ spent: 450, reserved: 500, remaining: 50 });
  const actions = (await auditOf(database, ann.id)).map(({ action }) => action);
  expect(actions.filter((action) => action === "reservation.expired")).toHaveLength(1);
  await end(ann, next, { as: "released" });
});

test("settling and expiring at once end it once", async () => {
  await setBudget(ann, 10_000);
  const made = await Promise.all(Array.from({ length: 10 }, () => reserve(ann, 100)));
  for (const { id } of made) await lapse(id);
  await Promise.all([
    ...made.map(({ id }, n) => settle(ann, id, 30, instances[n % 2])),
    ...instances.map(({ db }) => expireReservations(db)),
  ]);
  expect(await budgetOf(ann)).toEqual({ spent: 300, reserved: 0, remaining: 9_700 });
});

test("an agent's key reserves and settles for itself alone, and another tenant's is not there", async () => {
  await expect(reserve(ann, 1, instances[0], bob)).rejects.toMatchObject({ code: "sender_mismatch" });
  const { id } = await reserve(ann, 100);
  await expect(settle(bob, id, 1)).rejects.toMatchObject({ code: "not_found" });
  const others = await createFleet(database, "Others");
  await expect(settle(others.admin, id, 1)).rejects.toMatchObject({ code: "not_found" });
  await expect(settle(ann, newId("rsv"), 1)).rejects.toMatchObject({ code: "not_found" });
  const member = await fleet.addPerson("Mo");
  await expect(reserve(ann, 1, instances[0], member)).rejects.toMatchObject({ code: "forbidden" });
  await expect(
    reserveBudget(database.db, others.admin, reserveSchema.parse({ agentId: ann.id, amountMicros: 1 }), {
      nowMs: Date.now(),
      request,
    }),
  ).rejects.toMatchObject({ code: "not_found" });
  // A person may for any agent of the tenant.
  expect((await settle(fleet.admin, id, 1)).status).toBe("settled");
});

test("another tenant's budget is its own, and a foreign reservation's id is nobody's", async () => {
  const others = await createFleet(database, "Others");
  const eve = await others.addAgent("Eve");
  await setBudget(null, 100);
  await setBudget(null, 1_000, others.admin);
  const { id } = await reserve(eve, 500);
  await report(ann, 40, id);
  expect(await budgetOf(null)).toEqual({ spent: 40, reserved: 0, remaining: 60 });
  const theirs = await listBudgets(database.db, others.admin, Date.now());
  expect(theirs.budgets).toMatchObject([{ spentMicros: 0, reservedMicros: 500 }]);
});
