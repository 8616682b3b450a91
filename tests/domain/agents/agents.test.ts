import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addAllowlistEdge } from "#app/domain/messaging/add-allowlist-edge.server.ts";
import type {
  AgentListQuery,
  AgentView,
  CreateAgentInput,
  NamedListQuery,
} from "#app/domain/messaging/agent-schema.ts";
import { createAgent } from "#app/domain/messaging/create-agent.server.ts";
import { listAgents } from "#app/domain/messaging/list-agents.server.ts";
import { listAllowlistPeers } from "#app/domain/messaging/list-allowlist-peers.server.ts";
import { readAgent } from "#app/domain/messaging/read-agent.server.ts";
import { readAllowedSenders } from "#app/domain/messaging/read-allowed-senders.server.ts";
import { readAllowlist } from "#app/domain/messaging/read-allowlist.server.ts";
import { removeAllowlistEdge } from "#app/domain/messaging/remove-allowlist-edge.server.ts";
import { updateAgent } from "#app/domain/messaging/update-agent.server.ts";
import { type AgentId, newId, toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { aRequest, createTenantFixture, type TenantFixture } from "#tests/setup/tenant-fixture.ts";

let database: TestDatabase;
let tenant: TenantFixture;
let other: TenantFixture;

beforeAll(async () => {
  database = await createTestDatabase();
  tenant = await createTenantFixture(database.db);
  other = await createTenantFixture(database.db);
});
afterAll(() => database.drop());

const make = (input: Partial<CreateAgentInput> = {}, { admin } = tenant) =>
  createAgent(
    database.db,
    admin,
    { name: "Planner", modelTier: "sonnet", thinkingMode: "off", ...input },
    aRequest,
  );
const update = (id: AgentId, input: Parameters<typeof updateAgent>[3], { admin } = tenant) =>
  updateAgent(database.db, admin, id, input, aRequest);
const eventsOf = (id: AgentId) =>
  database.owner`
    select action, details from audit_events where resource_id = ${id} order by xid, id
  `.then((rows) => rows.map(({ action, details }) => ({ action, details })));

async function allPages<T>(
  read: (query: NamedListQuery) => Promise<{ items: T[]; nextCursor: string | null }>,
  limit: number,
): Promise<T[][]> {
  const pages: T[][] = [];
  let cursor: string | undefined;
  do {
    const { items, nextCursor } = await read({ limit, cursor });
    pages.push(items);
    cursor = nextCursor ?? undefined;
  } while (cursor !== undefined && pages.length < 20);
  return pages;
}

describe("an agent", () => {
  test("is made with a mailbox of its own id and the quota of its tier, and this is recorded", async () => {
    const agent = await make({ modelTier: "opus", thinkingMode: "high", description: "plans" });
    expect(agent).toMatchObject({
      name: "Planner",
      description: "plans",
      modelTier: "opus",
      thinkingMode: "high",
      status: "active",
      pausedReason: null,
      tokenQuota: 5_000_000,
      mailboxMode: "read",
      inboxTotal: 0,
    });
    expect(await readAgent(database.db, tenant.admin, agent.id)).toEqual(agent);
    const [mailbox] =
      await database.owner`select tenant_id, kind from mailboxes where id = ${toUuid(agent.id)}`;
    expect(mailbox).toEqual({ tenant_id: toUuid(tenant.tenantId), kind: "agent" });
    expect(await eventsOf(agent.id)).toEqual([
      {
        action: "agent.created",
        details: { modelTier: "opus", thinkingMode: "high", tokenQuota: 5_000_000 },
      },
    ]);
  });

  test("total is what came in less what retention took", async () => {
    const agent = await make();
    await database.owner`
      update mailboxes set last_sequence = 12, purged_through = 5 where id = ${toUuid(agent.id)}
    `;
    expect((await readAgent(database.db, tenant.admin, agent.id)).inboxTotal).toBe(7);
  });

  test("changes only in what is named; the record says from what to what; a new tier brings its quota", async () => {
    const agent = await make({ description: "old" });
    const changed = await update(agent.id, { name: "Chief", modelTier: "haiku" });
    expect(changed).toMatchObject({
      name: "Chief",
      description: "old",
      modelTier: "haiku",
      tokenQuota: 20_000_000,
      createdAt: agent.createdAt,
    });
    expect(Date.parse(changed.updatedAt)).toBeGreaterThan(Date.parse(agent.updatedAt));
    expect((await eventsOf(agent.id))[1]).toEqual({
      action: "agent.updated",
      details: {
        changes: {
          name: { from: "Planner", to: "Chief" },
          modelTier: { from: "sonnet", to: "haiku" },
          tokenQuota: { from: 10_000_000, to: 20_000_000 },
        },
      },
    });
    expect((await update(agent.id, { description: null })).description).toBeNull();
  });

  test("takes another mailbox mode, which is recorded as a change of the agent", async () => {
    const agent = await make();
    expect(await update(agent.id, { mailboxMode: "claim" })).toMatchObject({ mailboxMode: "claim" });
    expect(await update(agent.id, { mailboxMode: "claim", name: agent.name })).toMatchObject({
      mailboxMode: "claim",
    });
    expect((await readAgent(database.db, tenant.admin, agent.id)).mailboxMode).toBe("claim");
    expect((await eventsOf(agent.id)).slice(1)).toEqual([
      {
        action: "agent.updated",
        details: { changes: { mailboxMode: { from: "read", to: "claim" } } },
      },
    ]);
  });

  test("told what it is already stays as it was and leaves no record", async () => {
    const agent = await make();
    expect(await update(agent.id, { name: agent.name, status: "active" })).toEqual(agent);
    expect(await eventsOf(agent.id)).toHaveLength(1);
  });

  test("is paused with its reason, and resumed without", async () => {
    const agent = await make();
    expect(await update(agent.id, { status: "paused", pausedReason: "too loud" })).toMatchObject({
      status: "paused",
      pausedAt: expect.stringMatching(/^\d{4}-/),
      pausedReason: "too loud",
    });
    await update(agent.id, { status: "paused" });
    await update(agent.id, { status: "paused", pausedReason: "still too loud" });
    const resumed = await update(agent.id, { status: "active", name: "Quiet" });
    expect(resumed).toMatchObject({ status: "active", pausedAt: null, pausedReason: null, name: "Quiet" });
    const events = await eventsOf(agent.id);
    expect(events.slice(1).map(({ action }) => action)).toEqual([
      "agent.paused",
      "agent.paused",
      "agent.updated",
      "agent.resumed",
    ]);
    expect(events[2]?.details).toEqual({ reason: "still too loud" });
  });

  test("changed by many at once loses no change", async () => {
    const agent = await make();
    await Promise.all([
      update(agent.id, { name: "Renamed" }),
      update(agent.id, { thinkingMode: "high" }),
      update(agent.id, { description: "described" }),
      update(agent.id, { status: "paused" }),
    ]);
    expect(await readAgent(database.db, tenant.admin, agent.id)).toMatchObject({
      name: "Renamed",
      thinkingMode: "high",
      description: "described",
      status: "paused",
    });
  });

  test("of another tenant is as absent as none: to read, to change, to allow", async () => {
    const foreign = await make({}, other);
    const mine = await make();
    const { db } = database;
    const attemptsOn = (id: AgentId) => [
      readAgent(db, tenant.admin, id),
      update(id, { name: "Mine now" }),
      readAllowlist(db, tenant.admin, id, { limit: 10 }),
      readAllowedSenders(db, tenant.admin, id, { limit: 10 }),
      addAllowlistEdge(db, tenant.admin, { senderId: mine.id, recipientId: id }, aRequest),
      addAllowlistEdge(db, tenant.admin, { senderId: id, recipientId: mine.id }, aRequest),
      removeAllowlistEdge(db, tenant.admin, { senderId: mine.id, recipientId: id }, aRequest),
    ];
    const errorsOn = async (id: AgentId) =>
      (await Promise.allSettled(attemptsOn(id))).map((result) =>
        result.status === "rejected" ? { code: result.reason.code, message: result.reason.message } : result,
      );
    const errors = await errorsOn(foreign.id);
    expect(errors).toEqual(await errorsOn(newId("agt")));
    expect(errors).toEqual(errors.map(() => ({ code: "not_found", message: "There is no such agent." })));
    expect((await readAgent(db, other.admin, foreign.id)).name).toBe("Planner");
    expect(await database.owner`select 1 from allowlist_edges`).toHaveLength(0);
  });
});

describe("the list of agents", () => {
  test("has the tenant's own in order of name, in pages without gap or repeat, equal names included", async () => {
    const third = await createTenantFixture(database.db);
    const names = ["delta", "alpha", "alpha", "charlie", "bravo", "alpha", "echo"];
    for (const name of names) await make({ name }, third);
    const pages = await allPages(async (query) => {
      const { agents, pagination } = await listAgents(database.db, third.admin, query);
      expect(pagination.total).toBe(7);
      return { items: agents, nextCursor: pagination.nextCursor };
    }, 2);
    expect(pages.map((page) => page.length)).toEqual([2, 2, 2, 1]);
    expect(pages.flat().map(({ name }) => name)).toEqual([...names].sort());
    expect(new Set(pages.flat().map(({ id }) => id)).size).toBe(7);
  });

  test("whose last page is full ends there", async () => {
    const third = await createTenantFixture(database.db);
    for (const name of ["a", "b"]) await make({ name }, third);
    const { pagination } = await listAgents(database.db, third.admin, { limit: 2 });
    expect(pagination).toEqual({ total: 2, limit: 2, nextCursor: null });
  });
});

describe("a list of agents that is filtered", () => {
  let filtered: TenantFixture;
  const find = async (query: Partial<AgentListQuery>) => {
    const { agents, pagination } = await listAgents(database.db, filtered.admin, { limit: 2, ...query });
    return { names: agents.map(({ name }) => name), total: pagination.total };
  };

  beforeAll(async () => {
    filtered = await createTenantFixture(database.db);
    await make({ name: "Zoë Planner", modelTier: "opus" }, filtered);
    await make({ name: "Analyst", description: "Answers 100 % of questions" }, filtered);
    const { id } = await make({ name: "Reviewer", description: "Reads what the planner ships" }, filtered);
    await update(id, { status: "paused" }, filtered);
  });

  test.each<[string, Partial<AgentListQuery>, string[]]>([
    ["a part of a name, whatever its case", { search: "ZOË" }, ["Zoë Planner"]],
    ["a word of the description", { search: "questions" }, ["Analyst"]],
    ["words in any order", { search: "ships planner" }, ["Reviewer"]],
    ["a sign that is a wildcard elsewhere", { search: "%" }, ["Analyst"]],
    ["another such sign", { search: "_" }, []],
    ["only spaces", { search: "  " }, ["Analyst", "Reviewer"]],
    ["its tier", { tier: "opus" }, ["Zoë Planner"]],
    ["its status", { status: "paused" }, ["Reviewer"]],
    ["all of it at once", { search: "planner", tier: "sonnet", status: "paused" }, ["Reviewer"]],
  ])("finds by %s", async (_, query, names) => {
    expect((await find(query)).names).toEqual(names);
  });

  test("finds by an id, and no agent of another tenant", async () => {
    const mine = await make();
    expect((await find({ search: mine.id })).names).toEqual([]);
    const { agents } = await listAgents(database.db, tenant.admin, { limit: 5, search: mine.id });
    expect(agents.map(({ id }) => id)).toEqual([mine.id]);
  });

  test("counts what it finds, and goes on by pages", async () => {
    expect(await find({ search: "planner", page: 1 })).toEqual({
      names: ["Reviewer", "Zoë Planner"],
      total: 2,
    });
    expect(await find({ page: 2 })).toEqual({ names: ["Zoë Planner"], total: 3 });
    expect(await find({ page: 3 })).toEqual({ names: [], total: 3 });
  });
});

describe("an allowlist", () => {
  const names = (list: Awaited<ReturnType<typeof readAllowlist>>) => list.allowlist.map(({ name }) => name);
  let sender: AgentView;
  let first: AgentView;
  let second: AgentView;
  const add = (recipientId: AgentId) =>
    addAllowlistEdge(database.db, tenant.admin, { senderId: sender.id, recipientId }, aRequest);
  const remove = (recipientId: AgentId) =>
    removeAllowlistEdge(database.db, tenant.admin, { senderId: sender.id, recipientId }, aRequest);
  const read = (query: NamedListQuery = { limit: 10 }) =>
    readAllowlist(database.db, tenant.admin, sender.id, query);

  beforeAll(async () => {
    sender = await make({ name: "Sender" });
    first = await make({ name: "First" });
    second = await make({ name: "Second" });
  });

  test("grows and shrinks edge by edge, in one direction; doing it twice is doing it once, in the record too", async () => {
    await Promise.all([add(second.id), add(second.id), add(second.id)]);
    await add(first.id);
    const list = await read();
    expect(names(list)).toEqual(["First", "Second"]);
    expect(list).toMatchObject({
      agentId: sender.id,
      pagination: { total: 2, limit: 10, nextCursor: null },
      allowlist: [{ recipientId: first.id, status: "active" }, { recipientId: second.id }],
    });
    const reverse = await readAllowlist(database.db, tenant.admin, first.id, { limit: 10 });
    expect(reverse.allowlist).toEqual([]);
    const senders = await readAllowedSenders(database.db, tenant.admin, first.id, { limit: 10 });
    expect(senders).toMatchObject({
      agentId: first.id,
      senders: [{ senderId: sender.id, name: "Sender", status: "active" }],
      pagination: { total: 1, nextCursor: null },
    });

    const pages = await allPages(async (query) => {
      const { allowlist, pagination } = await read(query);
      return { items: allowlist.map(({ name }) => name), nextCursor: pagination.nextCursor };
    }, 1);
    expect(pages).toEqual([["First"], ["Second"]]);

    await remove(first.id);
    await remove(first.id);
    expect(names(await read())).toEqual(["Second"]);
    expect((await eventsOf(sender.id)).slice(1)).toEqual([
      { action: "allowlist.edge.added", details: { recipientId: second.id, recipientName: "Second" } },
      { action: "allowlist.edge.added", details: { recipientId: first.id, recipientName: "First" } },
      { action: "allowlist.edge.removed", details: { recipientId: first.id, recipientName: "First" } },
    ]);
  });

  test("tells of each other agent which edges there are, in both directions", async () => {
    const own = await createTenantFixture(database.db);
    const [a, b, c, d] = await Promise.all(["a", "b", "c", "d"].map((name) => make({ name }, own)));
    if (!a || !b || !c || !d) throw new Error("four agents were made");
    for (const [senderId, recipientId] of [
      [a.id, b.id],
      [c.id, a.id],
      [a.id, d.id],
      [d.id, a.id],
      [b.id, c.id],
    ] as const)
      await addAllowlistEdge(database.db, own.admin, { senderId, recipientId }, aRequest);
    expect(await listAllowlistPeers(database.db, own.admin, a.id, 10)).toEqual([
      { id: b.id, name: "b", receives: true, sends: false },
      { id: c.id, name: "c", receives: false, sends: true },
      { id: d.id, name: "d", receives: true, sends: true },
    ]);
    expect(await listAllowlistPeers(database.db, own.admin, a.id, 2)).toHaveLength(2);
  });

  test("has no edge to its own agent", async () => {
    await expect(add(sender.id)).rejects.toMatchObject({
      code: "invalid_input",
      errors: [{ path: "recipientId" }],
    });
  });
});
