import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Actor, AgentActor, UserActor } from "#app/domain/auth/actor.ts";
import { createMessageSender, type MessageSender } from "#app/domain/messaging/message-sender.server.ts";
import { createTrafficCounter } from "#app/domain/messaging/overview-traffic.server.ts";
import { readOverview } from "#app/domain/messaging/read-overview.server.ts";
import { type SendMessageInput, sendMessageSchema } from "#app/domain/messaging/schema.ts";
import { toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { createFleet, type Fleet, request, statusUpdate } from "./fleet.ts";

const minuteMs = 60_000;

let database: TestDatabase;
let sender: MessageSender;

beforeAll(async () => {
  database = await createTestDatabase();
  sender = createMessageSender({ db: database.db, log: pino({ level: "silent" }), onCommitted: () => {} });
});
afterAll(async () => {
  await sender.close();
  await database.drop();
});

const overview = (actor: Actor, nowMs = Date.now(), traffic = createTrafficCounter()) =>
  readOverview({ db: database.db, traffic }, actor, nowMs);

/** Sends; a refusal is an answer too. */
const say = async (
  from: AgentActor | UserActor,
  recipientId: SendMessageInput["recipientId"],
  correlationId?: string,
) => {
  const message = statusUpdate(recipientId, correlationId === undefined ? {} : { correlationId });
  await sender.send(from, message, { request }).catch(() => undefined);
};

async function fleetOf(name: string): Promise<Fleet & { ann: AgentActor; bob: AgentActor }> {
  const fleet = await createFleet(database, name);
  return { ...fleet, ann: await fleet.addAgent("Ann"), bob: await fleet.addAgent("Bob") };
}

test("a tenant that nothing was sent in has an hour of empty minutes", async () => {
  const { admin } = await createFleet(database, "Silent");
  const { traffic, problems, agents, escalations } = await overview(admin, Date.UTC(2026, 2, 1, 12, 30, 20));
  expect(traffic).toMatchObject({ sent: 0, refused: 0, sentBefore: 0 });
  expect(traffic.points).toHaveLength(60);
  expect(traffic.points[0]).toEqual({ at: "2026-03-01T11:31:00.000Z", delivered: 0, refused: 0 });
  expect(traffic.points.at(-1)?.at).toBe("2026-03-01T12:30:00.000Z");
  expect(problems).toEqual({ groups: [], groupCount: 0, count: 0, isExact: true });
  expect(agents).toEqual({ total: 0, haveSent: false, busyCount: 0, busiest: [], silent: [] });
  expect(escalations).toEqual({ latest: [], atDesk: {}, open: 0, count: 0, isExact: true });
});

test("what was delivered and what was refused stand in the minute they were sent in, for an hour", async () => {
  const { admin, ann, bob, allow } = await fleetOf("Traffic");
  await allow(ann, bob);
  await Promise.all([say(ann, bob.id), say(ann, bob.id), say(bob, ann.id), say(bob, "operators")]);
  const nowMs = Date.now();
  const { traffic } = await overview(admin, nowMs);
  expect(traffic).toMatchObject({ sent: 4, refused: 1, sentBefore: 0 });
  const recent = traffic.points.slice(-2);
  expect(recent.reduce((sum, { delivered }) => sum + delivered, 0)).toBe(3);
  expect(recent.reduce((sum, { refused }) => sum + refused, 0)).toBe(1);

  // An hour later it is the hour before, and no longer in the chart.
  const later = (await overview(admin, nowMs + 62 * minuteMs)).traffic;
  expect(later).toMatchObject({ sent: 0, refused: 0, sentBefore: 4 });
});

test("minutes that have settled are counted once, those going on each time, and what failed later shows", async () => {
  const { admin, ann, bob, allow, tenantId } = await fleetOf("Memory");
  await allow(ann, bob);
  const counter = createTrafficCounter();
  await say(ann, bob.id);
  const nowMs = Date.now();
  expect((await overview(admin, nowMs, counter)).traffic.sent).toBe(1);
  await say(ann, bob.id);
  expect((await overview(admin, nowMs, counter)).traffic.sent).toBe(2);

  const settledMs = nowMs + 5 * minuteMs;
  expect((await overview(admin, settledMs, counter)).traffic.sent).toBe(2);
  await say(ann, bob.id);
  expect((await overview(admin, settledMs, counter)).traffic.sent, "not counted again").toBe(2);
  expect((await overview(admin, settledMs)).traffic.sent).toBe(3);

  await database.owner`
    update deliveries set status = 'failed' where message_id in (
      select id from messages where tenant_id = ${toUuid(tenantId)} order by id limit 1)`;
  expect((await overview(admin, settledMs, counter)).traffic).toMatchObject({ sent: 2, refused: 1 });
});

test("problems are gathered by who, to whom and why, and what was put right since comes last", async () => {
  const { admin, ann, bob, addAgent, allow, pause, deskId } = await fleetOf("Problems");
  const eve = await addAgent("Eve");
  for (let n = 0; n < 3; n++) await say(ann, bob.id);
  await say(eve, bob.id);
  await say(bob, ann.id);
  await pause(eve);
  await say(eve, "operators");

  const before = (await overview(admin)).problems;
  expect(before).toMatchObject({ groupCount: 4, count: 6, isExact: true });
  expect(
    before.groups.map(({ sender, recipient, count, reason, isResolved }) => [
      sender.name,
      recipient.name,
      count,
      reason,
      isResolved,
    ]),
  ).toEqual([
    ["Eve", "Operators", 1, "agent_paused", false],
    ["Bob", "Ann", 1, "no_allowlist_edge", false],
    ["Eve", "Bob", 1, "no_allowlist_edge", false],
    ["Ann", "Bob", 3, "no_allowlist_edge", false],
  ]);
  expect(before.groups[0]).toMatchObject({
    recipient: { id: deskId, kind: "desk" },
    status: "blocked",
    last: { id: expect.stringMatching(/^msg_/), type: "status_update", at: expect.stringMatching(/Z$/) },
  });

  await allow(bob, ann);
  const after = (await overview(admin)).problems.groups;
  expect(after.map(({ sender, isResolved }) => [sender.name, isResolved])).toEqual([
    ["Eve", false],
    ["Eve", false],
    ["Ann", false],
    ["Bob", true],
  ]);
  const tomorrow = await overview(admin, Date.now() + 25 * 60 * minuteMs);
  expect(tomorrow.problems.count).toBe(0);
});

test("agents are told apart by whether they sent within the hour", async () => {
  const { admin, ann, bob, addAgent, allow, pause } = await fleetOf("Pulses");
  const mute = await addAgent("Mute");
  const held = await addAgent("Held");
  await allow(ann, bob);
  await allow(bob, ann);
  await pause(held);
  expect((await overview(admin)).agents).toMatchObject({ haveSent: false, busyCount: 0, total: 4 });
  for (let n = 0; n < 2; n++) await say(ann, bob.id);
  await say(bob, ann.id);

  const now = (await overview(admin)).agents;
  expect(now).toMatchObject({ haveSent: true, busyCount: 2, total: 4 });
  expect(now.busiest.map(({ name, sent, sentIsExact }) => [name, sent, sentIsExact])).toEqual([
    ["Ann", 2, true],
    ["Bob", 1, true],
  ]);
  expect(now.silent.map(({ id, lastSentAt }) => [id, lastSentAt])).toEqual([
    [mute.id, null],
    [held.id, null],
  ]);

  const later = (await overview(admin, Date.now() + 61 * minuteMs)).agents;
  expect(later.busiest).toEqual([]);
  expect(later.silent.map(({ name }) => name)).toEqual(["Mute", "Ann", "Bob", "Held"]);
});

test("the latest escalations are shown, those of a day counted", async () => {
  const { admin, ann } = await fleetOf("Escalations");
  for (const severity of ["low", "critical"] as const)
    await sender.send(
      ann,
      sendMessageSchema.parse({
        recipientId: "operators",
        type: "escalation",
        payload: { reason: severity, severity },
      }),
      { request },
    );
  const { escalations } = await overview(admin);
  expect(escalations).toMatchObject({ count: 2, isExact: true });
  expect(escalations.latest.map(({ payload }) => payload)).toEqual([
    { reason: "critical", severity: "critical" },
    { reason: "low", severity: "low" },
  ]);
  const tomorrow = (await overview(admin, Date.now() + 25 * 60 * minuteMs)).escalations;
  expect(tomorrow).toMatchObject({ count: 0, latest: { length: 2 } });
});

test("nobody is shown another tenant's, what was written to somebody else, or blocked ones without the right", async () => {
  const { admin, ann, bob, addPerson } = await fleetOf("Views");
  const stranger = await createFleet(database, "Stranger");
  const pat = await addPerson("Pat", "member");
  await say(ann, bob.id);
  await say(ann, pat.membershipId);
  expect((await overview(admin)).problems.groups.map(({ recipient }) => recipient.name)).toEqual(["Bob"]);
  expect((await overview(admin)).traffic).toMatchObject({ sent: 2, refused: 1 });
  expect((await overview(pat)).problems.count).toBe(0);
  expect((await overview(pat)).traffic).toMatchObject({ sent: 2, refused: 0 });
  expect((await overview(pat)).traffic.points.every(({ delivered }) => delivered === 0)).toBe(true);
  expect((await overview(stranger.admin)).traffic.sent).toBe(0);
  const deaf = { ...admin, scopes: new Set(["agents:read" as const]) };
  expect(() => overview(deaf)).toThrow(expect.objectContaining({ code: "forbidden" }));
});
