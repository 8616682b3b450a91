import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { AgentActor } from "#app/domain/auth/actor.ts";
import { createMessageSender, type MessageSender } from "#app/domain/messaging/message-sender.server.ts";
import { readAgent } from "#app/domain/messaging/read-agent.server.ts";
import { updateAgent } from "#app/domain/messaging/update-agent.server.ts";
import { createAgentInBudget } from "#app/domain/usage/create-agent-in-budget.server.ts";
import { boundsOf, periodOf } from "#app/domain/usage/period.ts";
import { recomputeHolds } from "#app/domain/usage/recompute-holds.server.ts";
import { resumeAgent } from "#app/domain/usage/resume-agent.server.ts";
import { updateAgentAndQuota } from "#app/domain/usage/update-agent-and-quota.server.ts";
import type { UsageRecorder } from "#app/domain/usage/usage-recorder.server.ts";
import { newId, toUuid } from "#db/ids.ts";
import {
  agentActor,
  auditOf,
  createFleet,
  type Fleet,
  request,
  statusUpdate,
} from "#tests/domain/messaging/fleet.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import {
  differences,
  openRecorder,
  percentOfQuota,
  quotaOf,
  toldOf,
  turnMonth,
  usageOf,
} from "./reporting.ts";

let database: TestDatabase;
let fleet: Fleet;
let agent: AgentActor;
let peer: AgentActor;
let recorder: UsageRecorder;
let sender: MessageSender;

beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(async () => {
  fleet = await createFleet(database);
  [agent, peer] = [await fleet.addAgent("Agent"), await fleet.addAgent("Peer")];
  await fleet.allow(agent, peer);
  await fleet.allow(peer, agent);
  recorder = openRecorder(database);
  sender = createMessageSender({ db: database.db, log: pino({ level: "silent" }), onCommitted: () => {} });
});
afterEach(async () => {
  await recorder.close();
  await sender.close();
});
afterAll(() => database.drop());

/** The agent has used so many percent of its quota more. */
const use = async (percent: number, events = 1, who = agent) => {
  const outcomes = await recorder.record(
    fleet.admin,
    Array.from({ length: events }, () =>
      usageOf(who, { inputTokens: percentOfQuota(percent) / events, outputTokens: 0 }),
    ),
    request,
  );
  expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(["recorded"]));
};
const send = (from = agent, to = peer) => sender.send(from, statusUpdate(to.id), { request });
/** As if the last message of who is limited had been sent then; this machine may take its time. */
const lastSent = (ago: string) => database.owner`
  update send_allowances set last_at = clock_timestamp() - ${ago}::interval
  where tenant_id = ${toUuid(fleet.tenantId)}`;
/** What becomes of a send, and of one right after it. */
const sends = async (from = agent, to = peer) => {
  const outcome = (promise: Promise<{ status: string }>) =>
    promise.then(
      ({ status }) => status,
      (error: { code: string }) => error.code,
    );
  await lastSent("1 hour");
  const first = await outcome(send(from, to));
  await lastSent("-1 hour");
  return [first, await outcome(send(from, to))];
};
const setOverage = async (overage: boolean) => {
  const tenantUuid = toUuid(fleet.tenantId);
  await database.db.asTenantSql(fleet.tenantId, async (sql) => {
    await sql`update tenants set plan = 'growth', overage = ${overage} where id = ${tenantUuid}`;
    await recomputeHolds(sql, [{ tenantUuid, agents: "all" }]);
  });
};

describe("an agent pushed from 79 % to 151 %", () => {
  it.each([
    ["in one event", 1],
    ["in a batch of many events", 720],
  ])("%s tells of each threshold once", async (_, events) => {
    await use(79);
    expect(await toldOf(database, agent.id)).toEqual([]);
    expect(await quotaOf(database, fleet, agent)).toMatchObject({ state: "normal", usedPercent: 79 });
    await use(72, events);
    expect(await toldOf(database, agent.id)).toEqual([80, 100, 150]);
    expect(await quotaOf(database, fleet, agent)).toEqual({
      ...{ state: "paused", usedPercent: 151, ceilingPercent: 150 },
      ...{ usedTokens: percentOfQuota(151), quotaTokens: 10_000_000 },
      until: new Date(boundsOf(periodOf(Date.now())).endMs).toISOString(),
    });
    await use(30);
    expect(await toldOf(database, agent.id)).toEqual([80, 100, 150]);
  });

  it("in many small batches, by two instances at once, tells of each threshold once", async () => {
    const other = openRecorder(database);
    await use(79);
    await Promise.all(
      Array.from({ length: 72 }, (_, n) =>
        (n % 2 === 0 ? recorder : other).record(
          fleet.admin,
          [usageOf(agent, { inputTokens: percentOfQuota(1), outputTokens: 0 })],
          request,
        ),
      ),
    );
    await other.close();
    expect(await toldOf(database, agent.id)).toEqual([80, 100, 150]);
    expect(await quotaOf(database, fleet, agent)).toMatchObject({ state: "paused", usedPercent: 151 });
    expect(await differences(database, fleet.tenantId)).toEqual({});
  });

  it("has each threshold in the audit trail with what was used by then", async () => {
    await use(82);
    const [event] = await auditOf(database, agent.id).then((events) =>
      events.filter(({ action }) => action === "usage.threshold.reached"),
    );
    expect(event).toMatchObject({
      ...{ actor_kind: "system", resource_name: "Agent" },
      details: {
        ...{ percent: 80, ceilingPercent: 150, usedPercent: 82, period: periodOf(Date.now()) },
        ...{ usedTokens: percentOfQuota(82), quotaTokens: 10_000_000 },
      },
    });
  });
});

describe("sends of an agent", () => {
  it("are as ever up to its quota, and one a second beyond it", async () => {
    await use(99);
    expect(await sends()).toEqual(["delivered", "delivered"]);
    await use(1);
    expect(await sends()).toEqual(["delivered", "quota_limited"]);
    const { count } = await database.owner`select from messages where sender_id = ${toUuid(agent.id)}`;
    expect(count).toBe(3);
  });

  it("beyond 100 % go on where overage is bought, and stop at 150 % all the same", async () => {
    await setOverage(true);
    await use(120);
    expect(await toldOf(database, agent.id)).toEqual([80, 100]);
    expect(await quotaOf(database, fleet, agent)).toMatchObject({ state: "warning" });
    expect(await sends()).toEqual(["delivered", "delivered"]);
    await setOverage(false);
    expect(await quotaOf(database, fleet, agent)).toMatchObject({ state: "limited" });
    expect(await sends()).toEqual(["delivered", "quota_limited"]);
    await setOverage(true);
    expect(await sends()).toEqual(["delivered", "delivered"]);
    await use(30);
    expect(await sends()).toEqual(["agent_paused", "agent_paused"]);
  });

  it("are blocked and kept from 150 %, while it still receives and its usage is counted", async () => {
    await use(151);
    await expect(send()).rejects.toMatchObject({
      code: "agent_paused",
      extensions: { messageId: expect.stringMatching(/^msg_/) },
    });
    expect(await sends(peer, agent)).toEqual(["delivered", "delivered"]);
    await use(10);
    expect(await quotaOf(database, fleet, agent)).toMatchObject({ usedPercent: 161 });
  });

  it("are free again in a new month, whose thresholds begin anew, but not from a person's pause", async () => {
    await use(151);
    await use(110, 1, peer);
    await updateAgent(database.db, fleet.admin, peer.id, { status: "paused", pausedReason: "why" }, request);
    await turnMonth(database, fleet.tenantId);
    expect(await quotaOf(database, fleet, agent)).toMatchObject({
      ...{ state: "normal", usedTokens: 0, usedPercent: 0, ceilingPercent: 150 },
    });
    expect(await sends()).toEqual(["delivered", "delivered"]);
    expect(await readAgent(database.db, fleet.admin, peer.id)).toMatchObject({
      ...{ status: "paused", pausedReason: "why", quota: { state: "normal" } },
    });
    expect(await sends(peer, agent)).toEqual(["agent_paused", "agent_paused"]);
    await use(85);
    expect(await toldOf(database, agent.id)).toEqual([80, 100, 150, 80]);
  });

  it("follow a change of overage and a batch that passes 100 % whichever comes first", async () => {
    for (let round = 0; round < 5; round++) {
      const own = await fleet.addAgent(`Agent ${round}`);
      await setOverage(round % 2 === 0);
      await Promise.all([setOverage(round % 2 === 1), use(120, 1, own)]);
      const expected = round % 2 === 1 ? "warning" : "limited";
      const { state } = await quotaOf(database, fleet, own);
      const [row] = await database.owner`select quota_hold from agents where id = ${toUuid(own.id)}`;
      expect([state, row?.quota_hold]).toEqual([expected, expected === "limited" ? "limited" : null]);
    }
  });
});

describe("a resume", () => {
  it("sets the next ceiling, which holds in its turn", async () => {
    await use(151);
    const view = await resumeAgent(database.db, fleet.admin, agent.id, request);
    expect(view.quota).toMatchObject({ state: "limited", ceilingPercent: 200 });
    expect(await sends()).toEqual(["delivered", "quota_limited"]);
    await use(48);
    expect(await toldOf(database, agent.id)).toEqual([80, 100, 150]);
    await use(1);
    expect(await toldOf(database, agent.id)).toEqual([80, 100, 150, 200]);
    expect(await sends()).toEqual(["agent_paused", "agent_paused"]);
    await use(60);
    await resumeAgent(database.db, fleet.admin, agent.id, request);
    expect(await quotaOf(database, fleet, agent)).toMatchObject({ ceilingPercent: 300, state: "limited" });
    const raised = (await auditOf(database, agent.id)).filter(
      ({ action }) => action === "usage.ceiling.raised",
    );
    expect(raised.map(({ actor_id, details }) => [actor_id, details.ceilingPercent])).toEqual([
      [fleet.admin.id, { from: 150, to: 200 }],
      [fleet.admin.id, { from: 200, to: 300 }],
    ]);
  });

  it("by several people at once raises it once", async () => {
    await use(151);
    const resumed = await Promise.allSettled(
      Array.from({ length: 4 }, () => resumeAgent(database.db, fleet.admin, agent.id, request)),
    );
    expect(resumed.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(resumed.find(({ status }) => status === "rejected")).toMatchObject({
      reason: { code: "conflict" },
    });
    expect(await quotaOf(database, fleet, agent)).toMatchObject({ ceilingPercent: 200 });
  });

  it("frees no person's pause", async () => {
    await use(151);
    await updateAgent(database.db, fleet.admin, agent.id, { status: "paused", pausedReason: "why" }, request);
    const view = await resumeAgent(database.db, fleet.admin, agent.id, request);
    expect(view).toMatchObject({ status: "paused", pausedReason: "why", quota: { state: "limited" } });
    expect(await sends()).toEqual(["agent_paused", "agent_paused"]);
  });

  it("is a conflict where nothing pauses it, and not for those who may not spend", async () => {
    await use(120);
    await expect(resumeAgent(database.db, fleet.admin, agent.id, request)).rejects.toMatchObject({
      code: "conflict",
    });
    const developer = await fleet.addPerson("Dev", "developer");
    await expect(resumeAgent(database.db, developer, agent.id, request)).rejects.toMatchObject({
      code: "forbidden",
    });
    await expect(resumeAgent(database.db, fleet.admin, newId("agt"), request)).rejects.toMatchObject({
      code: "not_found",
    });
  });

  it("as a change of status is an admin's; a developer frees what a person paused", async () => {
    const developer = await fleet.addPerson("Dev", "developer");
    const activate = (who = developer) =>
      updateAgentAndQuota(database.db, who, agent.id, { status: "active" }, request);
    await use(151);
    await expect(activate()).rejects.toMatchObject({
      code: "forbidden",
      message: expect.stringContaining("billing:write"),
    });
    await updateAgent(database.db, developer, agent.id, { status: "paused" }, request);
    expect(await activate()).toMatchObject({ status: "active", quota: { state: "paused" } });
    await updateAgent(database.db, developer, agent.id, { status: "paused" }, request);
    expect(await activate(fleet.admin)).toMatchObject({ status: "active", quota: { state: "limited" } });
  });
});

describe("a budget", () => {
  const addBudget = async (amountMicros: number, agentUuid: string | null) => {
    const id = newId("bgt");
    await database.owner`
      insert into budgets (tenant_id, id, agent_id, amount_micros)
      values (${toUuid(fleet.tenantId)}, ${toUuid(id)}, ${agentUuid}, ${amountMicros})`;
    return id;
  };
  const spend = (costMicros: number, who = agent) =>
    recorder.record(fleet.admin, [usageOf(who, { costMicros })], request);

  it("of an agent has the same steps by what is spent, and holds that agent alone", async () => {
    const budget = await addBudget(1_000_000, toUuid(agent.id));
    await spend(790_000);
    expect(await toldOf(database, budget)).toEqual([]);
    await spend(720_000);
    expect(await toldOf(database, budget)).toEqual([80, 100, 150]);
    expect(await quotaOf(database, fleet, agent)).toMatchObject({ state: "paused", usedPercent: 0 });
    expect(await sends()).toEqual(["agent_paused", "agent_paused"]);
    expect(await sends(peer, agent)).toEqual(["delivered", "delivered"]);
    await resumeAgent(database.db, fleet.admin, agent.id, request);
    expect(await sends()).toEqual(["delivered", "quota_limited"]);
    await spend(490_000);
    expect(await toldOf(database, budget)).toEqual([80, 100, 150, 200]);
    expect(await differences(database, fleet.tenantId)).toEqual({});
  });

  it("of the tenant that is used up holds an agent that is made then, from its first send on", async () => {
    const make = async () => {
      const input = { name: "New", modelTier: "sonnet", thinkingMode: "off" } as const;
      const { id, name, quota } = await createAgentInBudget(database.db, fleet.admin, input, request);
      const actor = agentActor(fleet.tenantId, id, name);
      await fleet.allow(actor, peer);
      return { actor, quota };
    };
    await addBudget(1_000_000, null);
    await spend(900_000);
    const before = await make();
    expect(before.quota).toMatchObject({ state: "normal" });
    expect(await sends(before.actor, peer)).toEqual(["delivered", "delivered"]);
    await spend(100_000);
    const limited = await make();
    expect(limited.quota).toMatchObject({ state: "limited", usedTokens: 0 });
    expect(await sends(limited.actor, peer)).toEqual(["delivered", "quota_limited"]);
    await spend(500_000);
    const paused = await make();
    expect(paused.quota).toMatchObject({ state: "paused" });
    expect(await sends(paused.actor, peer)).toEqual(["agent_paused", "agent_paused"]);
    await turnMonth(database, fleet.tenantId);
    expect(await sends(paused.actor, peer)).toEqual(["delivered", "delivered"]);
  });

  it("of the tenant holds all of its agents, also one that is newer, once that one uses something", async () => {
    const budget = await addBudget(1_000_000, null);
    await spend(1_000_000);
    expect(await toldOf(database, budget)).toEqual([80, 100]);
    expect(await sends()).toEqual(["delivered", "quota_limited"]);
    expect(await sends(peer, agent)).toEqual(["delivered", "quota_limited"]);
    const newer = await fleet.addAgent("Newer");
    await spend(1, newer);
    expect(await quotaOf(database, fleet, newer)).toMatchObject({ state: "limited" });
    await spend(500_000, newer);
    expect(await quotaOf(database, fleet, peer)).toMatchObject({ state: "paused" });
    await resumeAgent(database.db, fleet.admin, peer.id, request);
    expect(await quotaOf(database, fleet, agent)).toMatchObject({ state: "limited" });
    await turnMonth(database, fleet.tenantId);
    expect(await sends()).toEqual(["delivered", "delivered"]);
  });
});
