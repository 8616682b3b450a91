import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { markRead } from "#app/domain/messaging/mark-read.server.ts";
import { newId, toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { type ClaimedMailbox, createClaimedMailbox } from "./claimed-mailbox.ts";
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
  await box.setMode("read");
});
afterEach(() => box.close());
afterAll(() => database.drop());

const read = (through: number, actor = box.worker, mailboxId = box.worker.id) =>
  markRead(box.service, actor, mailboxId, { through }, request);
const handlings = async () => (await box.state()).map(({ handling }) => handling);

test("a read mark acks what comes up to it, and never moves back", async () => {
  for (let n = 0; n < 4; n++) await box.send();
  expect(await read(2)).toEqual({ through: 2, messages: 2 });
  expect(await handlings()).toEqual(["acked", "acked", "unread", "unread"]);
  expect(await read(1)).toEqual({ through: 2, messages: 0 });
  expect(await read(0)).toEqual({ through: 2, messages: 0 });
  expect(await read(4)).toEqual({ through: 4, messages: 2 });
  expect(await handlings()).toEqual(["acked", "acked", "acked", "acked"]);
  const events = (await auditOf(database, box.worker.id)).filter(({ action }) => action === "mailbox.read");
  expect(events.map(({ details }) => details)).toEqual([
    { through: 2, messages: 2 },
    { through: 4, messages: 2 },
  ]);
  expect(box.told.map(({ sequence, handling }) => [sequence, handling]).toSorted()).toEqual([
    [1, "acked"],
    [2, "acked"],
    [3, "acked"],
    [4, "acked"],
  ]);
});

test("it goes no further than the mailbox does", async () => {
  await box.send();
  await expect(read(2)).rejects.toMatchObject({ code: "invalid_input", errors: [{ path: "through" }] });
  expect(await handlings()).toEqual(["unread"]);
});

test("what has expired is not read any more, and what is dead stays dead", async () => {
  await box.send({ ttlSeconds: 60 });
  await box.send();
  await box.send();
  await box.outlive();
  await database.owner`
    update deliveries set handling = 'dead' where recipient_id = ${toUuid(box.worker.id)} and sequence = 2`;
  expect(await read(3)).toEqual({ through: 3, messages: 1 });
  expect(await handlings()).toEqual(["unread", "dead", "acked"]);
});

test("a mailbox in another mode has none", async () => {
  await box.send();
  for (const mode of ["claim", "push"]) {
    await box.setMode(mode);
    await expect(read(1)).rejects.toMatchObject({ code: "conflict", extensions: { mode } });
  }
  expect(await handlings()).toEqual(["unread"]);
});

test("what was read is not handed out when the mailbox goes over to claims", async () => {
  for (let n = 0; n < 3; n++) await box.send();
  await read(2);
  await box.setMode("claim");
  expect((await box.claim()).map(({ sequence }) => sequence)).toEqual([3]);
});

test("only the mailbox's agent reads it", async () => {
  await box.send();
  const foreign = await (await createFleet(database, "Elsewhere")).addAgent("Foreign");
  for (const agent of [box.planner, foreign])
    await expect(read(1, agent)).rejects.toMatchObject({ code: "not_found" });
  const asAdmin = (mailboxId: typeof foreign.id) =>
    markRead(box.service, fleet.admin, mailboxId, { through: 1 }, request);
  await expect(asAdmin(box.worker.id)).rejects.toMatchObject({ code: "forbidden" });
  for (const id of [foreign.id, newId("agt")])
    await expect(asAdmin(id)).rejects.toMatchObject({ code: "not_found" });
  expect(await handlings()).toEqual(["unread"]);
});

test("a long mailbox is read in steps, each with its event, while messages come in", async () => {
  await box.send();
  const filled = 4_999;
  await database.owner`
    with source as (
      select message.*, number from messages message, generate_series(2, ${filled + 1}) as number
      where message.recipient_id = ${toUuid(box.worker.id)}
    ), written as (
      insert into messages (tenant_id, id, sender_kind, sender_id, recipient_kind, recipient_id, sequence, type, kind,
        priority, payload, correlation_id)
      select tenant_id, overlay(id::text placing lpad(to_hex(number), 12, '0') from 25)::uuid, sender_kind, sender_id,
        recipient_kind, recipient_id, number, type, kind, priority, payload, correlation_id
      from source
      returning *
    ), delivered as (
      insert into deliveries (tenant_id, message_id, recipient_id, sequence, status, priority_rank)
      select tenant_id, id, recipient_id, sequence, 'delivered', 2 from written
    )
    update mailboxes set last_sequence = ${filled + 1} where id = ${toUuid(box.worker.id)}`;
  const [marked, sent] = await Promise.all([read(filled + 1), box.send()]);
  expect(marked).toEqual({ through: 5_000, messages: 5_000 });
  expect(sent.sequence).toBe(5_001);
  expect((await handlings()).filter((handling) => handling === "unread")).toHaveLength(1);
  const events = (await auditOf(database, box.worker.id)).filter(({ action }) => action === "mailbox.read");
  expect(events.map(({ details }) => details.through)).toEqual([1_000, 2_000, 3_000, 4_000, 5_000]);
});
