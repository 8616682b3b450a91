import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AgentActor, UserActor } from "#app/domain/auth/actor.ts";
import { listMailboxes } from "#app/domain/messaging/list-mailboxes.server.ts";
import { markSeen } from "#app/domain/messaging/mark-seen.server.ts";
import { createMessageSender, type MessageSender } from "#app/domain/messaging/message-sender.server.ts";
import { newId } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { createFleet, type Fleet, request, statusUpdate } from "./fleet.ts";

let database: TestDatabase;
let fleet: Fleet;
let sender: MessageSender;
let planner: AgentActor;
let engineer: AgentActor;

beforeAll(async () => {
  database = await createTestDatabase();
  fleet = await createFleet(database, "Acme");
  sender = createMessageSender({ db: database.db, log: pino({ level: "silent" }), onCommitted: () => {} });
  planner = await fleet.addAgent("Planner");
  engineer = await fleet.addAgent("Engineer");
  await fleet.allow(planner, engineer);
  for (let n = 0; n < 5; n += 1) {
    await sender.send(planner, statusUpdate(engineer.id), { request });
    await sender.send(planner, statusUpdate("operators"), { request });
  }
});
afterAll(async () => {
  await sender.close();
  await database.drop();
});

async function unseenBy(actor: UserActor, mailboxId: string): Promise<number | null | undefined> {
  return (await listMailboxes(database.db, actor)).find(({ id }) => id === mailboxId)?.unseen;
}

test("the desk counts from the beginning, an agent's mailbox from when it was first opened", async () => {
  expect(await unseenBy(fleet.admin, fleet.deskId)).toBe(5);
  expect(await unseenBy(fleet.admin, engineer.id)).toBeNull();
  await markSeen(database.db, fleet.admin, engineer.id, 4);
  expect(await unseenBy(fleet.admin, engineer.id)).toBe(1);
});

test("what was seen stays seen, and nobody sees what is not there yet", async () => {
  await markSeen(database.db, fleet.admin, fleet.deskId, 3);
  await markSeen(database.db, fleet.admin, fleet.deskId, 2);
  expect(await unseenBy(fleet.admin, fleet.deskId)).toBe(2);
  await markSeen(database.db, fleet.admin, fleet.deskId, 1_000_000);
  await sender.send(planner, statusUpdate("operators"), { request });
  expect(await unseenBy(fleet.admin, fleet.deskId)).toBe(1);
});

test("each person has marks of their own", async () => {
  const pat = await fleet.addPerson("Pat");
  expect(await unseenBy(pat, fleet.deskId)).toBe(6);
  await markSeen(database.db, pat, fleet.deskId, 6);
  expect(await unseenBy(pat, fleet.deskId)).toBe(0);
  expect(await unseenBy(fleet.admin, fleet.deskId)).toBe(1);
});

test("a mailbox that one may not read, of another tenant or of nobody, has no mark", async () => {
  const pat = await fleet.addPerson("Pat");
  const other = await createFleet(database, "Bolt");
  for (const mailboxId of [pat.membershipId, other.deskId, newId("agt")])
    await expect(markSeen(database.db, fleet.admin, mailboxId, 1)).rejects.toMatchObject({
      code: "not_found",
    });
});
