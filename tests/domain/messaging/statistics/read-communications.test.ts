import { afterAll, beforeAll, expect, test } from "vitest";
import type { AgentActor, UserActor } from "#app/domain/auth/actor.ts";
import { readCommunications } from "#app/domain/messaging/statistics/read-communications.server.ts";
import { communicationsQuerySchema } from "#app/domain/messaging/statistics/schema.ts";
import { type AgentId, newId } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { createFleet } from "../fleet.ts";
import { addTraffic } from "./traffic.ts";

const nowMs = Date.parse("2026-03-10T12:30:20Z");

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const read = (actor: AgentActor | UserActor, agentId: AgentId, query: Record<string, string> = {}) =>
  readCommunications(database.db, actor, agentId, communicationsQuerySchema.parse(query), nowMs);

test("an agent's peers are those it exchanged messages with in these days, the most first", async () => {
  const { admin, tenantId, addAgent, deskId } = await createFleet(database, "Peers");
  const [ann, bob, eve] = [await addAgent("Ann"), await addAgent("Bob"), await addAgent("Eve")];
  await addTraffic(database, tenantId, [
    { at: "2026-03-10T10:00:00Z", from: ann.id, to: bob.id, count: 2 },
    { at: "2026-03-08T10:00:00Z", from: bob.id, to: ann.id, count: 3 },
    { at: "2026-03-08T10:00:00Z", from: bob.id, to: ann.id, status: "expired" },
    { at: "2026-03-09T00:00:00Z", from: ann.id, to: deskId },
    { at: "2026-03-09T00:00:00Z", from: ann.id, to: deskId, status: "failed" },
    { at: "2026-03-07T00:00:00Z", from: eve.id, to: ann.id, status: "blocked" },
    // Not in these days, and not the agent's.
    { at: "2026-03-03T23:59:00Z", from: ann.id, to: eve.id, count: 50 },
    { at: "2026-03-09T00:00:00Z", from: bob.id, to: eve.id, count: 50 },
  ]);
  const answer = await read(admin, ann.id, { days: "7" });
  expect(answer).toMatchObject({
    agentId: ann.id,
    from: "2026-03-04T00:00:00.000Z",
    pagination: { total: 3, nextCursor: null },
  });
  const [bobs, desks, eves] = answer.peers;
  expect(bobs).toEqual({
    peer: { id: bob.id, kind: "agent", name: "Bob" },
    ...{ sent: 2, received: 4, blocked: 0, failed: 1, turnedAway: 0, lastDay: "2026-03-10" },
  });
  expect(desks).toMatchObject({
    peer: { id: deskId, name: "Operators" },
    sent: 2,
    failed: 1,
    lastDay: "2026-03-09",
  });
  expect(eves).toMatchObject({ peer: { name: "Eve" }, sent: 0, received: 0, turnedAway: 1 });

  // The agent itself is not told of what was kept from it.
  const own = await read(ann, ann.id, { days: "7" });
  expect(own.peers.map(({ peer, turnedAway }) => [peer.name, turnedAway])).toEqual([
    ["Bob", null],
    ["Operators", null],
  ]);
  expect((await read(admin, ann.id, { days: "1" })).peers).toMatchObject([
    { peer: { name: "Bob" }, sent: 2, received: 0 },
  ]);
});

test("a long list is read on from its cursor, each peer once, also where several exchanged as much", async () => {
  const { admin, tenantId, addAgent } = await createFleet(database, "Many");
  const ann = await addAgent("Ann");
  const peers = Array.from({ length: 7 }, () => newId("agt"));
  await addTraffic(
    database,
    tenantId,
    peers.map((to, n) => ({ at: "2026-03-10T10:00:00Z", from: ann.id, to, count: n < 4 ? 2 : 1 })),
  );
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await read(admin, ann.id, { limit: "2", ...(cursor !== null && { cursor }) });
    expect(page.pagination.total).toBe(7);
    seen.push(...page.peers.map(({ peer }) => peer.id));
    cursor = page.pagination.nextCursor;
  } while (cursor !== null);
  expect(seen).toHaveLength(7);
  expect(new Set(seen)).toEqual(new Set(peers));
});

test("a cursor that the list did not give is refused", async () => {
  const { admin, addAgent } = await createFleet(database, "Forged");
  const ann = await addAgent("Ann");
  for (const cursor of [
    "x",
    "bnVsbA",
    Buffer.from('[1e99,"x"]').toString("base64url"),
    Buffer.from("\0").toString("base64url"),
  ])
    expect(() => read(admin, ann.id, { cursor })).toThrow(
      expect.objectContaining({
        code: "invalid_input",
        errors: [expect.objectContaining({ path: "query.cursor" })],
      }),
    );
});

test("an agent reads its own, and another tenant's are not there", async () => {
  const mine = await createFleet(database, "Mine");
  const theirs = await createFleet(database, "Theirs");
  const [ann, bob, eve] = [
    await mine.addAgent("Ann"),
    await mine.addAgent("Bob"),
    await theirs.addAgent("Eve"),
  ];
  const absent = expect.objectContaining({ code: "not_found" });
  expect(() => read(ann, bob.id)).toThrow(absent);
  await expect(read(mine.admin, eve.id)).rejects.toThrow(absent);
  await expect(read(mine.admin, newId("agt"))).rejects.toThrow(absent);
  expect((await read(ann, ann.id)).peers).toEqual([]);
});
