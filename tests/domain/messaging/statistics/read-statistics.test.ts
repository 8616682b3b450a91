import { afterAll, beforeAll, expect, test } from "vitest";
import type { AgentActor, UserActor } from "#app/domain/auth/actor.ts";
import { recordTraffic } from "#app/domain/messaging/record-traffic.server.ts";
import { readStatistics } from "#app/domain/messaging/statistics/read-statistics.server.ts";
import { type StatisticsQuery, statisticsQuerySchema } from "#app/domain/messaging/statistics/schema.ts";
import { newId, newUuid, toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { createFleet, type Fleet } from "../fleet.ts";
import { addTraffic } from "./traffic.ts";

const nowMs = Date.parse("2026-03-10T12:30:20Z");

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const read = (actor: AgentActor | UserActor, query: Record<string, string> = {}, now = nowMs) =>
  readStatistics(database.db, actor, statisticsQuerySchema.parse(query) as StatisticsQuery, now);

interface Scene extends Fleet {
  ann: AgentActor;
  bob: AgentActor;
  eve: AgentActor;
}

async function sceneOf(name: string): Promise<Scene> {
  const fleet = await createFleet(database, name);
  const [ann, bob, eve] = [
    await fleet.addAgent("Ann"),
    await fleet.addAgent("Bob"),
    await fleet.addAgent("Eve"),
  ];
  return { ...fleet, ann, bob, eve };
}

test("a tenant that nothing was sent in has empty figures and a whole series", async () => {
  const { admin } = await createFleet(database, "Silent");
  const figures = await read(admin);
  expect(figures).toMatchObject({
    window: { from: "2026-03-09T13:00:00.000Z", to: "2026-03-10T13:00:00.000Z", grain: "hour" },
    totals: { sent: 0, pending: 0 },
    errorRate: null,
    deliveryTime: null,
    topSenders: [],
    topReceivers: [],
    byType: { escalation: { sent: 0 } },
    byKind: { notification: { sent: 0 } },
  });
  expect(figures.series).toHaveLength(24);
  expect(figures.series[0]).toMatchObject({ at: "2026-03-09T13:00:00.000Z", sent: 0 });
  expect(figures.series.at(-1)).toMatchObject({ at: "2026-03-10T12:00:00.000Z", sent: 0 });
});

test("figures are by what became of the messages, by type and kind, and by the hour they were sent in", async () => {
  const { admin, tenantId, ann, bob, deskId } = await sceneOf("Figures");
  await addTraffic(database, tenantId, [
    { at: "2026-03-10T12:10:00Z", from: ann.id, to: bob.id, count: 4, latencyMs: 3 },
    { at: "2026-03-10T12:10:00Z", from: ann.id, to: bob.id, status: "pending", type: "task_handoff" },
    { at: "2026-03-10T11:59:00Z", from: bob.id, to: ann.id, status: "blocked", count: 2 },
    { at: "2026-03-10T11:00:00Z", from: bob.id, to: deskId, status: "failed", type: "escalation" },
    { at: "2026-03-09T13:00:00Z", from: bob.id, to: ann.id, status: "expired" },
    // Before the window.
    { at: "2026-03-09T12:59:59Z", from: bob.id, to: ann.id, count: 7 },
  ]);
  const figures = await read(admin);
  expect(figures.totals).toEqual({ sent: 9, delivered: 4, blocked: 2, failed: 1, expired: 1, pending: 1 });
  expect(figures.errorRate).toBeCloseTo(4 / 9);
  expect(figures.byType).toMatchObject({
    status_update: { sent: 7, delivered: 4, blocked: 2, expired: 1 },
    task_handoff: { sent: 1, pending: 1 },
    escalation: { sent: 1, failed: 1 },
    data_request: { sent: 0 },
  });
  expect(figures.byKind).toMatchObject({
    event: { sent: 7 },
    command: { sent: 1 },
    notification: { sent: 1 },
  });
  expect(figures.series.filter(({ sent }) => sent > 0)).toMatchObject([
    { at: "2026-03-09T13:00:00.000Z", sent: 1, expired: 1 },
    { at: "2026-03-10T11:00:00.000Z", sent: 3, blocked: 2, failed: 1 },
    { at: "2026-03-10T12:00:00.000Z", sent: 5, delivered: 4, pending: 1 },
  ]);
  expect(figures.deliveryTime).toEqual({ count: 4, averageMs: 3, p50Ms: 3.5, p95Ms: 4.9 });
  expect(figures.topSenders).toEqual([
    { party: { id: ann.id, kind: "agent", name: "Ann" }, sent: 5, blocked: 0 },
    { party: { id: bob.id, kind: "agent", name: "Bob" }, sent: 4, blocked: 2 },
  ]);
  expect(figures.topReceivers).toEqual([
    { party: { id: bob.id, kind: "agent", name: "Bob" }, received: 5, blocked: 0 },
    { party: { id: ann.id, kind: "agent", name: "Ann" }, received: 1, blocked: 2 },
    { party: { id: deskId, kind: "desk", name: "Operators" }, received: 1, blocked: 0 },
  ]);
});

test.each([
  ["24h", 24, "hour"],
  ["7d", 168, "hour"],
  ["30d", 30, "day"],
  ["90d", 90, "day"],
] as const)(
  "a window of %s adds up over its %i points, its parties and its types",
  async (window, points, grain) => {
    const { admin, tenantId, ann, bob } = await sceneOf(`Window ${window}`);
    const hour = 3_600_000;
    // An uneven message every 5 hours for 100 days.
    const said = Array.from({ length: 480 }, (_, n) => ({
      at: new Date(nowMs - n * 5 * hour).toISOString(),
      from: n % 3 === 0 ? bob.id : ann.id,
      to: n % 3 === 0 ? ann.id : bob.id,
    }));
    await addTraffic(database, tenantId, said);
    const figures = await read(admin, { window });
    const inside = said.filter(({ at }) => at >= figures.window.from).length;
    expect(figures.window.grain).toBe(grain);
    expect(figures.series).toHaveLength(points);
    expect(figures.totals.sent).toBe(inside);
    expect(figures.series.reduce((sum, { sent }) => sum + sent, 0)).toBe(inside);
    expect(figures.topSenders.reduce((sum, { sent }) => sum + sent, 0)).toBe(inside);
    expect(figures.topReceivers.reduce((sum, { received }) => sum + received, 0)).toBe(inside);
    expect(figures.byType?.status_update.sent).toBe(inside);

    // Like is compared with like: the hours that are over, and as many before.
    const { current, before } = figures.comparison;
    expect(current.to).toBe("2026-03-10T12:00:00.000Z");
    expect(Date.parse(current.to) - Date.parse(current.from)).toBe(
      Date.parse(before.to) - Date.parse(before.from),
    );
    const between = (from: string, to: string) => said.filter(({ at }) => at >= from && at < to).length;
    expect(current.totals.sent).toBe(between(current.from, current.to));
    expect(before.totals.sent).toBe(between(before.from, before.to));

    const own = await read(ann, { window });
    expect(own.totals).toEqual(figures.totals);
    expect(own.series).toEqual(figures.series);
    expect(own.comparison).toEqual(figures.comparison);
  },
);

test("a window of one's own is widened to the hours or days that are counted", async () => {
  const { admin, tenantId, ann, bob } = await sceneOf("Own window");
  await addTraffic(database, tenantId, [
    { at: "2026-02-01T00:10:00Z", from: ann.id, to: bob.id },
    { at: "2026-02-01T05:10:00Z", from: ann.id, to: bob.id },
    { at: "2026-02-20T23:59:00Z", from: ann.id, to: bob.id },
  ]);
  const hours = await read(admin, { from: "2026-02-01T01:30:00+01:00", to: "2026-02-01T06:00:00Z" });
  expect(hours.window).toEqual({
    from: "2026-02-01T00:00:00.000Z",
    to: "2026-02-01T06:00:00.000Z",
    grain: "hour",
  });
  expect(hours.series.map(({ sent }) => sent)).toEqual([1, 0, 0, 0, 0, 1]);
  const days = await read(admin, { from: "2026-02-01T12:00:00Z", to: "2026-02-20T12:00:00Z" });
  expect(days.window).toEqual({
    from: "2026-02-01T00:00:00.000Z",
    to: "2026-02-21T00:00:00.000Z",
    grain: "day",
  });
  expect(days.series).toHaveLength(20);
  expect(days.totals.sent).toBe(3);
  const open = await read(admin, { from: "2026-02-20T00:00:00Z" });
  expect(open.window).toMatchObject({ to: "2026-03-10T13:00:00.000Z", grain: "day" });
  expect(open.totals.sent).toBe(1);
});

test("an agent's figures are what it sent and received; what was kept from it only people see", async () => {
  const { admin, tenantId, ann, bob, eve } = await sceneOf("One agent");
  await addTraffic(database, tenantId, [
    { at: "2026-03-10T10:00:00Z", from: ann.id, to: bob.id, count: 2 },
    { at: "2026-03-10T10:00:00Z", from: ann.id, to: eve.id, status: "blocked" },
    { at: "2026-03-10T11:00:00Z", from: bob.id, to: ann.id, count: 3 },
    { at: "2026-03-10T11:00:00Z", from: eve.id, to: ann.id, status: "blocked", count: 4 },
    { at: "2026-03-10T11:00:00Z", from: ann.id, to: ann.id },
    { at: "2026-03-10T11:00:00Z", from: bob.id, to: eve.id, count: 9 },
  ]);
  const own = await read(ann);
  expect(own.totals).toEqual({ sent: 7, delivered: 6, blocked: 1, failed: 0, expired: 0, pending: 0 });
  expect(own).toMatchObject({ byType: null, byKind: null, deliveryTime: null });
  expect(own.topSenders.map(({ party, sent, blocked }) => [party.name, sent, blocked])).toEqual([
    ["Bob", 3, 0],
  ]);
  expect(own.topReceivers.map(({ party, received, blocked }) => [party.name, received, blocked])).toEqual([
    ["Bob", 2, 0],
    ["Ann", 1, 0],
    ["Eve", 0, 1],
  ]);
  const asked = await read(admin, { agentId: ann.id });
  expect(asked.totals).toEqual({ sent: 11, delivered: 6, blocked: 5, failed: 0, expired: 0, pending: 0 });
  expect(asked.topSenders.map(({ party, sent, blocked }) => [party.name, sent, blocked])).toEqual([
    ["Eve", 4, 4],
    ["Bob", 3, 0],
  ]);
});

test("figures stay when the messages, the agent or the person are gone", async () => {
  const { admin, tenantId, ann, deskId } = await sceneOf("Gone");
  const [deleted, former] = [newId("agt"), newId("mem")];
  await addTraffic(database, tenantId, [
    { at: "2026-03-10T10:00:00Z", from: deleted, to: ann.id, count: 3 },
    { at: "2026-03-10T10:00:00Z", from: former, to: ann.id, count: 2 },
    { at: "2026-03-10T10:00:00Z", from: ann.id, to: deskId },
  ]);
  const { totals, topSenders } = await read(admin);
  expect(totals.sent).toBe(6);
  expect(topSenders.map(({ party }) => [party.id, party.kind, party.name])).toEqual([
    [deleted, "agent", "Deleted agent"],
    [former, "member", "Former member"],
    [ann.id, "agent", "Ann"],
  ]);
});

test("they are as of now, or of the oldest change that is still to be folded in", async () => {
  const { admin, tenantId } = await createFleet(database, "As of");
  const before = Date.now();
  expect(Date.parse((await read(admin)).asOf)).toBeGreaterThanOrEqual(before - 1_000);
  const party = {
    senderKind: "agent",
    recipientKind: "agent",
    senderUuid: newUuid(),
    recipientUuid: newUuid(),
  } as const;
  await database.db.withSql((sql) =>
    recordTraffic(sql, [
      {
        ...party,
        tenantUuid: toUuid(tenantId),
        messageUuid: newUuid(),
        type: "escalation",
        from: null,
        to: "sent",
      },
    ]),
  );
  await database.owner`
    update traffic_deltas set created_at = '2026-03-10T12:00:00Z' where tenant_id = ${toUuid(tenantId)}`;
  expect((await read(admin)).asOf).toBe("2026-03-10T12:00:00.000Z");
  const stranger = await createFleet(database, "As of too");
  expect(Date.parse((await read(stranger.admin)).asOf)).toBeGreaterThanOrEqual(before - 1_000);
});

test("another tenant's traffic counts nowhere, and its agents are not there", async () => {
  const mine = await sceneOf("Mine");
  const theirs = await sceneOf("Theirs");
  await addTraffic(database, theirs.tenantId, [
    { at: "2026-03-10T10:00:00Z", from: theirs.ann.id, to: theirs.bob.id, count: 5 },
  ]);
  expect((await read(mine.admin)).totals.sent).toBe(0);
  expect((await read(mine.admin)).topSenders).toEqual([]);
  const absent = expect.objectContaining({ code: "not_found" });
  await expect(read(mine.admin, { agentId: theirs.ann.id })).rejects.toThrow(absent);
  await expect(read(mine.admin, { agentId: newId("agt") })).rejects.toThrow(absent);
  expect(() => read(mine.ann, { agentId: mine.bob.id })).toThrow(absent);
  const deaf = { ...mine.admin, scopes: new Set(["agents:read" as const]) };
  expect(() => read(deaf)).toThrow(expect.objectContaining({ code: "forbidden" }));
});
