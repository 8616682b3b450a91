import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createApiKey } from "#app/domain/auth/create-api-key.server.ts";
import { createAgent } from "#app/domain/messaging/create-agent.server.ts";
import { readAgentActivity } from "#app/domain/messaging/read-agent-activity.server.ts";
import { readAgentTraffic } from "#app/domain/messaging/read-agent-traffic.server.ts";
import { type AgentId, firstUuidOf, newId, newUuid, toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { aRequest, createTenantFixture, type TenantFixture } from "#tests/setup/tenant-fixture.ts";

let database: TestDatabase;
let tenant: TenantFixture;

beforeAll(async () => {
  database = await createTestDatabase();
  tenant = await createTenantFixture(database.db);
});
afterAll(() => database.drop());

const now = new Date("2026-03-12T14:03:27.500Z");
const minutesAgo = (minutes: number): Date => new Date(now.getTime() - minutes * 60_000);

const make = async (name: string, { admin } = tenant): Promise<AgentId> =>
  (await createAgent(database.db, admin, { name, modelTier: "haiku", thinkingMode: "off" }, aRequest)).id;

/** An id as the time gives it, apart from all others of its millisecond. */
const idAt = (at: Date): string => firstUuidOf(at.getTime()).slice(0, 15) + newUuid().slice(15);

interface Sent {
  from: AgentId;
  to: AgentId;
  /** Oldest first, as commits are. */
  at: Date[];
  blocked?: boolean;
}

/** Messages of times gone by, with the recipient's counter where its commits would have left it. */
async function store({ from, to, at, blocked = false }: Sent): Promise<void> {
  const { owner } = database;
  const [mailbox] = await owner<{ last: string }[]>`
    select last_sequence as last from mailboxes where id = ${toUuid(to)}`;
  const last = Number(mailbox?.last);
  await owner`
    insert into messages ${owner(
      at.map((time, index) => ({
        tenant_id: toUuid(tenant.tenantId),
        id: idAt(time),
        sender_kind: "agent",
        sender_id: toUuid(from),
        recipient_kind: "agent",
        recipient_id: toUuid(to),
        sequence: blocked ? null : last + index + 1,
        type: "status_update",
        kind: "event",
        priority: "normal",
        payload: owner.json({ status: "working" }),
        correlation_id: "c",
        created_at: time,
      })),
    )}`;
  if (!blocked)
    await owner`update mailboxes set last_sequence = ${last + at.length} where id = ${toUuid(to)}`;
}

const activityOf = async (...ids: AgentId[]) => {
  const all = await readAgentActivity(database.db, tenant.admin, ids, now);
  return ids.map((id) => all.find(({ agentId }) => agentId === id));
};

describe("an agent's activity", () => {
  test("counts what was sent and received in the last 24 hours, blocked sends as sent", async () => {
    const [sender, recipient] = [await make("Sender"), await make("Recipient")];
    const dayMinutes = 24 * 60;
    await store({
      from: sender,
      to: recipient,
      at: [minutesAgo(5 * dayMinutes), minutesAgo(dayMinutes + 1), minutesAgo(dayMinutes - 1), minutesAgo(3)],
    });
    await store({ from: sender, to: recipient, at: [minutesAgo(2)], blocked: true });
    expect(await activityOf(sender, recipient)).toEqual([
      {
        agentId: sender,
        lastActiveAt: minutesAgo(2).toISOString(),
        sent: 3,
        sentIsExact: true,
        received: 0,
      },
      { agentId: recipient, lastActiveAt: null, sent: 0, sentIsExact: true, received: 2 },
    ]);
  });

  test.each([
    ["none", 40, 0],
    ["one", 40, 1],
    ["some", 40, 13],
    ["all", 40, 40],
  ])(
    "finds the boundary in a mailbox of which %s is of the last day, purged or not",
    async (_, total, recent) => {
      const [sender, recipient] = [await make("Sender"), await make("Recipient")];
      const old = Array.from({ length: total - recent }, (_none, index) => minutesAgo(5_000 - index));
      const young = Array.from({ length: recent }, (_none, index) => minutesAgo(1_000 - index));
      await store({ from: sender, to: recipient, at: [...old, ...young] });
      expect(await activityOf(recipient)).toMatchObject([{ received: recent }]);
      const purged = Math.min(10, old.length);
      await database.owner`update mailboxes set purged_through = ${purged} where id = ${toUuid(recipient)}`;
      await database.owner`
      delete from messages where recipient_id = ${toUuid(recipient)} and sequence <= ${purged}`;
      expect(await activityOf(recipient)).toMatchObject([{ received: recent }]);
    },
  );

  test("is the use of a key where that came later than the last message", async () => {
    const agent = await make("Reader");
    const key = await createApiKey(database.db, tenant.admin, { agentId: agent, name: "k" }, aRequest);
    await database.owner`update api_keys set last_used_at = ${minutesAgo(7)} where id = ${toUuid(key.id)}`;
    expect(await activityOf(agent)).toMatchObject([{ lastActiveAt: minutesAgo(7).toISOString() }]);
    await store({ from: agent, to: await make("Recipient"), at: [minutesAgo(5)] });
    expect(await activityOf(agent)).toMatchObject([{ lastActiveAt: minutesAgo(5).toISOString() }]);
  });

  test("of another tenant is not told", async () => {
    const foreign = await make("Foreign", await createTenantFixture(database.db));
    expect(await readAgentActivity(database.db, tenant.admin, [foreign], now)).toEqual([]);
    expect(await readAgentActivity(database.db, tenant.admin, [], now)).toEqual([]);
  });
});

describe("an agent's traffic", () => {
  const traffic = (id: AgentId, window: "1h" | "24h") =>
    readAgentTraffic(database.db, tenant.admin, id, { window, now });

  test("of the hour is a point for each minute on the clock, the last one the present", async () => {
    const [sender, recipient] = [await make("Sender"), await make("Recipient")];
    await store({
      from: sender,
      to: recipient,
      at: ["13:03:59.999Z", "13:04:00.000Z", "14:02:59.999Z", "14:03:00.000Z", "14:03:20.000Z"].map(
        (time) => new Date(`2026-03-12T${time}`),
      ),
    });
    await store({ from: sender, to: recipient, at: [minutesAgo(10)], blocked: true });
    const { points, received } = await traffic(sender, "1h");
    expect(points).toHaveLength(60);
    expect(points.filter(({ delivered, refused }) => delivered + refused > 0)).toEqual([
      { at: "2026-03-12T13:04:00.000Z", delivered: 1, refused: 0 },
      { at: "2026-03-12T13:53:00.000Z", delivered: 0, refused: 1 },
      { at: "2026-03-12T14:02:00.000Z", delivered: 1, refused: 0 },
      { at: "2026-03-12T14:03:00.000Z", delivered: 2, refused: 0 },
    ]);
    expect(points.at(-1)?.at).toBe("2026-03-12T14:03:00.000Z");
    expect(received).toBe(0);
    expect((await traffic(recipient, "1h")).received).toBe(4);
  });

  test("of the day is a point for each half hour", async () => {
    const [sender, recipient] = [await make("Sender"), await make("Recipient")];
    await store({ from: sender, to: recipient, at: [minutesAgo(2_000), minutesAgo(600), minutesAgo(590)] });
    const { points } = await traffic(sender, "24h");
    expect(points).toHaveLength(48);
    expect(points[0]?.at).toBe("2026-03-11T14:30:00.000Z");
    expect(points.filter(({ delivered }) => delivered > 0)).toEqual([
      { at: "2026-03-12T04:00:00.000Z", delivered: 2, refused: 0 },
    ]);
    expect((await traffic(recipient, "24h")).received).toBe(2);
  });

  test("of another tenant's agent is as absent as of none", async () => {
    const foreign = await make("Foreign", await createTenantFixture(database.db));
    for (const id of [foreign, newId("agt")])
      await expect(traffic(id, "1h")).rejects.toMatchObject({ code: "not_found" });
  });
});
