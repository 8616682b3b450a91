import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { AgentActor } from "#app/domain/auth/actor.ts";
import { checkSend } from "#app/domain/messaging/check-send.server.ts";
import { createMessageSender, type MessageSender } from "#app/domain/messaging/message-sender.server.ts";
import { toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { countRows, createFleet, type Fleet, request, statusUpdate } from "./fleet.ts";

let database: TestDatabase;
let fleet: Fleet;
let limited: AgentActor;
let usual: AgentActor;
let peers: AgentActor[];
/** As two instances. */
let senders: MessageSender[];

const open = (): MessageSender =>
  createMessageSender({ db: database.db, log: pino({ level: "silent" }), onCommitted: () => {} });

beforeAll(async () => {
  database = await createTestDatabase();
  senders = [open(), open()];
});
beforeEach(async () => {
  fleet = await createFleet(database);
  [limited, usual] = [await fleet.addAgent("Limited"), await fleet.addAgent("Usual")];
  peers = await Promise.all(["A", "B", "C", "D"].map((name) => fleet.addAgent(name)));
  await fleet.allow(limited, ...peers);
  await fleet.allow(usual, ...peers);
  await hold("limited");
});
afterAll(async () => {
  await Promise.all(senders.map((one) => one.close()));
  await database.drop();
});

const hold = (kind: "limited" | "paused") => database.owner`
  update agents set quota_hold = ${kind}, quota_hold_until = now() + interval '1 day'
  where id = ${toUuid(limited.id)}`;
/** As if its last message had been sent so long ago. */
const lastSent = (ago: string) => database.owner`
  update send_allowances set last_at = clock_timestamp() - ${ago}::interval where agent_id = ${toUuid(limited.id)}`;
const send = (from: AgentActor, n = 0, idempotencyKey?: string) =>
  (senders[n % 2] ?? open()).send(from, statusUpdate((peers[n % 4] ?? usual).id), {
    request,
    idempotencyKey,
  });
const codesOf = (answers: PromiseSettledResult<unknown>[]) =>
  answers.map((answer) => (answer.status === "fulfilled" ? "sent" : answer.reason.code));

test("a limited agent sends one message a second over all lanes and instances", async () => {
  const startedAtMs = performance.now();
  const answers = await Promise.allSettled(Array.from({ length: 40 }, (_, n) => send(limited, n)));
  const codes = codesOf(answers);
  const sent = codes.filter((code) => code === "sent").length;
  expect(sent).toBeGreaterThanOrEqual(1);
  expect(sent).toBeLessThanOrEqual(1 + Math.floor((performance.now() - startedAtMs) / 1_000));
  expect(new Set(codes)).toEqual(new Set(["sent", "quota_limited"]));
  expect(await countRows(database, "messages", limited)).toBe(sent);
  await lastSent("1 second");
  expect(await send(limited)).toMatchObject({ status: "delivered" });
});

test("what comes too soon is refused with whole seconds to wait, and its key is free again", async () => {
  await send(limited);
  await lastSent("-1 hour");
  await expect(send(limited, 0, "key-1")).rejects.toMatchObject({
    ...{ code: "quota_limited", retryAfterSeconds: 1 },
  });
  await lastSent("1 hour");
  const first = await send(limited, 0, "key-1");
  await lastSent("-1 hour");
  // The same again is no new message, so that it needs no allowance.
  expect(await send(limited, 0, "key-1")).toEqual(first);
});

test("of a batch the first is sent, and the others are told to wait", async () => {
  const items = peers.map((peer) => ({ input: statusUpdate(peer.id) }));
  const [sender] = senders;
  const outcomes = (await sender?.sendBatch(limited, items, request)) ?? [];
  const rejected = outcomes.flatMap((one) => (one.kind === "rejected" ? [one.error.code] : []));
  // A batch is a transaction for each lane; the second lane waits for the first one's allowance.
  expect(outcomes.filter(({ kind }) => kind === "accepted")).toHaveLength(1);
  expect(rejected).toEqual(["quota_limited", "quota_limited", "quota_limited"]);
});

test("nothing of it concerns other agents, nor what the agent receives", async () => {
  await send(limited);
  await lastSent("-1 hour");
  const answers = await Promise.allSettled(Array.from({ length: 8 }, (_, n) => send(usual, n)));
  expect(codesOf(answers)).toEqual(Array(8).fill("sent"));
  const { count } = await database.owner`select from send_allowances where agent_id = ${toUuid(usual.id)}`;
  expect(count).toBe(0);
  await fleet.allow(usual, limited);
  const [sender] = senders;
  expect(await sender?.send(usual, statusUpdate(limited.id), { request })).toMatchObject({
    status: "delivered",
  });
});

test("a check says what a send would get, and takes no allowance", async () => {
  const check = async () => {
    const [peer] = peers;
    const [sender] = senders;
    if (peer === undefined || sender === undefined) throw new Error("there is nobody to send to");
    return checkSend(database.db, limited, statusUpdate(peer.id), { sender, request });
  };
  expect(await check()).toMatchObject({ allowed: true, wouldBe: "delivered" });
  await send(limited);
  await lastSent("-1 hour");
  const refused = await check();
  expect(refused).toMatchObject({ allowed: false, wouldBe: "rejected" });
  expect(refused.checks.filter(({ passed }) => !passed)).toEqual([
    { name: "quota", passed: false, code: "quota_limited", detail: expect.any(String) },
  ]);
  await hold("paused");
  const paused = await check();
  expect(paused).toMatchObject({ allowed: false, wouldBe: "blocked" });
  expect(paused.checks.filter(({ passed }) => !passed)).toMatchObject([
    { name: "sender", code: "agent_paused" },
  ]);
});

test("a hold ends by itself with its time", async () => {
  await send(limited);
  await lastSent("-1 hour");
  await database.owner`
    update agents set quota_hold_until = now() - interval '1 millisecond' where id = ${toUuid(limited.id)}`;
  expect(await send(limited)).toMatchObject({ status: "delivered" });
});
