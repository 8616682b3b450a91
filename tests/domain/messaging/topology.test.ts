import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { AgentActor, UserActor } from "#app/domain/auth/actor.ts";
import { readAllowlistMatrix } from "#app/domain/messaging/read-allowlist-matrix.server.ts";
import { readTopology } from "#app/domain/messaging/read-topology.server.ts";
import { recordTraffic, type TrafficChange } from "#app/domain/messaging/record-traffic.server.ts";
import { setAgentEdges } from "#app/domain/messaging/set-agent-edges.server.ts";
import type { TopologyEdge, TopologyWindow } from "#app/domain/messaging/topology-schema.ts";
import { type AgentId, type DeskId, firstUuidOf, newId, newUuid, toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { auditOf, createFleet, type Fleet, request } from "./fleet.ts";

let database: TestDatabase;
let fleet: Fleet;
let other: Fleet;
let planner: AgentActor;
let reviewer: AgentActor;
let analyst: AgentActor;

beforeAll(async () => {
  database = await createTestDatabase();
  other = await createFleet(database, "Other");
});
afterAll(() => database.drop());
beforeEach(async () => {
  fleet = await createFleet(database);
  planner = await fleet.addAgent("Planner");
  reviewer = await fleet.addAgent("Reviewer");
  analyst = await fleet.addAgent("Analyst");
});

const now = new Date("2026-03-12T14:03:27.500Z");
const none = { sent: 0, delivered: 0, blocked: 0, failed: 0, expired: 0 };

interface RolledUp {
  from: AgentId;
  to: AgentId | DeskId;
  at: string;
  grain?: "hour" | "day";
  counts: Partial<typeof none>;
  in?: Fleet;
}

/** A row as the job leaves it. */
const rollUp = ({ from, to, at, grain = "hour", counts, in: owner = fleet }: RolledUp) =>
  database.owner`
    insert into edge_rollups ${database.owner({
      tenant_id: toUuid(owner.tenantId),
      grain,
      at: new Date(at),
      sender_kind: "agent",
      sender_id: toUuid(from),
      recipient_kind: to.startsWith("dsk") ? "desk" : "agent",
      recipient_id: toUuid(to),
      ...none,
      ...counts,
    })}`;

/** What a send has noted and the job has not folded in yet. */
const pending = (change: Pick<TrafficChange, "from" | "to">, at: string, ends: [AgentId, AgentId]) =>
  database.db.asTenantSql(fleet.tenantId, (sql) =>
    recordTraffic(sql, [
      {
        tenantUuid: toUuid(fleet.tenantId),
        messageUuid: firstUuidOf(Date.parse(at)),
        senderKind: "agent",
        senderUuid: toUuid(ends[0]),
        recipientKind: "agent",
        recipientUuid: toUuid(ends[1]),
        type: "status_update",
        ...change,
      },
    ]),
  );

const topology = (window: TopologyWindow = "24h", actor: UserActor | AgentActor = fleet.admin) =>
  readTopology(database.db, actor, { window, now });
const countsOf = ({ sent, delivered, blocked, failed, expired }: TopologyEdge) => ({
  sent,
  delivered,
  blocked,
  failed,
  expired,
});
const onlyEdge = async (...options: Parameters<typeof topology>): Promise<TopologyEdge> => {
  const { edges } = await topology(...options);
  expect(edges).toHaveLength(1);
  const [edge] = edges;
  if (edge === undefined) throw new Error("there is an edge");
  return edge;
};

describe("the topology", () => {
  test("has every agent by name, and each permitted edge since when it is one, also without traffic", async () => {
    await fleet.allow(planner, reviewer);
    await fleet.pause(analyst);
    const { agents, edges, deskId, isCut } = await topology();
    expect(agents).toEqual([
      { id: analyst.id, name: "Analyst", modelTier: "sonnet", status: "paused" },
      { id: planner.id, name: "Planner", modelTier: "sonnet", status: "active" },
      { id: reviewer.id, name: "Reviewer", modelTier: "sonnet", status: "active" },
    ]);
    expect(edges).toEqual([
      {
        senderId: planner.id,
        recipientId: reviewer.id,
        permitted: true,
        permittedAt: expect.stringMatching(/^20\d\d-.*Z$/),
        ...none,
      },
    ]);
    expect({ deskId, isCut }).toEqual({ deskId: null, isCut: false });
  });

  test("adds up the hours of its window, and what is not rolled up yet, each once", async () => {
    await fleet.allow(planner, reviewer);
    const ends = { from: planner.id, to: reviewer.id };
    await rollUp({ ...ends, at: "2026-03-11T13:00:00Z", counts: { sent: 100 } });
    await rollUp({ ...ends, at: "2026-03-11T14:00:00Z", counts: { sent: 7, delivered: 7 } });
    await rollUp({ ...ends, at: "2026-03-12T14:00:00Z", counts: { sent: 3, delivered: 1, failed: 1 } });
    await rollUp({ ...ends, at: "2026-03-12T00:00:00Z", grain: "day", counts: { sent: 1_000 } });
    await pending({ from: null, to: "delivered" }, "2026-03-12T14:03:00Z", [planner.id, reviewer.id]);
    await pending({ from: "delivered", to: "expired" }, "2026-03-12T14:01:00Z", [planner.id, reviewer.id]);
    await pending({ from: null, to: "delivered" }, "2026-03-11T13:59:00Z", [planner.id, reviewer.id]);
    expect(countsOf(await onlyEdge("24h"))).toEqual({
      sent: 11,
      delivered: 8,
      blocked: 0,
      failed: 1,
      expired: 1,
    });
    expect((await topology("24h")).since).toBe("2026-03-11T14:00:00.000Z");
  });

  test.each<[TopologyWindow, string, number]>([
    ["1h", "2026-03-12T13:00:00.000Z", 1],
    ["24h", "2026-03-11T14:00:00.000Z", 3],
    ["7d", "2026-03-05T14:00:00.000Z", 7],
    ["30d", "2026-02-10T00:00:00.000Z", 31],
  ])("of %s counts from %s", async (window, since, sent) => {
    const ends = { from: planner.id, to: reviewer.id };
    for (const [at, count] of [
      ["2026-03-12T13:00:00Z", 1],
      ["2026-03-11T14:00:00Z", 2],
      ["2026-03-05T14:00:00Z", 4],
      ["2026-03-05T13:00:00Z", 8],
    ] as const)
      await rollUp({ ...ends, at, counts: { sent: count } });
    for (const [at, count] of [
      ["2026-02-10T00:00:00Z", 15],
      ["2026-03-12T00:00:00Z", 16],
      ["2026-02-09T00:00:00Z", 64],
    ] as const)
      await rollUp({ ...ends, at, grain: "day", counts: { sent: count } });
    expect(await topology(window)).toMatchObject({ since, edges: [{ sent }] });
  });

  test("shows a refused sender as an edge that nothing permits, and the desk as open once something went to it", async () => {
    await rollUp({
      from: analyst.id,
      to: planner.id,
      at: "2026-03-12T14:00:00Z",
      counts: { sent: 2, blocked: 2 },
    });
    await rollUp({
      from: planner.id,
      to: fleet.deskId,
      at: "2026-03-12T14:00:00Z",
      counts: { sent: 1, delivered: 1 },
    });
    const { edges, deskId } = await topology();
    expect(deskId).toBe(fleet.deskId);
    expect(edges.find(({ senderId }) => senderId === analyst.id)).toMatchObject({
      permitted: false,
      permittedAt: null,
      blocked: 2,
    });
    expect(edges.find(({ recipientId }) => recipientId === fleet.deskId)).toMatchObject({
      permitted: true,
      permittedAt: null,
    });
  });

  test("tells of what was blocked only those who can repair the block", async () => {
    await fleet.allow(planner, reviewer);
    await rollUp({
      from: planner.id,
      to: reviewer.id,
      at: "2026-03-12T14:00:00Z",
      counts: { sent: 5, delivered: 3, blocked: 2 },
    });
    await rollUp({
      from: analyst.id,
      to: planner.id,
      at: "2026-03-12T14:00:00Z",
      counts: { sent: 9, blocked: 9 },
    });
    const member = await fleet.addPerson("Mia Member");
    expect(countsOf(await onlyEdge("24h", member))).toEqual({ ...none, sent: 3, delivered: 3 });
    expect((await topology("24h", await fleet.addPerson("Dev", "developer"))).edges).toHaveLength(2);
    await expect(topology("24h", planner)).rejects.toMatchObject({ code: "forbidden" });
  });

  test("knows nothing of another tenant", async () => {
    const foreign = await other.addAgent("Foreign");
    const second = await other.addAgent("Second");
    await other.allow(foreign, second);
    await rollUp({
      from: foreign.id,
      to: second.id,
      at: "2026-03-12T14:00:00Z",
      counts: { sent: 1 },
      in: other,
    });
    const { agents, edges } = await topology();
    expect(agents.map(({ name }) => name)).not.toContain("Foreign");
    expect(edges).toEqual([]);
  });

  test("leaves people's messages out", async () => {
    await database.owner`
      insert into edge_rollups ${database.owner({
        tenant_id: toUuid(fleet.tenantId),
        grain: "hour",
        at: new Date("2026-03-12T14:00:00Z"),
        sender_kind: "member",
        sender_id: newUuid(),
        recipient_kind: "agent",
        recipient_id: toUuid(planner.id),
        ...none,
        sent: 1,
      })}`;
    expect((await topology()).edges).toEqual([]);
  });
});

describe("the allowlist as a matrix", () => {
  test("names agents in order and edges by their places", async () => {
    await fleet.allow(planner, reviewer, analyst);
    await fleet.allow(analyst, planner);
    const foreign = await other.addAgent("Aardvark");
    await other.allow(foreign, await other.addAgent("Zebra"));
    expect(await readAllowlistMatrix(database.db, fleet.admin)).toEqual({
      agents: [
        { id: analyst.id, name: "Analyst", status: "active" },
        { id: planner.id, name: "Planner", status: "active" },
        { id: reviewer.id, name: "Reviewer", status: "active" },
      ],
      receivers: [[1], [0, 2], []],
      isCut: false,
    });
  });

  test("needs the right to read agents", async () => {
    await expect(readAllowlistMatrix(database.db, planner)).rejects.toMatchObject({ code: "forbidden" });
  });
});

describe("all edges of an agent", () => {
  const set = (
    agentId: AgentId,
    side: "sender" | "recipient",
    allowed: boolean,
    actor: UserActor = fleet.admin,
  ) => setAgentEdges(database.db, actor, { agentId, side, allowed }, request);
  const receivers = async () => (await readAllowlistMatrix(database.db, fleet.admin)).receivers;
  const recorded = async (id: string) =>
    (await auditOf(database, id)).slice(1).map(({ action, details }) => [action, details.recipientName]);

  test("to others are added and taken away at once, each recorded by itself, and only what changes", async () => {
    await fleet.allow(planner, reviewer);
    expect(await set(planner.id, "sender", true)).toBe(1);
    expect(await receivers()).toEqual([[], [0, 2], []]);
    expect(await set(planner.id, "sender", true)).toBe(0);
    expect(await set(planner.id, "sender", false)).toBe(2);
    expect(await set(planner.id, "sender", false)).toBe(0);
    expect(await receivers()).toEqual([[], [], []]);
    const events = await recorded(planner.id);
    expect(events[0]).toEqual(["allowlist.edge.added", "Analyst"]);
    expect(events.slice(1).sort()).toEqual([
      ["allowlist.edge.removed", "Analyst"],
      ["allowlist.edge.removed", "Reviewer"],
    ]);
  });

  test("from others are recorded with those, who are their senders", async () => {
    expect(await set(planner.id, "recipient", true)).toBe(2);
    expect(await receivers()).toEqual([[1], [], [1]]);
    expect(await recorded(analyst.id)).toEqual([["allowlist.edge.added", "Planner"]]);
    expect(await recorded(planner.id)).toEqual([]);
    expect(await set(planner.id, "recipient", false)).toBe(2);
    expect(await recorded(reviewer.id)).toEqual([
      ["allowlist.edge.added", "Planner"],
      ["allowlist.edge.removed", "Planner"],
    ]);
  });

  test("of an agent of another tenant are as absent as those of none, and stay", async () => {
    const foreign = await other.addAgent("Theirs");
    await other.allow(foreign, await other.addAgent("Theirs too"));
    for (const id of [foreign.id, newId("agt")])
      for (const side of ["sender", "recipient"] as const)
        for (const allowed of [true, false])
          await expect(set(id, side, allowed)).rejects.toMatchObject({
            code: "not_found",
            message: "There is no such agent.",
          });
    const edges = await database.owner`select from allowlist_edges where sender_id = ${toUuid(foreign.id)}`;
    expect(edges).toHaveLength(1);
  });

  test("are not a member's to change", async () => {
    const member = await fleet.addPerson("Mia Member");
    await expect(set(planner.id, "sender", true, member)).rejects.toMatchObject({ code: "forbidden" });
    expect(await receivers()).toEqual([[], [], []]);
  });

  test("of rows and columns at once wait for each other and never fail", async () => {
    const agents = [planner, reviewer, analyst, ...(await Promise.all(["D", "E", "F"].map(fleet.addAgent)))];
    await Promise.all(
      agents.flatMap(({ id }) => [
        set(id, "sender", true),
        set(id, "recipient", true),
        set(id, "sender", false),
      ]),
    );
    for (const { id } of agents) await set(id, "sender", true);
    expect((await receivers()).map((row) => row.length)).toEqual([5, 5, 5, 5, 5, 5]);
  });
});
