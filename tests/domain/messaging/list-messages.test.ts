import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Actor, AgentActor, UserActor } from "#app/domain/auth/actor.ts";
import { expireDeliveries } from "#app/domain/messaging/expire-deliveries.server.ts";
import { listMessages } from "#app/domain/messaging/list-messages.server.ts";
import type { MessageListQuery } from "#app/domain/messaging/message-list-schema.ts";
import { createMessageSender, type MessageSender } from "#app/domain/messaging/message-sender.server.ts";
import { type SendMessageInput, sendMessageSchema } from "#app/domain/messaging/schema.ts";
import { firstUuidOf, toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { createFleet, type Fleet, request, statusUpdate } from "./fleet.ts";

let database: TestDatabase;
let fleet: Fleet;
let sender: MessageSender;
let planner: AgentActor;
let engineer: AgentActor;

beforeAll(async () => {
  database = await createTestDatabase();
  sender = createMessageSender({ db: database.db, log: pino({ level: "silent" }), onCommitted: () => {} });
  fleet = await createFleet(database, "Acme");
  planner = await fleet.addAgent("Planner");
  engineer = await fleet.addAgent("Engineer");
  await fleet.allow(planner, engineer);
});
afterAll(async () => {
  await sender.close();
  await database.drop();
});

const list = (query: Partial<MessageListQuery> = {}, actor: Actor = fleet.admin, nowMs = Date.now()) =>
  listMessages(database.db, actor, { limit: 50, ...query }, nowMs);
const texts = async (query: Partial<MessageListQuery> = {}, actor: Actor = fleet.admin, nowMs?: number) =>
  (await list(query, actor, nowMs)).messages.map((message) =>
    message.type === "status_update" ? message.payload.status : message.type,
  );
/** Sends a status update that says `text`; a refusal is an answer too. */
const say = async (from: AgentActor, to: AgentActor | UserActor, text: string, more = {}) => {
  const recipientId = to.kind === "agent" ? to.id : to.membershipId;
  await sender.send(from, statusUpdate(recipientId, more, text), { request }).catch(() => undefined);
};
const escalate = (from: AgentActor, to: SendMessageInput["recipientId"]) =>
  sender.send(
    from,
    sendMessageSchema.parse({
      recipientId: to,
      type: "escalation",
      payload: { reason: "Stuck", severity: "high" },
    }),
    { request },
  );

test("pages go on where the last ended, whatever is sent meanwhile, and back again", async () => {
  for (let n = 1; n <= 7; n++) await say(planner, engineer, String(n));
  const first = await list({ limit: 3 });
  expect(first).toMatchObject({ newer: null, searchedTo: null });
  await say(planner, engineer, "8");

  const second = await list({ limit: 3, before: first.older ?? undefined });
  expect(await texts({ limit: 3, before: first.older ?? undefined })).toEqual(["4", "3", "2"]);
  const third = await list({ limit: 3, before: second.older ?? undefined });
  expect(third.messages).toHaveLength(1);
  expect(third.older).toBeNull();

  expect(await texts({ limit: 3, after: third.newer ?? undefined })).toEqual(["4", "3", "2"]);
  // What is newer than the second page fills more than one page: the next to it comes first.
  expect(await texts({ limit: 3, after: second.newer ?? undefined })).toEqual(["7", "6", "5"]);
  // The newest page is shown full, not with the one message that is newer.
  expect(await texts({ limit: 3, after: first.messages[0]?.id })).toEqual(["8", "7", "6"]);
  expect(await list({ limit: 3, after: first.messages[0]?.id })).toMatchObject({ newer: null });
});

test("filters by status, type, sender and recipient, and by all that goes wrong at once", async () => {
  const acme = await createFleet(database, "Filters");
  const [ann, bob, eve] = await Promise.all(["Ann", "Bob", "Eve"].map(acme.addAgent));
  if (!ann || !bob || !eve) throw new Error("no agents");
  await acme.allow(ann, bob, eve);
  await say(ann, bob, "fine");
  await say(eve, bob, "refused");
  await say(ann, eve, "late", { ttlSeconds: 1 });
  await escalate(bob, "operators");
  await database.owner`update deliveries set expires_at = now() - interval '1 s'
    where tenant_id = ${toUuid(acme.tenantId)} and expires_at is not null`;
  await expireDeliveries(database.db);

  const of = (query: Partial<MessageListQuery>) => texts(query, acme.admin);
  expect(await of({})).toEqual(["escalation", "late", "refused", "fine"]);
  expect(await of({ status: "problem" })).toEqual(["late", "refused"]);
  expect(await of({ status: "blocked" })).toEqual(["refused"]);
  expect(await of({ status: "expired" })).toEqual(["late"]);
  expect(await of({ status: "failed" })).toEqual([]);
  expect(await of({ status: "delivered" })).toEqual(["escalation", "fine"]);
  expect(await of({ type: "escalation" })).toEqual(["escalation"]);
  expect(await of({ from: ann.id })).toEqual(["late", "fine"]);
  expect(await of({ to: bob.id })).toEqual(["refused", "fine"]);
  expect(await of({ from: eve.id, to: bob.id, status: "problem" })).toEqual(["refused"]);
  expect(await of({ from: ann.id, type: "escalation" })).toEqual([]);
});

test("a time window ends at its beginning", async () => {
  const acme = await createFleet(database, "Windows");
  const ann = await acme.addAgent("Ann");
  await escalate(ann, "operators");
  const [sent] = (await list({}, acme.admin)).messages;
  const sentMs = Date.parse(sent?.createdAt ?? "");
  expect(await texts({ window: "1h" }, acme.admin, sentMs + 3_590_000)).toEqual(["escalation"]);
  expect(await texts({ window: "1h" }, acme.admin, sentMs + 3_610_000)).toEqual([]);
  expect(await texts({ window: "24h" }, acme.admin, sentMs + 3_610_000)).toEqual(["escalation"]);
});

test("people see neither what was written to others nor, without the right to repair it, what was blocked", async () => {
  const acme = await createFleet(database, "Views");
  const ann = await acme.addAgent("Ann");
  const bob = await acme.addAgent("Bob");
  const pat = await acme.addPerson("Pat", "member");
  await say(ann, bob, "blocked");
  await sender.send(pat, statusUpdate(ann.id, { correlationId: "talk" }, "hello"), { request });
  await say(ann, pat, "for Pat", { correlationId: "talk" });

  expect(await texts({}, acme.admin)).toEqual(["hello", "blocked"]);
  expect(await texts({}, pat)).toEqual(["for Pat", "hello"]);
  expect(await texts({ status: "problem" }, pat)).toEqual([]);
  expect(await texts({ to: pat.membershipId }, acme.admin)).toEqual([]);
  expect(await texts({}, fleet.admin)).not.toContain("hello");
  const deaf = { ...acme.admin, scopes: new Set(["agents:read" as const]) };
  expect(() => list({}, deaf)).toThrow(expect.objectContaining({ code: "forbidden" }));
});

test("a search that finds little stops, says how far it came, and goes on from there to the end", async () => {
  const acme = await createFleet(database, "Deep");
  const ann = await acme.addAgent("Ann");
  const bob = await acme.addAgent("Bob");
  await acme.allow(ann, bob);
  await acme.allow(bob, ann);
  // One message to Ann, and 9,000 younger ones to Bob.
  await say(bob, ann, "the needle");
  const [needle] = (await list({}, acme.admin)).messages;
  const fromMs = Date.parse(needle?.createdAt ?? "") + 10;
  const ids = Array.from({ length: 9_000 }, (_, n) => firstUuidOf(fromMs + n));
  await database.owner`
    insert into messages (tenant_id, id, sender_kind, sender_id, recipient_kind, recipient_id, sequence,
      type, kind, priority, payload, correlation_id, created_at)
    select ${toUuid(acme.tenantId)}, id, 'agent', ${toUuid(ann.id)}, 'agent', ${toUuid(bob.id)}, n,
      'status_update', 'event', 'normal', '{"status": "hay"}', 'hay', now()
    from unnest(${ids}::uuid[]) with ordinality as made (id, n)`;
  await database.owner`
    insert into deliveries (tenant_id, message_id, recipient_id, sequence, status, priority_rank)
    select tenant_id, id, recipient_id, sequence, 'delivered', 2 from messages where correlation_id = 'hay'`;
  await database.owner`analyze messages, deliveries`;

  const needles = { text: "needle" };
  let page = await list(needles, acme.admin);
  let rounds = 1;
  for (; page.older !== null && page.messages.length === 0; rounds++) {
    expect(page.searchedTo).toMatch(/^\d{4}-/);
    page = await list({ ...needles, before: page.older }, acme.admin);
  }
  expect(page.messages.map(({ id }) => id)).toEqual([needle?.id]);
  expect(page).toMatchObject({ older: null, searchedTo: null });
  expect(rounds).toBe(3);
  // By its sender or recipient it is found at once, also beside a filter that fits nearly all.
  expect(await texts({ from: bob.id }, acme.admin)).toEqual(["the needle"]);
  expect(await texts({ to: ann.id, type: "status_update" }, acme.admin)).toEqual(["the needle"]);
});
