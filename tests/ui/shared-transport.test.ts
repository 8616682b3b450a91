import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  conversationTopic,
  formatCursor,
  inboxTopic,
  isHintTopic,
  type LiveTopic,
  maxTopics,
  parseCursor,
  parseTopic,
  trafficTopic,
} from "#app/domain/live/schema.ts";
import { readLiveEvent } from "#app/ui/live/read-live-event.ts";
import {
  createSharedTransport,
  type SharedTransport,
  type TabChannel,
} from "#app/ui/live/shared-transport.ts";
import type { LiveHandle, LiveRequest, LiveState } from "#app/ui/live/transport.ts";
import { type AgentId, newId, newUuid, toUuid } from "#db/ids.ts";
import { aFleet, type LiveProcess, startLiveProcess } from "#tests/domain/live/live-fixture.ts";
import { upTo } from "#tests/domain/live/reader.ts";
import { type Fleet, request, statusUpdate } from "#tests/domain/messaging/fleet.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { TabLocks } from "./tab-locks.ts";

let database: TestDatabase;
let fleet: Fleet;
let live: LiveProcess;
let locks: TabLocks;
let name: string;
let mailboxId: AgentId;
let tabs: TestTab[];
/** Topics that the server refuses, as it would what is not there. */
let absent: Set<LiveTopic>;
/** How many connections were opened. */
let connections: number;

beforeAll(async () => {
  database = await createTestDatabase();
  fleet = await aFleet(database);
  live = await startLiveProcess(database.db, fleet);
});
afterAll(async () => {
  await live.close();
  await database.drop();
});
beforeEach(async () => {
  locks = new TabLocks();
  name = newUuid();
  tabs = [];
  absent = new Set();
  connections = 0;
  mailboxId = (await fleet.addAgent("Watched")).id;
});
afterEach(async () => {
  for (const tab of tabs) tab.close();
  await expect.poll(open).toBe(0);
});

const open = (): number => live.hub.stats().streams;
const send = (count: number, to = mailboxId) => live.send(to, count);
const say = (correlationId: string) =>
  live.sender.send(fleet.admin, statusUpdate(mailboxId, { correlationId }), { request });

/** What a tab shows of a topic. */
interface Shown {
  sequences: number[];
  changes: string[];
  states: LiveState["kind"][];
  handle: LiveHandle;
}

interface TestTab extends SharedTransport {
  watch(topics: readonly LiveTopic[], cursor?: number, asOfMs?: number): Shown;
  /** The tab is gone and says nothing. */
  kill(): void;
  /** Its scripts stop and nothing is let go of: what a phone does to a tab in the background. */
  freeze(): void;
}

function openTab(options: { answerMs?: number; gatherMs?: number } = {}): TestTab {
  const { locks: tabLocks, kill } = locks.forTab();
  const own: LiveHandle[] = [];
  let isDead = false;
  const shared = createSharedTransport({
    name,
    locks: tabLocks,
    gatherMs: 20,
    answerMs: 60_000,
    ...options,
    mayWatch: async (topic) => !absent.has(topic),
    connect(asked) {
      const handle = connectToHub(asked, () => isDead);
      own.push(handle);
      connections += 1;
      return handle;
    },
    openChannel: (channelName) => channelUntil(channelName, () => isDead),
  });
  const tab: TestTab = {
    ...shared,
    watch(topics, cursor, asOfMs = Date.now()) {
      const shown: Omit<Shown, "handle"> = { sequences: [], changes: [], states: [] };
      const cursors = topics.flatMap((topic) =>
        isHintTopic(topic) || cursor === undefined ? [] : [[topic, cursor] as const],
      );
      const handle = shared.connect({
        topics,
        cursor: formatCursor(cursors),
        asOfMs,
        onState: (state) => shown.states.push(state.kind),
        onEvent(event) {
          if (event.event === "message") shown.sequences.push(event.data.sequence ?? Number.NaN);
          if (event.event === "changed") shown.changes.push(event.topic);
        },
      });
      return { ...shown, handle };
    },
    kill() {
      isDead = true;
      for (const handle of own) handle.close();
      kill();
    },
    freeze() {
      isDead = true;
      for (const handle of own) handle.close();
    },
  };
  tabs.push(tab);
  return tab;
}

/** A tab's channel, which neither says nor hears anything once the tab is dead. */
function channelUntil(channelName: string, isDead: () => boolean): TabChannel {
  const channel = new BroadcastChannel(channelName);
  return {
    postMessage: (message: unknown) => isDead() || channel.postMessage(message),
    close: () => channel.close(),
    set onmessage(hear: BroadcastChannel["onmessage"]) {
      channel.onmessage = (event) => isDead() || hear?.call(channel, event);
    },
  };
}

/** A connection to the hub in this process, as the direct transport has one to the server. */
function connectToHub(asked: LiveRequest, isDead: () => boolean): LiveHandle {
  let isClosed = false;
  let close = (): void => undefined;
  asked.onState({ kind: "connecting" });
  queueMicrotask(() => {
    if (isClosed || isDead()) return;
    if (asked.topics.some((topic) => absent.has(topic))) {
      asked.onState({ kind: "ended", reason: "not_found" });
      return;
    }
    const starts = parseCursor(asked.cursor);
    const parsed = asked.topics.flatMap((topic) => parseTopic(topic) ?? []);
    const reader = live.open({
      face: "topics",
      mailboxes: parsed.flatMap((topic) =>
        topic.kind === "inbox"
          ? [{ mailboxId: topic.mailboxId, startAt: starts?.get(topic.topic) ?? "end" }]
          : [],
      ),
      hints: parsed.flatMap((topic) =>
        topic.kind === "inbox"
          ? []
          : [
              {
                topic: topic.topic,
                tenantUuid: toUuid(fleet.tenantId),
                correlationId: topic.kind === "conversation" ? topic.correlationId : null,
              },
            ],
      ),
      hintsAgeMs: Math.max(0, Date.now() - asked.asOfMs),
      onEvent(streamEvent) {
        const event = readLiveEvent(streamEvent);
        if (event === undefined || isClosed || isDead()) return;
        if (event.event === "ready") asked.onState({ kind: "live" });
        asked.onEvent(event);
      },
    });
    close = () => reader.close();
  });
  return {
    retryNow: () => undefined,
    close() {
      isClosed = true;
      close();
    },
  };
}

const isLive = (shown: Shown): boolean => shown.states.at(-1) === "live";

describe("tabs of one person", () => {
  test("use one connection, which carries what each of them watches", async () => {
    const [first, second] = [openTab(), openTab()];
    const other = (await fleet.addAgent("Other")).id;
    const [one, two] = [first.watch([inboxTopic(mailboxId)], 0), second.watch([inboxTopic(other)], 0)];
    await expect.poll(() => [one, two].every(isLive)).toBe(true);
    await Promise.all([send(5), send(7, other)]);
    await expect.poll(() => [one.sequences, two.sequences]).toEqual([upTo(5), upTo(7)]);
    expect(open()).toBe(1);
  });

  test("each begin where their page ends, also when that is behind the others", async () => {
    const [first, second] = [openTab(), openTab()];
    const one = first.watch([inboxTopic(mailboxId)], 0);
    await send(10);
    await expect.poll(() => one.sequences).toEqual(upTo(10));
    const late = second.watch([inboxTopic(mailboxId)], 4);
    const ahead = second.watch([inboxTopic(mailboxId)], 10);
    const fresh = second.watch([inboxTopic(mailboxId)]);
    await expect.poll(() => [late, ahead].every(isLive)).toBe(true);
    await send(5);
    await expect.poll(() => late.sequences).toEqual(upTo(15, 5));
    await expect.poll(() => ahead.sequences).toEqual(upTo(15, 11));
    await expect.poll(() => one.sequences).toEqual(upTo(15));
    expect(fresh.sequences.at(-1)).toBe(15);
    await expect.poll(open).toBe(1);
  });

  test("do not see the connection of another person's tabs", async () => {
    const mine = openTab().watch([inboxTopic(mailboxId)], 0);
    name = newUuid();
    const theirs = openTab().watch([inboxTopic(mailboxId)], 0);
    await expect.poll(() => [mine, theirs].every(isLive)).toBe(true);
    expect(open()).toBe(2);
  });
});

describe("when the tab that leads goes", () => {
  for (const [how, go] of [
    ["closes", (tab: TestTab) => tab.close()],
    ["is killed", (tab: TestTab) => tab.kill()],
  ] as const)
    test(`and ${how} amid a stream of messages, the others get every one, once and in order`, async () => {
      const all = upTo(4).map(() => openTab());
      const shown = all.map((tab) => tab.watch([inboxTopic(mailboxId)], 0));
      await expect.poll(() => shown.every(isLive)).toBe(true);
      const sending = send(300);
      for (const [n, tab] of all.entries()) {
        await expect.poll(() => shown[3]?.sequences.length ?? 0).toBeGreaterThan((n + 1) * 40);
        if (n < 3) go(tab);
      }
      await sending;
      await expect.poll(() => shown[3]?.sequences.length).toBe(300);
      expect(shown[3]?.sequences).toEqual(upTo(300));
      for (const gone of shown.slice(0, 3)) expect(gone.sequences).toEqual(upTo(gone.sequences.length));
      expect(open()).toBe(1);
    });

  test("what changed while there was no connection is told", async () => {
    const [first, second] = [openTab(), openTab({ gatherMs: 300 })];
    const topics = [conversationTopic(name)];
    const gone = first.watch(topics);
    await expect.poll(() => isLive(gone)).toBe(true);
    const shown = second.watch(topics);
    await expect.poll(() => isLive(shown)).toBe(true);
    first.kill();
    await expect.poll(open).toBe(0);
    await say(name);
    expect([open(), shown.changes]).toEqual([0, []]);
    await expect.poll(() => shown.changes).toEqual(topics);
  });

  test("or is frozen with its lock, one that gets no answer takes it", async () => {
    const [first, second] = [openTab(), openTab({ answerMs: 50 })];
    const one = first.watch([inboxTopic(mailboxId)], 0);
    await expect.poll(() => isLive(one)).toBe(true);
    const two = second.watch([inboxTopic(mailboxId)], 0);
    await expect.poll(() => isLive(two)).toBe(true);
    await send(3);
    await expect.poll(() => two.sequences).toEqual(upTo(3));
    first.freeze();
    two.handle.retryNow();
    await expect.poll(() => two.states.filter((state) => state === "live").length).toBe(2);
    await send(3);
    await expect.poll(() => two.sequences).toEqual(upTo(6));
  });
});

describe("a page that follows another", () => {
  test("keeps the connection while the next is opened, and what others watch goes on untouched", async () => {
    const [first, second] = [openTab(), openTab()];
    const other = (await fleet.addAgent("Other")).id;
    const before = first.watch([inboxTopic(mailboxId)], 0);
    const stays = second.watch([inboxTopic(mailboxId)], 0);
    await expect.poll(() => [before, stays].every(isLive)).toBe(true);
    const sending = send(200);
    for (const cursor of upTo(10, 0)) {
      before.handle.close();
      const next = first.watch(
        cursor % 2 === 0 ? [inboxTopic(other)] : [inboxTopic(mailboxId), trafficTopic],
        cursor,
      );
      await expect.poll(() => isLive(next)).toBe(true);
      next.handle.close();
    }
    await sending;
    await expect.poll(() => stays.sequences).toEqual(upTo(200));
    expect(stays.states).toEqual(["connecting", "live"]);
    await expect.poll(open).toBe(1);
  });

  test("that watches nothing leaves no connection", async () => {
    const tab = openTab();
    const shown = tab.watch([trafficTopic]);
    await expect.poll(open).toBe(1);
    shown.handle.close();
    await expect.poll(open).toBe(0);
  });

  test("hears of what changed after it was loaded, though the connection told that before it joined", async () => {
    const tab = openTab();
    const topics = [conversationTopic(name)];
    const early = tab.watch(topics);
    await expect.poll(() => isLive(early)).toBe(true);
    const loadedAtMs = Date.now();
    await say(name);
    await expect.poll(() => early.changes.length).toBe(1);
    const late = tab.watch(topics, undefined, loadedAtMs);
    await expect.poll(() => late.changes).toEqual(topics);
    // One that was loaded after it does not.
    const informed = tab.watch(topics, undefined, Date.now() + 1);
    await expect.poll(() => isLive(informed)).toBe(true);
    expect(informed.changes).toEqual([]);
    expect(connections).toBe(1);
  });
});

test("what one tab may not watch ends there, and leaves the others alone", async () => {
  const gone = inboxTopic(newId("agt"));
  absent.add(gone);
  const [first, second] = [openTab(), openTab()];
  const good = first.watch([inboxTopic(mailboxId)], 0);
  await expect.poll(() => isLive(good)).toBe(true);
  const bad = second.watch([gone, trafficTopic]);
  await expect.poll(() => bad.states.at(-1)).toBe("ended");
  await send(2);
  await expect.poll(() => good.sequences).toEqual([1, 2]);
  expect(good.states).toEqual(["connecting", "live"]);
  // One that was there and is gone when the connection comes back.
  const later = second.watch([inboxTopic(mailboxId), conversationTopic("c")], 0);
  await expect.poll(() => isLive(later)).toBe(true);
  absent.add(conversationTopic("c"));
  first.kill();
  await expect.poll(() => later.states.at(-1)).toBe("ended");
});

test("those for whom there is no room have a connection of their own", async () => {
  const tab = openTab();
  const many = upTo(maxTopics).map((n) => conversationTopic(`case ${n}`));
  const first = tab.watch(many);
  const second = tab.watch([inboxTopic(mailboxId)], 0);
  await expect.poll(() => [first, second].every(isLive)).toBe(true);
  expect(open()).toBe(2);
  await send(3);
  await expect.poll(() => second.sequences).toEqual([1, 2, 3]);
  second.handle.close();
  await expect.poll(open).toBe(1);
});

test("a browser without locks has a connection for each page", async () => {
  const requests: LiveRequest[] = [];
  const shared = createSharedTransport({
    name,
    connect(asked) {
      requests.push(asked);
      return { retryNow: () => undefined, close: () => undefined };
    },
  });
  const asked: LiveRequest = { topics: [trafficTopic], cursor: "", asOfMs: 0, onEvent() {}, onState() {} };
  shared.connect(asked);
  expect(requests).toEqual([asked]);
});
