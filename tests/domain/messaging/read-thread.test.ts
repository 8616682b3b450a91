import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Actor, AgentActor } from "#app/domain/auth/actor.ts";
import { createMessageSender, type MessageSender } from "#app/domain/messaging/message-sender.server.ts";
import { readThread } from "#app/domain/messaging/read-thread.server.ts";
import { type MessageId, newId } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { createFleet, type Fleet, request, statusUpdate } from "./fleet.ts";

const correlationId = "a long story";

let database: TestDatabase;
let fleet: Fleet;
let sender: MessageSender;
let planner: AgentActor;
/** In the order of sending. */
const ids: MessageId[] = [];
let toPat: MessageId;

beforeAll(async () => {
  database = await createTestDatabase();
  fleet = await createFleet(database, "Acme");
  sender = createMessageSender({ db: database.db, log: pino({ level: "silent" }), onCommitted: () => {} });
  planner = await fleet.addAgent("Planner");
  const engineer = await fleet.addAgent("Engineer");
  const pat = await fleet.addPerson("Pat");
  await fleet.allow(planner, engineer);
  await fleet.allow(engineer, planner);
  const send = async (from: Actor, to: Parameters<typeof statusUpdate>[0]) =>
    (await sender.send(from, statusUpdate(to, { correlationId }), { request })).messageId;
  ids.push(await send(pat, planner.id));
  for (let n = 1; n < 30; n += 1)
    ids.push(await (n % 2 === 0 ? send(engineer, planner.id) : send(planner, engineer.id)));
  toPat = await send(planner, pat.membershipId);
});
afterAll(async () => {
  await sender.close();
  await database.drop();
});

const read = (query: Partial<Parameters<typeof readThread>[3]> = {}, actor: Actor = fleet.admin) =>
  readThread(database.db, actor, correlationId, { limit: 10, ...query });
const idsOf = (thread: Awaited<ReturnType<typeof read>>) => thread.messages.map(({ id }) => id);

test("a thread opens at its end, with how it began", async () => {
  const thread = await read();
  expect(thread.opening.id).toBe(ids[0]);
  expect(idsOf(thread)).toEqual(ids.slice(20));
  expect(thread).toMatchObject({ hasEarlier: true, hasLater: false, count: 30, countIsExact: true });
  expect(thread.participants.map(({ name }) => name)).toEqual(["Pat", "Planner", "Engineer"]);
});

test("a link to a message opens the part around it", async () => {
  const around = await read({ around: ids[12] });
  expect(idsOf(around)).toEqual(ids.slice(7, 17));
  expect(around).toMatchObject({ hasEarlier: true, hasLater: true });
  expect(await read({ around: ids[2] })).toMatchObject({ hasEarlier: false, hasLater: true });
  expect(await read({ around: ids[27] })).toMatchObject({ hasEarlier: true, hasLater: false });
});

test("a short thread is all there", async () => {
  const whole = await read({ limit: 30 });
  expect(idsOf(whole)).toEqual(ids);
  expect(whole).toMatchObject({ hasEarlier: false, hasLater: false });
});

test("a link to a message that is not there, or not for the reader, opens the end", async () => {
  for (const around of [newId("msg"), toPat]) expect(idsOf(await read({ around }))).toEqual(ids.slice(20));
});

test("a thread of which one may see nothing answers like none at all", async () => {
  const outsider = await fleet.addAgent("Outsider");
  const other = await createFleet(database, "Bolt");
  for (const actor of [outsider, other.admin])
    await expect(read({}, actor)).rejects.toMatchObject({ code: "not_found" });
});
