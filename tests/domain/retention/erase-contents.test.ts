import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { AgentActor } from "#app/domain/auth/actor.ts";
import { createMessageSender, type MessageSender } from "#app/domain/messaging/message-sender.server.ts";
import { readInbox } from "#app/domain/messaging/read-inbox.server.ts";
import { readMessage } from "#app/domain/messaging/read-message.server.ts";
import { sendMessageSchema } from "#app/domain/messaging/schema.ts";
import { search } from "#app/domain/messaging/search.server.ts";
import { updateAgent } from "#app/domain/messaging/update-agent.server.ts";
import { eraseContents } from "#app/domain/retention/erase-contents.server.ts";
import { listErasureSubjects, listErasures } from "#app/domain/retention/list-erasures.server.ts";
import { placeHold } from "#app/domain/retention/place-hold.server.ts";
import { requestErasure } from "#app/domain/retention/request-erasure.server.ts";
import type { ErasureView } from "#app/domain/retention/schema.ts";
import { type MessageId, newId, newUuid, toUuid } from "#db/ids.ts";
import { auditOf, createFleet, type Fleet, request, statusUpdate } from "#tests/domain/messaging/fleet.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";

let database: TestDatabase;
let sender: MessageSender;
let fleet: Fleet;
let a: AgentActor;
let b: AgentActor;

beforeAll(async () => {
  database = await createTestDatabase();
  sender = createMessageSender({ db: database.db, log: pino({ level: "silent" }), onCommitted: () => {} });
});
beforeEach(async () => {
  fleet = await createFleet(database);
  [a, b] = [await fleet.addAgent("A"), await fleet.addAgent("B")];
  await fleet.allow(a, b);
  await fleet.allow(b, a);
});
afterAll(async () => {
  await sender.close();
  await database.drop();
});

const say = async (from: AgentActor, to: AgentActor, status: string, correlationId?: string) =>
  (await sender.send(from, statusUpdate(to.id, { correlationId }, status), { request })).messageId;
const ask = (subjectId: Parameters<typeof requestErasure>[2]["subjectId"], includeReceived = false) =>
  requestErasure(database.db, fleet.admin, { subjectId, includeReceived, reason: "They asked" }, request);
const erase = ({ id }: ErasureView, batchSize = 3) =>
  eraseContents(database.db, {
    tenantUuid: toUuid(fleet.tenantId),
    erasureUuid: toUuid(id),
    batchSize,
  });
const read = (id: MessageId) => readMessage(database.db, fleet.admin, id);
const latest = async () => (await listErasures(database.db, fleet.admin, { limit: 10 })).erasures[0];

test("what an agent wrote is emptied; its envelopes, deliveries and the audit trail stay", async () => {
  const written: MessageId[] = [];
  for (let n = 0; n < 8; n += 1) written.push(await say(a, b, `secret ${n}`));
  const received = await say(b, a, "an answer");
  const [first] = written;
  if (first === undefined) throw new Error("nothing was sent");
  const before = await read(first);
  const erasure = await ask(a.id);
  expect(erasure).toMatchObject({ state: "waiting", subject: { id: a.id, kind: "agent", name: "A" } });
  expect(await erase(erasure)).toBe(true);
  for (const id of written)
    expect(await read(id)).toMatchObject({ payload: {}, erasedAt: expect.any(String), status: "delivered" });
  expect(await read(first)).toEqual({ ...before, payload: {}, erasedAt: expect.any(String) });
  expect(await read(received)).toMatchObject({ payload: { status: "an answer" }, erasedAt: null });
  expect((await readInbox(database.db, b, b.id, { limit: 20 })).pagination.total).toBe(8);
  expect((await search(database.db, fleet.admin, { q: "secret" })).conversations).toEqual([]);
  expect(await latest()).toMatchObject({
    state: "done",
    erased: 8,
    heldBack: 0,
    finishedAt: expect.any(String),
  });
  expect(await auditOf(database, erasure.id)).toMatchObject([
    {
      action: "erasure.requested",
      details: { subjectId: a.id, includeReceived: false, reason: "They asked" },
    },
    {
      action: "erasure.finished",
      actor_kind: "system",
      details: { subjectId: a.id, erased: 8, heldBack: 0 },
    },
  ]);
  expect((await auditOf(database, first)).map(({ action }) => action)).toEqual(["message.sent"]);
});

test("what was written to it goes too where that was asked, each message once", async () => {
  const ids = [
    await say(a, b, "one"),
    await say(b, a, "two"),
    await say(a, b, "three"),
    await say(b, a, "four"),
  ];
  await erase(await ask(a.id, true), 2);
  for (const id of ids) expect((await read(id)).payload).toEqual({});
  expect(await latest()).toMatchObject({ erased: 4 });
});

test("what is held is counted and left, and what comes later is not meant", async () => {
  const held = await say(a, b, "evidence");
  const inCase = await say(a, b, "in the case", "case");
  const free = await say(a, b, "free");
  await placeHold(database.db, fleet.admin, { messageId: held, reason: "Evidence" }, request);
  await placeHold(database.db, fleet.admin, { correlationId: "case", reason: "Dispute" }, request);
  const erasure = await ask(a.id);
  const later = await say(a, b, "later");
  await erase(erasure);
  expect((await read(held)).payload).toEqual({ status: "evidence" });
  expect((await read(inCase)).payload).toEqual({ status: "in the case" });
  expect((await read(later)).payload).toEqual({ status: "later" });
  expect((await read(free)).payload).toEqual({});
  expect(await latest()).toMatchObject({ erased: 1, heldBack: 2 });
});

test("a run that is stopped goes on where it was, and counts nothing twice", async () => {
  for (let n = 0; n < 7; n += 1) await say(a, b, `secret ${n}`);
  const erasure = await ask(a.id);
  let batches = 0;
  const dying = {
    ...database.db,
    withSql: ((work, options) =>
      database.db.withSql(async (sql) => {
        const result = await work(sql, () => {});
        batches += 1;
        if (batches === 2) throw new Error("killed");
        return result;
      }, options)) as typeof database.db.withSql,
  };
  const options = { tenantUuid: toUuid(fleet.tenantId), erasureUuid: toUuid(erasure.id), batchSize: 3 };
  await expect(eraseContents(dying, options)).rejects.toThrow("killed");
  expect(await latest()).toMatchObject({ state: "running", erased: 3 });
  await erase(erasure);
  await erase(erasure);
  expect(await latest()).toMatchObject({ state: "done", erased: 7 });
  const finished = (await auditOf(database, erasure.id)).filter(
    ({ action }) => action === "erasure.finished",
  );
  expect(finished).toHaveLength(1);
});

test("a person's messages and their notes on escalations are emptied, and what endpoints answered", async () => {
  const person = await fleet.addPerson("Petra", "developer");
  const { messageId } = await sender.send(person, statusUpdate(b.id, {}, "from Petra"), { request });
  const raise = sendMessageSchema.parse({
    recipientId: fleet.deskId,
    type: "escalation",
    payload: { reason: "help", severity: "high" },
  });
  const escalated = (await sender.send(a, raise, { request })).messageId;
  const tenant = toUuid(fleet.tenantId);
  await database.owner`
    update escalations set state = 'resolved', resolved_by = ${toUuid(person.membershipId)}, resolved_at = now(),
      resolution = 'Petra called them' where message_id = ${toUuid(escalated)}`;
  await database.owner`
    insert into delivery_attempts (tenant_id, message_id, id, attempt, url, started_at, duration_ms, outcome,
      status_code, response_body)
    values (${tenant}, ${toUuid(messageId)}, ${newUuid()}, 1, 'https://example.com', now(), 5, 'delivered', 200,
      'echo: from Petra')`;
  await erase(await ask(person.membershipId));
  expect((await read(messageId)).payload).toEqual({});
  expect((await read(escalated)).payload).toMatchObject({ reason: "help" });
  const [row] = await database.owner`
    select (select resolution from escalations where message_id = ${toUuid(escalated)}),
      (select response_body from delivery_attempts where message_id = ${toUuid(messageId)})`;
  expect(row).toEqual({ resolution: null, response_body: null });
});

test("an agent's repeated send is answered as before", async () => {
  const send = () => sender.send(a, statusUpdate(b.id, {}, "once"), { request, idempotencyKey: "k-1" });
  const first = await send();
  await erase(await ask(a.id));
  expect(await send()).toEqual(first);
});

test("one request at a time for each subject, and only for those who are there", async () => {
  const erasure = await ask(a.id);
  await expect(ask(a.id)).rejects.toMatchObject({ code: "conflict" });
  await erase(erasure);
  await ask(a.id);
  const other = await createFleet(database, "Other");
  for (const id of [newId("agt"), newId("mem"), (await other.addAgent("X")).id, other.admin.membershipId])
    await expect(ask(id)).rejects.toMatchObject({ code: "not_found" });
});

test("only a person with the right asks for it", async () => {
  const developer = await fleet.addPerson("Dev", "developer");
  const key: AgentActor = { ...a, scopes: new Set(["tenant:write"]) };
  const wish = { subjectId: b.id, includeReceived: false, reason: "x" };
  for (const actor of [developer, key])
    await expect(requestErasure(database.db, actor, wish, request)).rejects.toMatchObject({
      code: "forbidden",
    });
  await expect(listErasures(database.db, developer, { limit: 5 })).rejects.toMatchObject({
    code: "forbidden",
  });
});

test("an erasure touches no other tenant, whatever ids are given to the job", async () => {
  const id = await say(a, b, "ours");
  const erasure = await ask(a.id);
  const other = await createFleet(database, "Other");
  const isDone = await eraseContents(database.db, {
    tenantUuid: toUuid(other.tenantId),
    erasureUuid: toUuid(erasure.id),
  });
  expect(isDone).toBe(true);
  expect((await read(id)).payload).toEqual({ status: "ours" });
  const subjects = await listErasureSubjects(database.db, other.admin, 100);
  expect(subjects.map(({ name }) => name)).toEqual(["Ada Admin"]);
});

test("a person's name, address and texts leave the audit trail, which stays otherwise", async () => {
  const { db, owner } = database;
  const paused = { reason: "They would not stop" };
  await updateAgent(db, fleet.admin, a.id, { status: "paused", pausedReason: paused.reason }, request);
  const events = () => owner<
    { actor_id: string; actor_name: string | null; details: object; salt: Buffer | null }[]
  >`
    select actor_id, actor_name, details, salt from audit_events
    where tenant_id = ${toUuid(fleet.tenantId)} and action = 'agent.paused'`;
  expect(await events()).toMatchObject([{ actor_name: fleet.admin.name, details: paused }]);
  const erasure = await ask(fleet.admin.membershipId);
  while (!(await erase(erasure, 1)));
  expect(await events()).toMatchObject([
    { actor_id: fleet.admin.id, actor_name: null, details: {}, salt: null },
  ]);
});
