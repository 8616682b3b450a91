import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Actor } from "#app/domain/auth/actor.ts";
import { maxLeases } from "#app/domain/messaging/claim-schema.ts";
import { deadLetterListSchema } from "#app/domain/messaging/dead-letter-schema.ts";
import { countDeadLetters, listDeadLetters } from "#app/domain/messaging/list-dead-letters.server.ts";
import { readMessage } from "#app/domain/messaging/read-message.server.ts";
import { replayMailbox, replayMessages } from "#app/domain/messaging/replay-messages.server.ts";
import { type MessageId, newId, toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { type ClaimedMailbox, createClaimedMailbox } from "./claimed-mailbox.ts";
import { auditOf, createFleet, type Fleet, request } from "./fleet.ts";

let database: TestDatabase;
let fleet: Fleet;
let box: ClaimedMailbox;

beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(async () => {
  fleet = await createFleet(database);
  box = await createClaimedMailbox(database, fleet);
  return () => box.close();
});
afterAll(() => database.drop());

/** What used its leases up, without its five rounds. */
const die = (id: MessageId) => database.owner`
  update deliveries set handling = 'dead', leases = ${maxLeases}, reason = 'leases_used_up', handled_at = now()
  where message_id = ${toUuid(id)}`;
const failForGood = (id: MessageId) => database.owner`
  update deliveries set status = 'failed', handling = 'dead', attempts = 8, reason = 'The endpoint answered 500.',
    delivered_at = null, handled_at = now()
  where message_id = ${toUuid(id)}`;
const sendDead = async (target = box): Promise<MessageId> => {
  const { messageId } = await target.send();
  await die(messageId);
  return messageId;
};
const list = async (query: object = {}, actor: Actor = fleet.admin) =>
  (await listDeadLetters(database.db, actor, deadLetterListSchema.parse(query))).deadLetters;
const listedIds = async (query: object = {}, actor: Actor = fleet.admin) =>
  (await list(query, actor)).map(({ message }) => message.id);
const replay = async (ids: MessageId[], actor: Actor = fleet.admin) =>
  (await replayMessages(box.service, actor, ids, request)).messages.map(({ outcome }) => outcome);

describe("the list of dead letters", () => {
  test("says which message, why, and how often it was tried, newest first", async () => {
    const died = await sendDead();
    const { messageId: failed } = await box.send();
    await failForGood(failed);
    await box.send();
    expect(await list()).toMatchObject([
      {
        message: { id: failed, status: "failed", handling: "dead", reason: "The endpoint answered 500." },
        cause: "push",
        attempts: 8,
        leases: 0,
        diedAt: expect.stringMatching(/Z$/),
      },
      {
        message: { id: died, status: "delivered", reason: "leases_used_up" },
        cause: "leases",
        leases: maxLeases,
      },
    ]);
    expect(await countDeadLetters(database.db, fleet.admin)).toEqual({ count: 2, isExact: true });
  });

  test("is narrowed by recipient and by cause, and goes on from a cursor", async () => {
    const other = await createClaimedMailbox(database, fleet);
    const [first, second] = [await sendDead(), await sendDead()];
    const theirs = await sendDead(other);
    const { messageId: failed } = await box.send();
    await failForGood(failed);
    expect(await listedIds({ recipientId: box.worker.id })).toEqual([failed, second, first]);
    expect(await listedIds({ cause: "push" })).toEqual([failed]);
    expect(await listedIds({ cause: "leases" })).toEqual([theirs, second, first]);
    const page = await listDeadLetters(database.db, fleet.admin, deadLetterListSchema.parse({ limit: "2" }));
    expect(page.nextCursor).toBe(theirs);
    expect(await listedIds({ limit: "2", cursor: theirs })).toEqual([second, first]);
    await other.close();
  });

  test("is the tenant's for its people, and its own mailbox's for an agent", async () => {
    const other = await createClaimedMailbox(database, fleet);
    const elsewhere = await createClaimedMailbox(database, await createFleet(database, "Elsewhere"));
    const [mine, theirs] = [await sendDead(), await sendDead(other)];
    await sendDead(elsewhere);
    expect(await listedIds({}, await fleet.addPerson("Mo", "member"))).toEqual([theirs, mine]);
    expect(await listedIds({}, box.worker)).toEqual([mine]);
    // It has sent it, which makes it none of its own dead letters.
    expect(await listedIds({}, box.planner)).toEqual([]);
    expect(await listedIds({ recipientId: elsewhere.worker.id })).toEqual([]);
    expect(await countDeadLetters(database.db, box.worker)).toEqual({ count: 1, isExact: true });
    await Promise.all([other.close(), elsewhere.close()]);
  });
});

describe("a replay", () => {
  test("hands the message out again, as it was: same id, same sequence, all leases before it", async () => {
    const id = await sendDead();
    box.told.length = 0;
    expect(await replay([id])).toEqual(["replayed"]);
    const [message] = await box.claim();
    expect(message).toMatchObject({
      id,
      sequence: 1,
      status: "delivered",
      reason: null,
      lease: { count: 1 },
    });
    expect(await list()).toEqual([]);
    expect((await auditOf(database, id)).at(-1)).toMatchObject({
      action: "message.replayed",
      actor_id: fleet.admin.id,
      details: { recipientId: box.worker.id, from: "dead" },
    });
    expect(box.told[0]).toMatchObject({ messageUuid: toUuid(id), handling: "unread", status: "delivered" });
    expect(box.hinted.length).toBeGreaterThan(0);
  });

  test("answers for each: what is not dead, what is not there, and what is another tenant's", async () => {
    const elsewhere = await createClaimedMailbox(database, await createFleet(database, "Elsewhere"));
    const foreign = await sendDead(elsewhere);
    const [first, second] = [await sendDead(), await sendDead()];
    const { messageId: alive } = await box.send();
    expect(await replay([first, alive, foreign, newId("msg"), second, first])).toEqual([
      "replayed",
      "not_dead",
      "not_found",
      "not_found",
      "replayed",
      "replayed",
    ]);
    expect(await replay([first])).toEqual(["not_dead"]);
    expect(await elsewhere.state()).toMatchObject([{ handling: "dead" }]);
    await elsewhere.close();
  });

  test("of a push that failed for good waits for the next push, and the figures follow", async () => {
    const { messageId: id } = await box.send({ ttlSeconds: 600 });
    await failForGood(id);
    await box.setMode("push");
    await database.owner`delete from traffic_deltas where tenant_id = ${toUuid(fleet.tenantId)}`;
    expect(await replay([id])).toEqual(["replayed"]);
    const [row] = await database.owner`
      select status, handling, attempts, delivered_at, available_at <= now() as is_due from deliveries
      where message_id = ${toUuid(id)}`;
    expect(row).toEqual({
      status: "pending",
      handling: "unread",
      attempts: 0,
      delivered_at: null,
      is_due: true,
    });
    expect((await auditOf(database, id)).at(-1)).toMatchObject({ details: { from: "failed" } });
    const deltas = await database.owner<{ deltas: object[] }[]>`
      select deltas from traffic_deltas where tenant_id = ${toUuid(fleet.tenantId)}`;
    expect(deltas).toMatchObject([{ deltas: [{ sent: 0, failed: -1, delivered: 0 }] }]);
  });

  test("of a push that failed is delivered where the mailbox is no longer pushed to", async () => {
    const { messageId: id } = await box.send();
    await failForGood(id);
    await replay([id]);
    expect(await readMessage(database.db, fleet.admin, id)).toMatchObject({
      status: "delivered",
      handling: "unread",
      deliveredAt: expect.any(String),
      reason: null,
    });
  });

  test("begins a time to live anew that has passed, and leaves alone what is left of one", async () => {
    const [gone, left] = [await box.send({ ttlSeconds: 600 }), await box.send({ ttlSeconds: 600 })];
    await database.owner`
      update deliveries set expires_at = now() - interval '1 hour' where message_id = ${toUuid(gone.messageId)}`;
    await database.owner`
      update deliveries set expires_at = now() + interval '5 seconds' where message_id = ${toUuid(left.messageId)}`;
    for (const { messageId } of [gone, left]) await die(messageId);
    await replay([gone.messageId, left.messageId]);
    const rows = await database.owner<{ seconds: number }[]>`
      select extract(epoch from expires_at - now())::int as seconds from deliveries
      where recipient_id = ${toUuid(box.worker.id)} order by sequence`;
    expect(rows[0]?.seconds).toBeGreaterThan(500);
    expect(rows[1]?.seconds).toBeLessThan(10);
    // What is shown is what holds, not what the envelope began with.
    const shown = await readMessage(database.db, fleet.admin, gone.messageId);
    expect(shown.status).toBe("delivered");
    expect(Date.parse(shown.expiresAt ?? "")).toBeGreaterThan(Date.parse(shown.createdAt) + 500_000);
  });

  test("of a mailbox takes all of it, in more than one step, and nothing of the next", async () => {
    const other = await createClaimedMailbox(database, fleet);
    await sendDead(other);
    const ids = await Promise.all(Array.from({ length: 1_010 }, () => box.send()));
    await database.owner`
      update deliveries set handling = 'dead', leases = ${maxLeases} where recipient_id = ${toUuid(box.worker.id)}`;
    expect(await countDeadLetters(database.db, fleet.admin)).toEqual({ count: 1_000, isExact: false });
    expect(await replayMailbox(box.service, fleet.admin, box.worker.id, request)).toEqual({
      recipientId: box.worker.id,
      replayed: ids.length,
    });
    expect((await box.claim({ limit: 3 })).map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    expect(await listedIds()).toHaveLength(1);
    const [row] = await database.owner`
      select count(*)::int as events from audit_events
      where tenant_id = ${toUuid(fleet.tenantId)} and action = 'message.replayed'`;
    expect(row).toEqual({ events: ids.length });
    await other.close();
  });

  test("is for those who may change agents, and for an agent in its own mailbox", async () => {
    const other = await createClaimedMailbox(database, fleet);
    const [mine, theirs] = [await sendDead(), await sendDead(other)];
    const member = await fleet.addPerson("Mo", "member");
    await expect(replay([mine], member)).rejects.toMatchObject({ code: "forbidden" });
    await expect(replayMailbox(box.service, member, box.worker.id, request)).rejects.toMatchObject({
      code: "forbidden",
    });
    expect(await replay([theirs, mine], box.worker)).toEqual(["not_found", "replayed"]);
    await die(mine);
    expect(await replay([mine], box.planner)).toEqual(["not_found"]);
    for (const recipientId of [other.worker.id, newId("agt")])
      await expect(replayMailbox(box.service, box.worker, recipientId, request)).rejects.toMatchObject({
        code: "not_found",
      });
    expect(await replayMailbox(box.service, box.worker, box.worker.id, request)).toMatchObject({
      replayed: 1,
    });
    const foreign = await (await createFleet(database, "Elsewhere")).addAgent("Foreign");
    await expect(replayMailbox(box.service, fleet.admin, foreign.id, request)).rejects.toMatchObject({
      code: "not_found",
    });
    await other.close();
  });
});
