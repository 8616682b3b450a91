import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { decodeActivityCursor } from "#app/domain/audit/activity-place.ts";
import { type AuditTail, createAuditTail } from "#app/domain/audit/tail-audit-events.server.ts";
import { createApiKey } from "#app/domain/auth/create-api-key.server.ts";
import type { CredentialRef } from "#app/domain/auth/credentials.server.ts";
import {
  type ActivityHub,
  type ActivityStart,
  createActivityHub,
} from "#app/domain/live/activity-hub.server.ts";
import { createAgent } from "#app/domain/messaging/create-agent.server.ts";
import { createEventStreamParser, type StreamEvent } from "#app/ui/live/event-stream-parser.ts";
import { newUuid, toUuid } from "#db/ids.ts";
import { writeSlowly } from "#tests/domain/audit/slow-writers.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { aRequest, createTenantFixture, silentLog, type TenantFixture } from "#tests/setup/tenant-fixture.ts";

let database: TestDatabase;
let tenant: TenantFixture;
let credential: CredentialRef;
let tail: AuditTail;
let hub: ActivityHub;
let nowMs = 1;

beforeAll(async () => {
  database = await createTestDatabase({ poolSize: 12, onCommit: () => tail?.wake() });
});
afterAll(() => database.drop());

beforeEach(async () => {
  // Of the test alone: a stream that begins at the end brings what was held back by then, such as the last test's.
  tenant = await createTenantFixture(database.db);
  tail = createAuditTail({ db: database.db, log: silentLog, pollMs: 500 });
  hub = createActivityHub({
    ...{ db: database.db, tail, log: silentLog, nowMs: () => nowMs },
    periods: { tickMs: 20, heartbeatMs: 200, recheckMs: 0 },
  });
  const agent = await createAgent(
    database.db,
    tenant.admin,
    { name: newUuid(), modelTier: "haiku", thinkingMode: "off" },
    aRequest,
  );
  const { id } = await createApiKey(
    database.db,
    tenant.admin,
    { name: "follow", agentId: agent.id, scopes: ["activity:read"] },
    aRequest,
  );
  credential = { tenantId: tenant.tenantId, kind: "key", id };
});
afterEach(async () => {
  hub.close();
  await tail.close();
});

interface Client {
  events: StreamEvent[];
  reasons(): string[];
  lastEventId(): string;
  comments(): number;
  ended(): string | undefined;
  drain(): void;
  close(): void;
}

/** A client that takes everything, or is full after each `fullEvery` writes until it drains. */
function open(startAt: ActivityStart, { fullEvery = 0, drains = true, who = tenant } = {}): Client {
  const events: StreamEvent[] = [];
  const decoder = new TextDecoder();
  const parse = createEventStreamParser((event) => events.push(event));
  let comments = 0;
  let ended: string | undefined;
  let writes = 0;
  const subscription = hub.subscribe({
    ...{ tenantId: who.tenantId, credential, startAt },
    sink: {
      write(chunk) {
        const text = decoder.decode(chunk);
        if (text.startsWith(":")) comments += 1;
        parse(text);
        writes += 1;
        const isFull = fullEvery > 0 && writes % fullEvery === 0;
        if (isFull && drains) setImmediate(() => subscription.drained());
        return !isFull;
      },
      end: () => {
        ended = "end";
      },
      destroy: () => {
        ended = "destroyed";
      },
    },
  });
  return {
    events,
    reasons: () =>
      events
        .filter(({ event }) => event === "activity")
        .map(({ data }) => JSON.parse(data))
        // What made the key may still have been held back when the stream began.
        .filter(({ action }) => action === "agent.paused")
        .map(({ details }) => String(details.reason)),
    lastEventId: () => events.findLast(({ id }) => id !== undefined && id !== "")?.id ?? "",
    comments: () => comments,
    ended: () => ended,
    drain: () => subscription.drained(),
    close: () => subscription.closed(),
  };
}

const isReady = async (...clients: Client[]): Promise<void> => {
  for (const client of clients) await expect.poll(() => client.events[0]?.event).toBe("ready");
};
const cursorOf = (text: string): ActivityStart => decodeActivityCursor(text) ?? "unknown";

describe("a stream of activity", () => {
  test("misses nothing and repeats nothing, whatever the order of commits and however slow its client", async () => {
    const quick = open("end");
    const slow = open("end", { fullEvery: 2 });
    await isReady(quick, slow);
    const written = await writeSlowly(database.db, tenant.admin, { writers: 8, transactions: 15 });
    for (const client of [quick, slow]) {
      await expect.poll(() => client.reasons().length).toBe(written.length);
      expect(client.reasons().toSorted()).toEqual(written);
    }
    expect(slow.reasons()).toEqual(quick.reasons());
  });

  test("resumes exactly where it was left, again and again, while others write", async () => {
    let isWriting = true;
    const first = open("end");
    await isReady(first);
    const got: string[] = [];
    let lastEventId = first.lastEventId();
    first.close();
    const writing = writeSlowly(database.db, tenant.admin, { writers: 6, transactions: 20 }).finally(() => {
      isWriting = false;
    });
    while (isWriting) {
      const client = open(cursorOf(lastEventId));
      await isReady(client);
      await new Promise((resolve) => setImmediate(resolve));
      got.push(...client.reasons());
      lastEventId = client.lastEventId();
      client.close();
    }
    const written = await writing;
    const last = open(cursorOf(lastEventId));
    await expect.poll(() => got.length + last.reasons().length).toBe(written.length);
    expect([...got, ...last.reasons()].sort()).toEqual(written);
  });

  test("is read by one tail, whatever the number of streams", async () => {
    const clients = Array.from({ length: 50 }, () => open("end"));
    await isReady(...clients);
    await expect.poll(() => hub.stats().live).toBe(50);
    const { reads } = hub.stats();
    await writeSlowly(database.db, tenant.admin, { writers: 1, transactions: 5, maxOpenMs: 0 });
    for (const client of clients) await expect.poll(() => client.reasons().length).toBe(10);
    expect(hub.stats().reads).toBe(reads);
    for (const client of clients) client.close();
    await expect.poll(() => tail.stats().listeners).toBe(0);
  });

  test("tells of a cursor that means nothing, and goes on from the end", async () => {
    const known = open("end");
    await isReady(known);
    const end = cursorOf(known.lastEventId());
    if (typeof end === "string") throw new Error("ready has no cursor");
    const wrong: [ActivityStart, string][] = [
      ["unknown", "unknown"],
      [{ ...end, cluster: "ffffffff" }, "generation"],
      [{ ...end, xid: end.xid + 100_000n }, "ahead"],
    ];
    for (const [startAt, reason] of wrong) {
      const client = open(startAt);
      await expect.poll(() => client.events.map(({ event }) => event)).toEqual(["ready", "reset"]);
      expect(JSON.parse(client.events[1]?.data ?? "")).toMatchObject({ reason });
      await writeSlowly(database.db, tenant.admin, { writers: 1, transactions: 1, maxOpenMs: 0 });
      await expect.poll(() => client.reasons()).toEqual(["0-0-a", "0-0-b"]);
    }
  });

  test("has a heartbeat, and a way back when the server stops", async () => {
    const client = open("end");
    await isReady(client);
    await expect.poll(() => client.comments()).toBeGreaterThan(1);
    hub.drain();
    expect(client.events.at(-1)).toMatchObject({ event: "bye" });
    expect(JSON.parse(client.events.at(-1)?.data ?? "")).toMatchObject({ reason: "draining" });
    expect(client.ended()).toBe("end");
    expect(() => hub.assertOpen()).toThrow(expect.objectContaining({ code: "shutting_down" }));
  });

  test("ends when its key is revoked", async () => {
    const client = open("end");
    await isReady(client);
    await database.owner`update api_keys set revoked_at = now() where id = ${toUuid(credential.id)}`;
    nowMs += 10_000;
    await expect.poll(() => client.events.at(-1)?.event).toBe("bye");
    expect(JSON.parse(client.events.at(-1)?.data ?? "")).toMatchObject({
      reason: "credential",
      retryMs: null,
    });
  });

  test("has nothing queued for a client that takes nothing, and is cut off in the end", async () => {
    const stalled = open("end", { fullEvery: 1, drains: false });
    await isReady(stalled);
    await writeSlowly(database.db, tenant.admin, { writers: 2, transactions: 3, maxOpenMs: 0 });
    expect(stalled.reasons()).toEqual([]);
    nowMs += 31_000;
    await expect.poll(() => stalled.ended()).toBe("destroyed");
    expect(hub.stats()).toMatchObject({ streams: 0, cutOff: 1 });
  });

  test("brings nothing of another tenant", async () => {
    const other = await createTenantFixture(database.db);
    const client = open("end");
    await isReady(client);
    await writeSlowly(database.db, other.admin, { writers: 1, transactions: 2, maxOpenMs: 0 });
    await writeSlowly(database.db, tenant.admin, { writers: 1, transactions: 1, maxOpenMs: 0 });
    await expect.poll(() => client.reasons()).toEqual(["0-0-a", "0-0-b"]);
  });
});
