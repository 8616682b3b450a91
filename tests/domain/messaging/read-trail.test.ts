import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Actor, AgentActor } from "#app/domain/auth/actor.ts";
import { createMessageSender } from "#app/domain/messaging/message-sender.server.ts";
import { readTrail } from "#app/domain/messaging/read-trail.server.ts";
import { type TrailQuery, trailQuerySchema } from "#app/domain/messaging/trail-schema.ts";
import type { MessageId } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { createFleet, type Fleet, request, statusUpdate } from "./fleet.ts";
import { type PastMessage, storePast } from "./trail-fixture.ts";

const HOUR_MS = 3_600_000;
const beginMs = Date.parse("2026-03-01T00:00:00Z");

let database: TestDatabase;
let fleet: Fleet;
let ann: AgentActor;
let bob: AgentActor;
let eve: AgentActor;
/** By name: each is an hour after the one before it. */
let ids: Map<string, MessageId>;

beforeAll(async () => {
  database = await createTestDatabase();
  fleet = await createFleet(database, "Acme");
  ann = await fleet.addAgent("Ann");
  bob = await fleet.addAgent("Bob");
  eve = await fleet.addAgent("Eve");
  const past: Record<string, Omit<PastMessage, "atMs">> = {
    task: {
      ...{ from: ann, to: bob, type: "task_handoff", kind: "command", priority: "urgent", handling: "acked" },
      payload: { taskId: "T-1", description: "Paint the Fence, 50% off", priority: "high" },
      correlationId: "fence",
    },
    update: {
      from: bob,
      to: ann,
      correlationId: "fence",
      payload: { status: "painting", detail: "second coat" },
    },
    query: {
      ...{ from: ann, to: eve, type: "data_request", kind: "query", status: "pending" },
      payload: { query: "Which paint is left?" },
    },
    answer: {
      ...{ from: eve, to: ann, type: "data_response", kind: "response", status: "sent", priority: "low" },
      payload: { data: [{ colour: "Blaupunktgrün", litres: 2 }] },
    },
    call: {
      ...{
        from: bob,
        to: { mailboxId: fleet.deskId },
        type: "escalation",
        kind: "notification",
        priority: "high",
      },
      payload: { reason: "Out of paint", severity: "high" },
      handling: "leased",
    },
    refused: { from: eve, to: bob, status: "blocked" },
    lost: { from: ann, to: bob, status: "failed", handling: "dead" },
    late: { from: ann, to: bob, status: "expired", priority: "urgent" },
  };
  const stored = await storePast(
    database.owner,
    fleet.tenantId,
    Object.values(past).map((one, hour) => ({ ...one, atMs: beginMs + hour * HOUR_MS })),
  );
  ids = new Map(Object.keys(past).map((name, index) => [name, stored[index] ?? "msg_"]));
});
afterAll(() => database.drop());

const ask = (query: Record<string, string | number> = {}): TrailQuery =>
  trailQuerySchema.parse(
    Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)])),
  );
const read = (query: Record<string, string | number> = {}, actor: Actor = fleet.admin) =>
  readTrail(database.db, actor, ask(query), Date.now());
const nameOf = (id: MessageId) => [...ids].find(([, one]) => one === id)?.[0] ?? "another";
const names = async (query: Record<string, string | number> = {}, actor?: Actor) =>
  (await read(query, actor)).messages.map(({ id }) => nameOf(id));
const hour = (n: number) => new Date(beginMs + n * HOUR_MS).toISOString();

describe("a filter lets through", () => {
  const everything = ["late", "lost", "refused", "call", "answer", "query", "update", "task"];
  test.for<[string, () => Record<string, string>, string[]]>([
    ["all without one", () => ({}), everything],
    ["a sender's", () => ({ from: ann.id }), ["late", "lost", "query", "task"]],
    ["a recipient's", () => ({ to: ann.id }), ["answer", "update"]],
    ["the desk's", () => ({ to: fleet.deskId }), ["call"]],
    ["a party's on either side", () => ({ either: eve.id }), ["refused", "answer", "query"]],
    ["either side of one with the other", () => ({ either: eve.id, to: ann.id }), ["answer"]],
    ["those between two", () => ({ from: ann.id, to: bob.id }), ["late", "lost", "task"]],
    ["nobody's for one who is not there", () => ({ from: "agt_00000000000000000000000000" }), []],
    ["a type", () => ({ type: "escalation" }), ["call"]],
    ["a kind", () => ({ kind: "response" }), ["answer"]],
    ["a kind that is the type's", () => ({ kind: "command", type: "task_handoff" }), ["task"]],
    ["nothing of a kind that is not the type's", () => ({ kind: "command", type: "escalation" }), []],
    ["what was delivered", () => ({ status: "delivered" }), ["call", "update", "task"]],
    ["what is pending", () => ({ status: "pending" }), ["query"]],
    ["what is pending for one", () => ({ status: "pending", to: bob.id }), []],
    ["what was sent on", () => ({ status: "sent" }), ["answer"]],
    ["what failed", () => ({ status: "failed" }), ["lost"]],
    ["what expired", () => ({ status: "expired" }), ["late"]],
    ["what was blocked", () => ({ status: "blocked" }), ["refused"]],
    ["what went wrong in any way", () => ({ status: "problem" }), ["late", "lost", "refused"]],
    [
      "what nobody has handled",
      () => ({ handling: "unread" }),
      ["late", "refused", "answer", "query", "update"],
    ],
    ["what is being handled", () => ({ handling: "leased" }), ["call"]],
    ["what was handled", () => ({ handling: "acked" }), ["task"]],
    ["dead letters", () => ({ handling: "dead" }), ["lost"]],
    ["what is urgent", () => ({ priority: "urgent" }), ["late", "task"]],
    ["what is ordinary", () => ({ priority: "normal" }), ["lost", "refused", "query", "update"]],
    ["a conversation", () => ({ correlationId: "fence" }), ["update", "task"]],
    ["a conversation's part", () => ({ correlationId: "fence", from: bob.id }), ["update"]],
    ["no conversation that only begins so", () => ({ correlationId: "fenc" }), []],
    ["what came at a time or later", () => ({ since: hour(6) }), ["late", "lost"]],
    ["what came before a time", () => ({ until: hour(1) }), ["task"]],
    ["a span of time", () => ({ since: hour(2), until: hour(4) }), ["answer", "query"]],
    ["a span in another zone", () => ({ since: "2026-03-01T08:00:00+02:00" }), ["late", "lost"]],
    ["a word, in any case", () => ({ text: "fence" }), ["task"]],
    ["all of several words, in any order", () => ({ text: "COAT painting" }), ["update"]],
    ["what has one of the words only not", () => ({ text: "coat fence" }), []],
    ["signs that mean something in a pattern as themselves", () => ({ text: "50%" }), ["task"]],
    ["the same signs where they are not", () => ({ text: "5_%" }), []],
    ["a word inside of data", () => ({ text: "blaupunktGRÜN" }), ["answer"]],
    ["a value, not the name of its field", () => ({ text: "description" }), []],
    ["several facts together", () => ({ from: ann.id, priority: "urgent", status: "problem" }), ["late"]],
    ["none where facts exclude each other", () => ({ status: "blocked", handling: "acked" }), []],
  ])("%s", async ([, query, expected]) => {
    expect(await names(query())).toEqual(expected);
    // The other way round, and page by page, it is the same.
    expect(await names({ ...query(), order: "asc" })).toEqual(expected.toReversed());
    const found: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await read({ ...query(), limit: 1, ...(cursor ? { cursor } : {}) });
      found.push(...page.messages.map(({ id }) => nameOf(id)));
      cursor = page.cursor;
    }
    expect(found).toEqual(expected);
  });
});

describe("whoever asks sees", () => {
  test("as an agent what it sent and what reached it, by every filter", async () => {
    expect(await names({}, eve)).toEqual(["refused", "answer", "query"]);
    // Refused by a rule: its recipient knows nothing of it.
    expect(await names({}, bob)).toEqual(["late", "lost", "call", "update", "task"]);
    expect(await names({ status: "blocked" }, bob)).toEqual([]);
    expect(await names({ from: ann.id }, eve)).toEqual(["query"]);
    expect(await names({ either: ann.id }, eve)).toEqual(["answer", "query"]);
    expect(await names({ text: "paint" }, eve)).toEqual(["query"]);
    expect(await names({ correlationId: "fence" }, eve)).toEqual([]);
  });

  test("as a person without the right to repair a block nothing that was blocked", async () => {
    const member = await fleet.addPerson("Pat", "member");
    expect(await names({ status: "problem" }, member)).toEqual(["late", "lost"]);
  });

  test("nothing of another tenant, whatever is named", async () => {
    const others = await createFleet(database, "Others");
    const spy = await others.addAgent("Spy");
    const queries: Record<string, string>[] = [
      ...[{}, { from: ann.id }, { either: bob.id }, { correlationId: "fence" }, { text: "paint" }],
    ];
    for (const actor of [others.admin, spy])
      for (const query of queries)
        expect(await read(query, actor)).toEqual({ messages: [], cursor: null, searchedTo: null });
    // Another tenant's message is a place in time, and nothing else.
    expect(await read({ cursor: ids.get("late") ?? "" }, others.admin)).toMatchObject({ messages: [] });
  });

  test("nothing without the right to read messages", async () => {
    const deaf = { ...fleet.admin, scopes: new Set(["agents:read" as const]) };
    await expect(read({}, deaf)).rejects.toMatchObject({ code: "forbidden" });
  });
});

test("pages hold while messages are sent: each that was there is given once, in order", async () => {
  const acme = await createFleet(database, "Busy");
  const [one, two] = [await acme.addAgent("One"), await acme.addAgent("Two")];
  await acme.allow(one, two);
  const sender = createMessageSender({
    ...{ db: database.db, log: pino({ level: "silent" }) },
    onCommitted: () => undefined,
  });
  const send = async (text: string) =>
    (await sender.send(one, statusUpdate(two.id, {}, text), { request })).messageId;
  const before: MessageId[] = [];
  for (let n = 0; n < 40; n += 1) before.push(await send(`before ${n}`));

  const found: MessageId[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await read({ either: two.id, limit: 7, ...(cursor ? { cursor } : {}) }, acme.admin);
    found.push(...page.messages.map(({ id }) => id));
    cursor = page.cursor;
    await Promise.all([send("meanwhile"), send("meanwhile")]);
  }
  expect(found).toEqual(before.toReversed());

  // Oldest first, what is sent meanwhile comes at the end.
  const followed: MessageId[] = [];
  for (let cursor: string | null | undefined, sent = 0; cursor !== null; sent += 1) {
    const page = await read({ order: "asc", limit: 9, ...(cursor ? { cursor } : {}) }, acme.admin);
    followed.push(...page.messages.map(({ id }) => id));
    cursor = page.cursor;
    if (sent < 3) await send("at the end");
  }
  expect(followed).toEqual([...new Set(followed)].sort());
  expect(followed.slice(0, 40)).toEqual(before);
  expect(followed).toHaveLength(40 + 12 + 3);
  await sender.close();
});

test("a search stops after so many messages and is gone on with, in either order, missing nothing", async () => {
  const acme = await createFleet(database, "Deep");
  const [one, two] = [await acme.addAgent("One"), await acme.addAgent("Two")];
  const count = 9_500;
  await storePast(
    database.owner,
    acme.tenantId,
    Array.from({ length: count }, (_, n) => ({
      ...{ from: one, to: two, atMs: beginMs + n, handling: n % 4_999 === 1 ? "acked" : "unread" },
    })),
  );
  for (const order of ["desc", "asc"]) {
    const found: string[] = [];
    let pages = 0;
    for (let cursor: string | null | undefined; cursor !== null; pages += 1) {
      const page = await read({ handling: "acked", order, ...(cursor ? { cursor } : {}) }, acme.admin);
      found.push(...page.messages.map(({ createdAt }) => createdAt));
      cursor = page.cursor;
      expect(page.searchedTo === null).toBe(cursor === null);
    }
    const expected = [1, 5_000].map((n) => new Date(beginMs + n).toISOString());
    expect(found).toEqual(order === "asc" ? expected : expected.toReversed());
    expect(pages).toBeGreaterThan(2);
  }
});
