import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Actor, AgentActor, UserActor } from "#app/domain/auth/actor.ts";
import { createMessageSender, type MessageSender } from "#app/domain/messaging/message-sender.server.ts";
import { search } from "#app/domain/messaging/search.server.ts";
import { searchQuerySchema } from "#app/domain/messaging/search-schema.ts";
import { newId } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { createFleet, type Fleet, request, statusUpdate } from "./fleet.ts";

let database: TestDatabase;
let fleet: Fleet;
let other: Fleet;
let sender: MessageSender;
let planner: AgentActor;
let engineer: AgentActor;
let pat: UserActor;
let lastOfFire: string;

beforeAll(async () => {
  database = await createTestDatabase();
  fleet = await createFleet(database, "Acme");
  other = await createFleet(database, "Bolt");
  sender = createMessageSender({ db: database.db, log: pino({ level: "silent" }), onCommitted: () => {} });
  planner = await fleet.addAgent("Release planner");
  engineer = await fleet.addAgent("Planning engineer");
  await fleet.addAgent("100% cotton_folder");
  await fleet.pause(await fleet.addAgent("Sleepy planner"));
  const foreign = await other.addAgent("Foreign planner");
  pat = await fleet.addPerson("Pat");
  await fleet.allow(planner, engineer);

  await say(planner, engineer.id, "fire-17", "Smoke in aisle 4");
  lastOfFire = await say(planner, engineer.id, "fire-17", "Smoke is gone");
  await say(planner, engineer.id, "fire-18", "Sprinklers tested");
  await say(planner, "operators", "shipping", "Pallets are late");
  await say(pat, planner.id, "private-word", "A question");
  await say(planner, pat.membershipId, "private-word", "Between us: chocolate");
  // Refused, and kept for those who can allow it.
  await say(engineer, planner.id, "refused-word", "Marzipan").catch(() => undefined);
  await say(foreign, "operators", "fire-19", "Smoke elsewhere");
});
afterAll(async () => {
  await sender.close();
  await database.drop();
});

const say = async (
  actor: Actor,
  to: Parameters<typeof statusUpdate>[0],
  correlationId: string,
  words: string,
): Promise<string> =>
  (await sender.send(actor, statusUpdate(to, { correlationId }, words), { request })).messageId;

const find = (q: string, actor: Actor = fleet.admin, status?: "active" | "paused") =>
  search(database.db, actor, searchQuerySchema.parse({ q, status }));
const agentNames = async (q: string, actor?: Actor, status?: "active" | "paused") =>
  (await find(q, actor, status)).agents.map(({ name }) => name);
const conversations = async (q: string, actor?: Actor) =>
  (await find(q, actor)).conversations.map(({ correlationId }) => correlationId);

describe("agents are found", () => {
  test("by words of their name in any order and case, beginnings first", async () => {
    expect(await agentNames("plan")).toEqual(["Planning engineer", "Release planner", "Sleepy planner"]);
    expect(await agentNames("PLANNER rel")).toEqual(["Release planner"]);
  });

  test("by their whole id", async () => {
    expect(await agentNames(engineer.id)).toEqual(["Planning engineer"]);
    expect(await agentNames(newId("agt"))).toEqual([]);
  });

  test("with what LIKE would take for a pattern taken literally", async () => {
    expect(await agentNames("100%")).toEqual(["100% cotton_folder"]);
    expect(await agentNames("cotton_")).toEqual(["100% cotton_folder"]);
    expect(await agentNames("c%r")).toEqual([]);
    expect(await agentNames("\\")).toEqual([]);
  });

  test("by status, and then no conversations with them", async () => {
    expect(await agentNames("planner", fleet.admin, "paused")).toEqual(["Sleepy planner"]);
    expect((await find("smoke", fleet.admin, "active")).conversations).toEqual([]);
  });

  test("in one's own tenant only", async () => {
    expect(await agentNames("planner", other.admin)).toEqual(["Foreign planner"]);
    expect(await agentNames(planner.id, other.admin)).toEqual([]);
  });
});

describe("conversations are found", () => {
  test("once each, by their latest message that has the words", async () => {
    const { conversations: found } = await find("smoke");
    expect(found.map(({ correlationId, id }) => [correlationId, id])).toEqual([["fire-17", lastOfFire]]);
  });

  test("by who takes part", async () => {
    expect(await conversations("release engineer")).toEqual(["refused-word", "fire-18", "fire-17"]);
  });

  test("by the beginning of their id, latest first", async () => {
    expect(await conversations("fire-")).toEqual(["fire-18", "fire-17"]);
    expect(await conversations("fire-2")).toEqual([]);
  });

  test("by the id of a message in them", async () => {
    expect(await conversations(lastOfFire)).toEqual(["fire-17"]);
    expect(await conversations(lastOfFire, other.admin)).toEqual([]);
  });

  test("without words: the latest", async () => {
    expect((await conversations("")).slice(0, 2)).toEqual(["refused-word", "private-word"]);
  });

  test("only by what one may see", async () => {
    expect(await conversations("chocolate", pat)).toEqual(["private-word"]);
    expect(await conversations("chocolate", fleet.admin)).toEqual([]);
    expect(await conversations("marzipan", fleet.admin)).toEqual(["refused-word"]);
    expect(await conversations("marzipan", pat)).toEqual([]);
    expect(await conversations("smoke", other.admin)).toEqual(["fire-19"]);
  });

  test("not at all without the right to read", async () => {
    const blind = { ...fleet.admin, scopes: new Set<never>() };
    expect(await find("smoke", blind)).toEqual({ agents: [], conversations: [] });
    expect(await find("planner", blind)).toEqual({ agents: [], conversations: [] });
  });
});

test("ids that sort beside a beginning but do not have it are not taken for it", async () => {
  expect(await conversations("fire-170")).toEqual([]);
  expect(await conversations("shippin")).toEqual(["shipping"]);
});
