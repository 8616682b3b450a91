import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { AgentActor } from "#app/domain/auth/actor.ts";
import { findConversationHolds, findMessageHolds } from "#app/domain/retention/find-holds.server.ts";
import { listHolds } from "#app/domain/retention/list-holds.server.ts";
import { placeHold } from "#app/domain/retention/place-hold.server.ts";
import { purgeMessages } from "#app/domain/retention/purge-messages.server.ts";
import { releaseHold } from "#app/domain/retention/release-hold.server.ts";
import { type HoldListQuery, holdListSchema } from "#app/domain/retention/schema.ts";
import { newId, toUuid } from "#db/ids.ts";
import { auditOf, countRows, createFleet, type Fleet, request } from "#tests/domain/messaging/fleet.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { addAged } from "./aged-messages.ts";

let database: TestDatabase;
let fleet: Fleet;
let a: AgentActor;
let b: AgentActor;

beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(async () => {
  fleet = await createFleet(database);
  [a, b] = [await fleet.addAgent("A"), await fleet.addAgent("B")];
});
afterAll(() => database.drop());

const hold = (correlationId: string, reason = "Dispute") =>
  placeHold(database.db, fleet.admin, { correlationId, reason }, request);
const list = (query: Partial<HoldListQuery> = {}) =>
  listHolds(database.db, fleet.admin, { ...holdListSchema.parse({}), ...query });
const one = async (correlationId: string) => {
  const [id] = await addAged(database, a, b, { days: 1, correlationId });
  if (id === undefined) throw new Error("nothing was added");
  return id;
};

test("a hold is placed with a reason, found where it matters, and released; both are recorded", async () => {
  const messageId = await one("case");
  const placed = await placeHold(database.db, fleet.admin, { messageId, reason: "Evidence" }, request);
  expect(placed).toMatchObject({
    messageId,
    correlationId: "case",
    reason: "Evidence",
    placedBy: { id: fleet.admin.id, name: "Ada Admin" },
    releasedAt: null,
  });
  expect(await findMessageHolds(database.db, b, messageId)).toEqual([placed]);
  expect(await findConversationHolds(database.db, b, "case")).toEqual([placed]);
  expect((await list()).holds).toEqual([placed]);

  await releaseHold(database.db, fleet.admin, placed.id, request);
  expect(await findMessageHolds(database.db, b, messageId)).toEqual([]);
  expect((await list()).holds).toEqual([]);
  expect((await list({ state: "released" })).holds).toMatchObject([
    { id: placed.id, releasedBy: { name: "Ada Admin" }, releasedAt: expect.any(String) },
  ]);
  expect(await auditOf(database, placed.id)).toMatchObject([
    { action: "hold.placed", correlation_id: "case", details: { messageId, reason: "Evidence" } },
    { action: "hold.released", details: { messageId } },
  ]);
});

test("what is on hold already is not held once more; once released it can be again", async () => {
  await one("case");
  const first = await hold("case");
  await expect(hold("case")).rejects.toMatchObject({ code: "conflict" });
  await releaseHold(database.db, fleet.admin, first.id, request);
  await expect(releaseHold(database.db, fleet.admin, first.id, request)).rejects.toMatchObject({
    code: "not_found",
  });
  expect((await hold("case")).id).not.toBe(first.id);
});

test("what is not there, another tenant's, or not for this person's eyes cannot be held", async () => {
  const other = await createFleet(database, "Other");
  await one("case");
  for (const correlationId of ["nothing", "case"])
    await expect(
      placeHold(database.db, other.admin, { correlationId, reason: "x" }, request),
    ).rejects.toMatchObject({ code: "not_found" });
  await expect(
    placeHold(database.db, other.admin, { messageId: await one("case"), reason: "x" }, request),
  ).rejects.toMatchObject({ code: "not_found" });
  const placed = await hold("case");
  await expect(releaseHold(database.db, other.admin, placed.id, request)).rejects.toMatchObject({
    code: "not_found",
  });
  await expect(releaseHold(database.db, other.admin, newId("hld"), request)).rejects.toMatchObject({
    code: "not_found",
  });
  expect((await listHolds(database.db, other.admin, holdListSchema.parse({}))).holds).toEqual([]);
  expect(await findConversationHolds(database.db, other.admin, "case")).toEqual([]);
});

test("only a person with the right places, lists and releases holds", async () => {
  await one("case");
  const placed = await hold("case");
  const developer = await fleet.addPerson("Dev", "developer");
  const key: AgentActor = { ...a, scopes: new Set(["tenant:write", "messages:read"]) };
  for (const actor of [developer, key]) {
    await expect(
      placeHold(database.db, actor, { correlationId: "case", reason: "x" }, request),
    ).rejects.toMatchObject({ code: "forbidden" });
    await expect(releaseHold(database.db, actor, placed.id, request)).rejects.toMatchObject({
      code: "forbidden",
    });
  }
  await expect(listHolds(database.db, developer, holdListSchema.parse({}))).rejects.toMatchObject({
    code: "forbidden",
  });
});

test("the list is read on by its cursor", async () => {
  for (const name of ["one", "two", "three"]) {
    await one(name);
    await hold(name);
  }
  const first = await list({ limit: 2 });
  expect(first.holds.map(({ correlationId }) => correlationId)).toEqual(["three", "two"]);
  const second = await list({ limit: 2, cursor: first.nextCursor ?? undefined });
  expect(second.holds.map(({ correlationId }) => correlationId)).toEqual(["one"]);
  expect(second.nextCursor).toBeNull();
});

test("a hold that is placed while retention runs either keeps its message or comes too late, and never half", async () => {
  const ids = await addAged(database, a, b, { days: 100, count: 120, correlationId: "raced" });
  const [, ...outcomes] = await Promise.all([
    purgeMessages(database.db, { batchSize: 4 }),
    ...ids
      .filter((_, n) => n % 10 === 9)
      .map((messageId) =>
        placeHold(database.db, fleet.admin, { messageId, reason: "Evidence" }, request).then(
          () => messageId,
          () => undefined,
        ),
      ),
  ]);
  const held = outcomes.filter((id) => id !== undefined);
  const rows = await database.owner<{ id: string }[]>`
    select id from messages where tenant_id = ${toUuid(fleet.tenantId)}`;
  expect(rows.map(({ id }) => id).sort()).toEqual(held.map((id) => toUuid(id)).sort());
  expect(await countRows(database, "holds", fleet.admin)).toBe(held.length);
});
