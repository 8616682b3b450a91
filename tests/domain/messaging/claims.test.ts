import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ackMessages } from "#app/domain/messaging/ack-messages.server.ts";
import { claimMessages } from "#app/domain/messaging/claim-messages.server.ts";
import { type ClaimedMessage, maxLeases } from "#app/domain/messaging/claim-schema.ts";
import { expireDeliveries } from "#app/domain/messaging/expire-deliveries.server.ts";
import { extendLeases } from "#app/domain/messaging/extend-leases.server.ts";
import type { HandlingChange } from "#app/domain/messaging/handling-change.ts";
import { nackMessages } from "#app/domain/messaging/nack-messages.server.ts";
import { readInbox } from "#app/domain/messaging/read-inbox.server.ts";
import { settleLeases } from "#app/domain/messaging/settle-leases.server.ts";
import { newId, toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { type ClaimedMailbox, createClaimedMailbox, leased } from "./claimed-mailbox.ts";
import { auditOf, createFleet, type Fleet, request } from "./fleet.ts";

let database: TestDatabase;
let fleet: Fleet;
let box: ClaimedMailbox;

beforeAll(async () => {
  database = await createTestDatabase();
  fleet = await createFleet(database);
});
beforeEach(async () => {
  box = await createClaimedMailbox(database, fleet);
});
afterEach(() => box.close());
afterAll(() => database.drop());

const only = (messages: ClaimedMessage[]): ClaimedMessage => {
  const [first, ...others] = messages;
  if (first === undefined || others.length > 0) throw new Error(`${messages.length} messages were claimed`);
  return first;
};
const sequences = (messages: ClaimedMessage[]) => messages.map(({ sequence }) => sequence);
const nack = async (delaySeconds: number, ...messages: ClaimedMessage[]) =>
  (
    await nackMessages(
      box.service,
      box.worker,
      box.worker.id,
      { messages: messages.map((message) => ({ ...leased(message), delaySeconds })) },
      request,
    )
  ).messages.map(({ outcome }) => outcome);
const extend = async (leaseSeconds: number, ...messages: ClaimedMessage[]) =>
  extendLeases(box.service, box.worker, box.worker.id, { messages: messages.map(leased), leaseSeconds });
const actionsOf = async (resourceId: string) =>
  (await auditOf(database, resourceId)).map(({ action }) => action);
/** Claims it as often as it is handed out, and lets each lease run out but the last. */
async function useLeasesUp(): Promise<ClaimedMessage> {
  for (let n = 1; ; n++) {
    const message = only(await box.claim());
    expect(message.lease.count).toBe(n);
    if (n === maxLeases) return message;
    await box.endLeases();
  }
}

describe("a claim", () => {
  test("hands out messages with a lease each, once, and answers what an inbox would show of them", async () => {
    const sent = await box.send({ correlationId: "c-1" }, "ready");
    const message = only(await box.claim({ leaseSeconds: 30 }));
    const [shown] = (await readInbox(database.db, box.worker, box.worker.id, { limit: 1 })).messages;
    const { lease, ...view } = message;
    expect(view).toEqual(shown);
    expect(view).toMatchObject({ id: sent.messageId, status: "delivered", handling: "leased" });
    expect(lease).toEqual({ id: expect.stringMatching(/^lse_/), expiresAt: expect.any(String), count: 1 });
    const [row] = await database.owner`
      select extract(epoch from available_at - now())::int as left from deliveries
      where message_id = ${toUuid(sent.messageId)}`;
    expect(Number(row?.left)).toBeGreaterThan(20);
    expect(Number(row?.left)).toBeLessThanOrEqual(30);
    expect(await box.claim()).toEqual([]);
  });

  test("goes by priority, then by sequence, and takes no more than was asked for", async () => {
    for (const priority of ["low", "normal", "urgent", "high", "urgent"] as const)
      await box.send({ priority });
    expect(sequences(await box.claim({ limit: 3 }))).toEqual([3, 5, 4]);
    expect(sequences(await box.claim())).toEqual([2, 1]);
  });

  test("is recorded with how many it gave, once a call and not when there was nothing", async () => {
    await box.send();
    await box.send();
    await box.claim({ leaseSeconds: 45 });
    await box.claim();
    const events = (await auditOf(database, box.worker.id)).filter(
      ({ action }) => action === "mailbox.claimed",
    );
    expect(events).toMatchObject([
      {
        actor_kind: "agent",
        actor_id: box.worker.id,
        request_id: "req-test",
        details: { messages: 2, leaseSeconds: 45 },
      },
    ]);
  });

  test("tells those who watch", async () => {
    const sent = await box.send();
    await box.claim();
    expect(box.told).toEqual([
      {
        tenantUuid: toUuid(fleet.tenantId),
        mailboxUuid: toUuid(box.worker.id),
        messageUuid: toUuid(sent.messageId),
        sequence: 1,
        status: "delivered",
        handling: "leased",
        correlationId: sent.correlationId,
      },
    ]);
    // A lease is no news for the lists of the whole tenant.
    expect(box.hinted).toEqual([]);
  });

  test("does not hand out what has expired, and what is leased can expire", async () => {
    await box.send({ ttlSeconds: 60 });
    await box.send();
    await box.send({ ttlSeconds: 60 });
    const [first] = await box.claim({ limit: 1 });
    if (first === undefined) throw new Error("nothing was claimed");
    await box.outlive();
    expect(sequences(await box.claim())).toEqual([2]);
    expect(await box.ack(first)).toEqual(["expired"]);
    expect(await nack(0, first)).toEqual(["expired"]);
    await expireDeliveries(database.db);
    expect(await box.ack(first)).toEqual(["expired"]);
    expect(await box.state()).toMatchObject([
      { status: "expired" },
      { status: "delivered", handling: "leased" },
      { status: "expired", handling: "unread" },
    ]);
  });

  test("is refused in another mode, which it names", async () => {
    await box.send();
    for (const mode of ["read", "push"]) {
      await box.setMode(mode);
      await expect(box.claim()).rejects.toMatchObject({ code: "conflict", extensions: { mode } });
    }
    expect(await box.state()).toMatchObject([{ handling: "unread", leases: 0 }]);
  });

  test("takes what waited for a push before the mailbox changed its mode", async () => {
    await box.setMode("push");
    const sent = await box.send();
    await box.setMode("claim");
    expect(only(await box.claim())).toMatchObject({ status: "delivered", deliveredAt: expect.any(String) });
    const deltas = await database.owner<{ delivered: number }[]>`
      select (delta ->> 'delivered')::int as delivered
      from traffic_deltas, jsonb_array_elements(deltas) as delta
      where delta ->> 'r' = ${toUuid(box.worker.id)} order by id`;
    expect(deltas.map(({ delivered }) => delivered)).toEqual([0, 1]);
    expect(sent.status).toBe("pending");
  });

  test("is the mailbox's own agent's alone", async () => {
    await box.send();
    const other = await fleet.addAgent("Other");
    const foreign = await (await createFleet(database, "Elsewhere")).addAgent("Foreign");
    for (const agent of [box.planner, other, foreign])
      await expect(box.claim({}, agent)).rejects.toMatchObject({ code: "not_found" });
    const people = [fleet.admin, await fleet.addPerson("Mo", "member")];
    for (const person of people) {
      const call = (id: typeof foreign.id) =>
        claimMessages(box.service, person, id, { limit: 1, leaseSeconds: 5 }, request);
      await expect(call(box.worker.id)).rejects.toMatchObject({ code: "forbidden" });
      for (const id of [foreign.id, newId("agt")])
        await expect(call(id)).rejects.toMatchObject({ code: "not_found" });
    }
    const blind = { ...box.worker, scopes: new Set(["messages:send"] as const) };
    await expect(box.claim({}, blind)).rejects.toMatchObject({ code: "forbidden" });
  });
});

describe("a lease", () => {
  test("that has run out is handed out again, under another lease, and the first one is lost", async () => {
    await box.send();
    const first = only(await box.claim());
    await box.endLeases();
    const second = only(await box.claim());
    expect(second).toMatchObject({ id: first.id, lease: { count: 2 } });
    expect(second.lease.id).not.toBe(first.lease.id);
    expect(await box.ack(first)).toEqual(["lease_lost"]);
    expect(await nack(0, first)).toEqual(["lease_lost"]);
    expect((await extend(60, first)).messages).toEqual([{ messageId: first.id, outcome: "lease_lost" }]);
    expect(await box.ack(second)).toEqual(["acked"]);
  });

  test("that has run out still acks what nobody else was given, also when the job has noted its end", async () => {
    await box.send();
    await box.send();
    const [a, b] = await box.claim();
    if (a === undefined || b === undefined) throw new Error("not both were claimed");
    await box.endLeases();
    expect(await box.ack(a)).toEqual(["acked"]);
    await settleLeases(database.db);
    expect(await box.state()).toMatchObject([{ handling: "acked" }, { handling: "unread", leases: 1 }]);
    expect(await box.ack(b)).toEqual(["acked"]);
    expect(await box.claim()).toEqual([]);
  });

  test("can be made longer, and nobody else gets the message meanwhile", async () => {
    await box.send();
    const message = only(await box.claim({ leaseSeconds: 5 }));
    const { messages, expiresAt } = await extend(600, message);
    expect(messages).toEqual([{ messageId: message.id, outcome: "extended" }]);
    expect(expiresAt > message.lease.expiresAt).toBe(true);
    const [row] = await database.owner`
      select extract(epoch from available_at - now())::int > 500 as is_long, leases from deliveries
      where message_id = ${toUuid(message.id)}`;
    expect(row).toEqual({ is_long: true, leases: 1 });
    await box.endLeases();
    await settleLeases(database.db);
    await extend(60, message);
    expect(await box.claim()).toEqual([]);
    expect(await box.state()).toMatchObject([{ handling: "leased" }]);
  });

  test(`ends for the ${maxLeases}th time without an ack: the message is dead when it is claimed again`, async () => {
    const sent = await box.send();
    const last = await useLeasesUp();
    await box.endLeases();
    box.told.length = 0;
    expect(await box.claim()).toEqual([]);
    expect(await box.state()).toMatchObject([
      { handling: "dead", status: "delivered", leases: maxLeases, reason: "leases_used_up" },
    ]);
    expect(await box.ack(last)).toEqual(["lease_lost"]);
    const events = await auditOf(database, sent.messageId);
    expect(events.at(-1)).toMatchObject({
      action: "message.dead",
      actor_id: box.worker.id,
      details: { recipientId: box.worker.id, leases: maxLeases },
    });
    expect(box.told).toMatchObject([{ handling: "dead" }]);
    expect(box.hinted).toHaveLength(1);
    expect(await box.claim()).toEqual([]);
  });

  test("dead ones at the head of the queue leave no claim short", async () => {
    for (let n = 0; n < 3; n++) await box.send({ priority: "urgent" });
    for (let n = 0; n < 4; n++) await box.send();
    await database.owner`
      update deliveries set handling = 'leased', leases = ${maxLeases}, available_at = now() - interval '1 second'
      where recipient_id = ${toUuid(box.worker.id)} and priority_rank = 0`;
    expect(sequences(await box.claim({ limit: 3 }))).toEqual([4, 5, 6]);
    expect((await box.state()).filter(({ handling }) => handling === "dead")).toHaveLength(3);
  });

  test("is settled by the job where nobody claims: unread again, or dead after the last", async () => {
    const sent = await box.send();
    await useLeasesUp();
    await box.send();
    await box.send();
    await box.claim({ limit: 1 });
    await box.endLeases();
    // Running leases are left alone.
    await box.claim({ limit: 1, leaseSeconds: 600 });
    await database.owner`
      update deliveries set handling = 'leased', leases = ${maxLeases}, available_at = now() - interval '1 second'
      where message_id = ${toUuid(sent.messageId)}`;
    const told: HandlingChange[] = [];
    await settleLeases(database.db, { batchSize: 1, onSettled: (changes) => told.push(...changes) });
    const mine = told.filter(({ mailboxUuid }) => mailboxUuid === toUuid(box.worker.id));
    expect(mine.map(({ sequence, handling }) => [sequence, handling]).toSorted()).toEqual([[1, "dead"]]);
    expect((await box.state()).map(({ handling }) => handling)).toEqual(["dead", "leased", "unread"]);
    expect((await auditOf(database, sent.messageId)).at(-1)).toMatchObject({
      action: "message.dead",
      actor_kind: "system",
      details: { leases: maxLeases },
    });
    expect(await settleLeases(database.db)).toBe(0);
  });
});

describe("an ack", () => {
  test("ends it; the same ack again is answered the same, and recorded once", async () => {
    await box.send();
    const message = only(await box.claim());
    expect(await box.ack(message)).toEqual(["acked"]);
    expect(await box.ack(message)).toEqual(["acked"]);
    expect(await box.ack(message, message)).toEqual(["acked", "acked"]);
    await box.endLeases();
    expect(await box.claim()).toEqual([]);
    expect(await actionsOf(message.id)).toEqual(["message.sent", "message.acked"]);
    expect(box.told.map(({ handling }) => handling)).toEqual(["leased", "acked"]);
  });

  test("does not expire any more, and can be neither given back nor extended", async () => {
    await box.send({ ttlSeconds: 60 });
    const message = only(await box.claim());
    await box.ack(message);
    await box.outlive();
    expect(await expireDeliveries(database.db)).toBe(0);
    expect(await box.ack(message)).toEqual(["acked"]);
    expect(await nack(0, message)).toEqual(["lease_lost"]);
    expect((await extend(60, message)).messages).toMatchObject([{ outcome: "lease_lost" }]);
    expect(await box.state()).toMatchObject([{ status: "delivered", handling: "acked" }]);
  });

  test("answers each message for itself, and knows none of another mailbox", async () => {
    const elsewhere = await createClaimedMailbox(database, await createFleet(database, "Elsewhere"));
    const neighbour = await createClaimedMailbox(database, fleet);
    await Promise.all([elsewhere.send(), neighbour.send(), box.send(), box.send()]);
    const [foreign, theirs] = [only(await elsewhere.claim()), only(await neighbour.claim())];
    const [good, bad] = await box.claim();
    if (good === undefined || bad === undefined) throw new Error("not both were claimed");
    const { messages } = await ackMessages(
      box.service,
      box.worker,
      box.worker.id,
      {
        messages: [
          leased(good),
          { messageId: bad.id, leaseId: newId("lse") },
          leased(foreign),
          leased(theirs),
          { messageId: newId("msg"), leaseId: good.lease.id },
        ],
      },
      request,
    );
    expect(messages.map(({ outcome }) => outcome)).toEqual([
      "acked",
      "lease_lost",
      "not_found",
      "not_found",
      "not_found",
    ]);
    expect(await elsewhere.state()).toMatchObject([{ handling: "leased" }]);
    expect(await neighbour.state()).toMatchObject([{ handling: "leased" }]);
    await Promise.all([elsewhere.close(), neighbour.close()]);
  });
});

describe("a nack", () => {
  test("gives the message back at once, or after a delay", async () => {
    await box.send();
    const first = only(await box.claim());
    expect(await nack(0, first)).toEqual(["nacked"]);
    expect(await nack(0, first)).toEqual(["lease_lost"]);
    const second = only(await box.claim());
    expect(second.lease.count).toBe(2);
    expect(await nack(3_600, second)).toEqual(["nacked"]);
    expect(await box.claim()).toEqual([]);
    await database.owner`
      update deliveries set available_at = now() where message_id = ${toUuid(second.id)}`;
    expect(only(await box.claim()).lease.count).toBe(3);
    const events = await auditOf(database, first.id);
    expect(events.map(({ action, details }) => [action, details.delaySeconds])).toEqual([
      ["message.sent", undefined],
      ["message.nacked", 0],
      ["message.nacked", 3_600],
    ]);
  });

  test("of the last lease makes it dead", async () => {
    await box.send();
    const last = await useLeasesUp();
    expect(await nack(60, last)).toEqual(["dead"]);
    expect(await box.state()).toMatchObject([{ handling: "dead", reason: "leases_used_up" }]);
    expect(await actionsOf(last.id)).toEqual(["message.sent", "message.dead"]);
  });
});
