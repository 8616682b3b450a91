import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AgentActor } from "#app/domain/auth/actor.ts";
import { createMessageSender, type MessageSender } from "#app/domain/messaging/message-sender.server.ts";
import { recordTraffic, type TrafficChange } from "#app/domain/messaging/record-traffic.server.ts";
import { type DeliveryStatus, type SendMessage, sendMessageSchema } from "#app/domain/messaging/schema.ts";
import { rollUpTraffic } from "#app/domain/messaging/statistics/roll-up-traffic.server.ts";
import { madeAtMs, newUuid, toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { createFleet, request } from "../fleet.ts";

let database: TestDatabase;
let sender: MessageSender;

beforeAll(async () => {
  database = await createTestDatabase();
  sender = createMessageSender({ db: database.db, log: pino({ level: "silent" }), onCommitted: () => {} });
});
afterAll(async () => {
  await sender.close();
  await database.drop();
});

/** Random, and the same in every run. */
function createRandom(seed: number) {
  let state = seed;
  const next = () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
  return {
    next,
    pick<T>(values: readonly T[]): T {
      const value = values[Math.floor(next() * values.length)];
      if (value === undefined) throw new RangeError("There is nothing to pick from.");
      return value;
    },
  };
}

const contents = [
  { type: "status_update", payload: { status: "working" } },
  { type: "escalation", payload: { reason: "help", severity: "low" } },
  { type: "data_request", payload: { query: "picks of today" } },
] as const;

const counts =
  "sum(sent)::int as sent, sum(delivered)::int as delivered, sum(blocked)::int as blocked, sum(failed)::int as failed, sum(expired)::int as expired";
const scanned = `
  count(*)::int as sent,
  count(*) filter (where delivery.status = 'delivered')::int as delivered,
  count(*) filter (where delivery.status = 'blocked')::int as blocked,
  count(*) filter (where delivery.status = 'failed')::int as failed,
  count(*) filter (where delivery.status = 'expired')::int as expired
  from messages message join deliveries delivery
    on delivery.tenant_id = message.tenant_id and delivery.message_id = message.id`;

const hourOfId = `date_trunc('hour', to_timestamp(('x' || translate(left(message.id::text, 13), '-', ''))::bit(48)::bigint / 1000.0), 'UTC')`;

/** What the roll-ups say, and what a scan of the messages says. */
async function bothWays() {
  const { owner } = database;
  const rolled = {
    types: await owner.unsafe(`
      select tenant_id, at, type, ${counts} from traffic_rollups where grain = 'hour' group by 1, 2, 3 order by 1, 2, 3`),
    edges: await owner.unsafe(`
      select tenant_id, at, sender_id, recipient_id, ${counts} from edge_rollups where grain = 'hour'
      group by 1, 2, 3, 4 order by 1, 2, 3, 4`),
    senders: await owner.unsafe(`
      select tenant_id, party_id, ${counts} from party_rollups where grain = 'day' and direction = 'sent'
      group by 1, 2 order by 1, 2`),
    recipients: await owner.unsafe(`
      select tenant_id, party_id, ${counts} from party_rollups where grain = 'hour' and direction = 'received'
      group by 1, 2 order by 1, 2`),
    weeks: await owner.unsafe(`
      select tenant_id, ${counts} from party_rollups where grain = 'week' and direction = 'sent' group by 1 order by 1`),
    days: await owner.unsafe(`
      select tenant_id, ${counts} from edge_rollups where grain = 'day' group by 1 order by 1`),
  };
  const actual = {
    types: await owner.unsafe(`
      select message.tenant_id, ${hourOfId} as at, message.type, ${scanned} group by 1, 2, 3 order by 1, 2, 3`),
    edges: await owner.unsafe(`
      select message.tenant_id, ${hourOfId} as at, message.sender_id, message.recipient_id, ${scanned}
      group by 1, 2, 3, 4 order by 1, 2, 3, 4`),
    senders: await owner.unsafe(`
      select message.tenant_id, message.sender_id as party_id, ${scanned} group by 1, 2 order by 1, 2`),
    recipients: await owner.unsafe(`
      select message.tenant_id, message.recipient_id as party_id, ${scanned} group by 1, 2 order by 1, 2`),
    weeks: await owner.unsafe(`select message.tenant_id, ${scanned} group by 1 order by 1`),
    days: await owner.unsafe(`select message.tenant_id, ${scanned} group by 1 order by 1`),
  };
  return { rolled, actual };
}

const waiting = async () => {
  const [row] = await database.owner<{ count: number }[]>`select count(*)::int as count from traffic_deltas`;
  return row?.count;
};

/** Changes what became of some of a tenant's messages, as expiry and pushes do. */
async function changeSome(random: ReturnType<typeof createRandom>): Promise<void> {
  await database.db.withSql(async (sql) => {
    const rows = await sql<Omit<TrafficRow, "to">[]>`
      select message.*, delivery.status from messages message
      join deliveries delivery on delivery.tenant_id = message.tenant_id and delivery.message_id = message.id
      where delivery.status = 'delivered' order by message.id`;
    const changed = rows
      .filter(() => random.next() < 0.3)
      .map((row): TrafficRow => ({ ...row, to: random.pick(["expired", "failed"]) }));
    for (const { id, to } of changed)
      await sql`update deliveries set status = ${to} where message_id = ${id}`;
    await recordTraffic(sql, changed.map(toChange));
  });
}

interface TrafficRow {
  tenant_id: string;
  id: string;
  sender_kind: TrafficChange["senderKind"];
  sender_id: string;
  recipient_kind: TrafficChange["recipientKind"];
  recipient_id: string;
  type: TrafficChange["type"];
  status: DeliveryStatus;
  to: DeliveryStatus;
}

const toChange = (row: TrafficRow): TrafficChange => ({
  tenantUuid: row.tenant_id,
  messageUuid: row.id,
  senderKind: row.sender_kind,
  senderUuid: row.sender_id,
  recipientKind: row.recipient_kind,
  recipientUuid: row.recipient_id,
  type: row.type,
  from: row.status,
  to: row.to,
});

test("the figures are those of a scan, while messages are sent and expire and several roll-ups run at once", async () => {
  const random = createRandom(7);
  const fleets = [await createFleet(database, "One"), await createFleet(database, "Two")];
  const senders: { agent: AgentActor; peers: AgentActor[] }[] = [];
  for (const fleet of fleets) {
    const agents = [await fleet.addAgent("A"), await fleet.addAgent("B"), await fleet.addAgent("C")];
    for (const agent of agents) senders.push({ agent, peers: agents.filter((peer) => peer !== agent) });
    const [first, second, third] = agents;
    if (first && second && third) await fleet.allow(first, second, third);
  }
  const randomSend = async () => {
    const { agent, peers } = random.pick(senders);
    const recipientId = random.next() < 0.3 ? "operators" : random.pick(peers).id;
    const message: SendMessage = sendMessageSchema.parse({ recipientId, ...random.pick(contents) });
    await sender.send(agent, message, { request }).catch(() => undefined);
  };
  for (let round = 0; round < 4; round += 1) {
    await Promise.all([
      ...Array.from({ length: 60 }, randomSend),
      ...[1, 2, 3].map(() => rollUpTraffic(database.db, { batchSize: 2 })),
    ]);
    await Promise.all([changeSome(random), rollUpTraffic(database.db, { batchSize: 3 })]);
  }
  await Promise.all([1, 2].map(() => rollUpTraffic(database.db, { batchSize: 1 })));
  await rollUpTraffic(database.db);

  const { rolled, actual } = await bothWays();
  expect(rolled).toEqual(actual);
  expect(actual.days).toHaveLength(2);
  expect(actual.days.every(({ blocked, failed, expired }) => blocked > 0 && failed > 0 && expired > 0)).toBe(
    true,
  );
  expect(await waiting()).toBe(0);
});

test("delivery times are counted in their buckets, in the hour and the day of the message", async () => {
  const { tenantId } = await createFleet(database, "Times");
  const tenantUuid = toUuid(tenantId);
  const party = { kind: "agent", uuid: newUuid() } as const;
  const change = (latencyMs: number): TrafficChange => ({
    tenantUuid,
    messageUuid: newUuid(),
    senderKind: party.kind,
    senderUuid: party.uuid,
    recipientKind: party.kind,
    recipientUuid: party.uuid,
    type: "status_update",
    from: null,
    to: "delivered",
    latencyMs,
  });
  for (const times of [[0, 1, 3], [4, 90_000_000], [7]]) {
    await database.db.withSql((sql) => recordTraffic(sql, times.map(change)));
    await rollUpTraffic(database.db);
  }
  const rows = await database.owner`
    select grain, latency_count::int as count, latency_total_ms::int as total, latency_buckets as buckets
    from traffic_rollups where tenant_id = ${tenantUuid} order by grain`;
  const buckets = [2, 0, 2, 1, ...Array(15).fill(0), 1];
  expect(rows).toEqual([
    { grain: "day", count: 6, total: 90_000_015, buckets },
    { grain: "hour", count: 6, total: 90_000_015, buckets },
  ]);
});

test("a roll-up that is killed on its way has folded nothing, and the next one folds it all", async () => {
  const { tenantId } = await createFleet(database, "Killed");
  const tenantUuid = toUuid(tenantId);
  const messageUuid = newUuid();
  const change = {
    tenantUuid,
    messageUuid,
    senderKind: "agent",
    senderUuid: newUuid(),
    recipientKind: "agent",
  } as const;
  const sent = {
    ...change,
    recipientUuid: newUuid(),
    type: "escalation",
    from: null,
    to: "delivered",
  } as const;
  await database.db.withSql((sql) => recordTraffic(sql, [sent]));
  await rollUpTraffic(database.db);
  await database.db.withSql((sql) => recordTraffic(sql, [{ ...sent, from: "delivered", to: "expired" }]));

  const figures = () => database.owner<{ delivered: number; expired: number }[]>`
    select delivered::int, expired::int from party_rollups where tenant_id = ${tenantUuid} and grain = 'hour'`;
  // The last of what it adds to is locked, so that it waits with everything else done.
  await database.owner.begin(async (held) => {
    await held`select from party_rollups where tenant_id = ${tenantUuid} for update`;
    const killed = rollUpTraffic(database.db);
    const blocked = () => database.owner<{ pid: number }[]>`
      select pid from pg_stat_activity
      where wait_event_type = 'Lock' and query ilike '%insert into party_rollups%' and datname = current_database()`;
    await expect.poll(async () => (await blocked()).length).toBe(1);
    for (const { pid } of await blocked()) await database.owner`select pg_terminate_backend(${pid})`;
    await expect(killed).rejects.toThrow();
  });
  expect(await figures()).toEqual([
    { delivered: 1, expired: 0 },
    { delivered: 1, expired: 0 },
  ]);
  expect(await waiting()).toBe(1);

  await expect.poll(() => rollUpTraffic(database.db).catch(() => -1)).toBe(1);
  expect(await figures()).toEqual([
    { delivered: 0, expired: 1 },
    { delivered: 0, expired: 1 },
  ]);
  const [hour] = await database.owner<{ at: Date }[]>`
    select at from edge_rollups where tenant_id = ${tenantUuid} and grain = 'hour'`;
  expect(hour?.at.getTime()).toBe(Math.floor(madeAtMs(messageUuid) / 3_600_000) * 3_600_000);
});
