import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "#db/database.ts";
import type { AgentId } from "#db/ids.ts";
import type { Fleet } from "#tests/domain/messaging/fleet.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { aFleet, type LiveProcess, startLiveProcess } from "./live-fixture.ts";

/*
 * What is read may be older, by the time that it is handed out, than what a reader has: here each
 * answer of the database to the streams is held until the test lets it go.
 */
let database: TestDatabase;
let fleet: Fleet;
let sending: LiveProcess;

beforeAll(async () => {
  database = await createTestDatabase();
  fleet = await aFleet(database);
  sending = await startLiveProcess(database.db, fleet);
});
afterAll(async () => {
  await sending.close();
  await database.drop();
});

interface HeldAnswers {
  live: LiveProcess;
  mailboxId: AgentId;
  /** How many answers are there and held. */
  held(): number;
  /** Lets the one go that has been held for the longest, or the newest. */
  release(which?: "oldest" | "newest"): void;
  close(): Promise<void>;
}

async function holdAnswers(): Promise<HeldAnswers> {
  const answers: (() => void)[] = [];
  let isHolding = false;
  const db: Database = {
    ...database.db,
    async withSql(work, options) {
      const answer = await database.db.withSql(work, options);
      if (isHolding && options?.readOnly === true)
        await new Promise<void>((resolve) => answers.push(resolve));
      return answer;
    },
  };
  // Nothing but what the test asks for reads.
  const never = 3_600_000;
  const periods = { tickMs: never, heartbeatMs: never, pollMs: never, recheckMs: never };
  const live = await startLiveProcess(db, fleet, { periods });
  const { id: mailboxId } = await fleet.addAgent("watched");
  isHolding = true;
  return {
    live,
    mailboxId,
    held: () => answers.length,
    release: (which = "oldest") => (which === "oldest" ? answers.shift() : answers.pop())?.(),
    async close() {
      isHolding = false;
      for (const release of answers.splice(0)) release();
      await live.close();
    },
  };
}

test("an answer asked for before a reader came does not tell that its cursor is ahead", async () => {
  const { live, mailboxId, held, release, close } = await holdAnswers();
  const first = live.open({ mailboxes: [{ mailboxId, startAt: "end" }] });
  await expect.poll(held).toBe(1);
  await sending.send(mailboxId, 2);
  // It has both messages, from another process.
  const second = live.open({ mailboxes: [{ mailboxId, startAt: 2 }] });
  release();
  await expect.poll(held).toBeGreaterThan(0);
  expect(second.events).toEqual([]);
  await expect
    .poll(() => {
      release();
      return second.events.length;
    })
    .toBe(1);
  expect(second.events.map(({ event, data }) => [event, data])).toEqual([
    ["ready", '{"cursor":2,"lastSequence":2}'],
  ]);
  await expect
    .poll(() => {
      release();
      return first.sequences;
    })
    .toEqual([1, 2]);
  await close();
});

test("a reader that is ahead of the others gets nothing again when they catch up", async () => {
  const { live, mailboxId, held, release, close } = await holdAnswers();
  const first = live.open({ mailboxes: [{ mailboxId, startAt: 0 }] });
  await expect.poll(held).toBe(1);
  release();
  await expect.poll(() => first.events.length).toBe(1);
  await sendAndWake(live, mailboxId, 1);
  await expect.poll(held).toBe(1);
  await sendAndWake(live, mailboxId, 2);
  // It comes with the third already, while the others' answer has only the first.
  const second = live.open({ mailboxes: [{ mailboxId, startAt: 3 }] });
  await expect.poll(held).toBe(2);
  release("newest");
  await expect.poll(() => second.events.length).toBe(1);
  release();
  await expect.poll(() => first.sequences).toEqual([1]);
  await expect.poll(held).toBe(1);
  release();
  await expect.poll(() => first.sequences).toEqual([1, 2, 3]);
  await sendAndWake(live, mailboxId, 1);
  await expect.poll(held).toBe(1);
  release();
  await expect.poll(() => second.sequences).toEqual([4]);
  expect(first.sequences).toEqual([1, 2, 3, 4]);
  await close();
});

/** Sends, and wakes the held process as the bus would. */
async function sendAndWake(live: LiveProcess, mailboxId: AgentId, count: number): Promise<void> {
  const stop = sending.bus.subscribe({
    onWakes: (wakes) =>
      live.hub.wake(
        wakes.map(({ tenantUuid, mailboxUuid, sequence }) => ({ tenantUuid, mailboxUuid, sequence })),
      ),
    onDeliveries() {},
    onHints() {},
    onGap() {},
  });
  await sending.send(mailboxId, count);
  stop();
}
