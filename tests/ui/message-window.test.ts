import { expect, test } from "vitest";
import type { InboxPage, MessageView } from "#app/domain/messaging/schema.ts";
import {
  heldCount,
  type MessageWindow,
  missingPages,
  openWindow,
  pageSize,
  prune,
  release,
  rowCount,
  rowOf,
  sequenceAt,
  withArrivals,
  withDelivery,
  withPage,
  withReload,
} from "#app/ui/inbox/message-window.ts";
import { newId } from "#db/ids.ts";

const [sender, recipient] = [newId("agt"), newId("agt")];

const message = (sequence: number, type: "escalation" | "status_update" = "status_update"): MessageView => ({
  id: newId("msg"),
  sequence,
  ...(type === "escalation"
    ? { type, payload: { reason: "Stuck", severity: "high" } }
    : { type, payload: { status: "working" } }),
  kind: "event",
  sender: { id: sender, kind: "agent", name: "Engineer" },
  recipient: { id: recipient, kind: "agent", name: "Planner" },
  senderId: sender,
  recipientId: recipient,
  priority: "normal",
  correlationId: "c-1",
  replyTo: null,
  status: "delivered",
  handling: "unread",
  reason: null,
  createdAt: "2026-03-12T14:00:00.000Z",
  deliveredAt: null,
  expiresAt: null,
  erasedAt: null,
});

const descending = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, from - to + 1) }, (_, index) => from - index);

/** The page of a mailbox whose newest is `last`, before a sequence. */
const pageOf = (sequences: number[], last: number, total = last): InboxPage => ({
  messages: sequences.map((sequence) => message(sequence)),
  pagination: { total, totalIsExact: true, page: 1, limit: pageSize },
  cursor: last,
});

const wholeOf = (last: number, total = last): MessageWindow =>
  openWindow(
    pageOf(descending(last, Math.max(last - total, last - pageSize) + 1), last, total),
    {},
    null,
    total,
  );

const shown = (window: MessageWindow): (number | undefined)[] =>
  Array.from({ length: Math.min(5, rowCount(window)) }, (_, row) => sequenceAt(window, row));

test("a whole mailbox has its full height at once, and any row its sequence", () => {
  const window = wholeOf(100_000);
  expect(rowCount(window)).toBe(100_000);
  expect(sequenceAt(window, 0)).toBe(100_000);
  expect(sequenceAt(window, 99_999)).toBe(1);
  expect(sequenceAt(window, 100_000)).toBeUndefined();
  expect(rowOf(window, 40_000)).toBe(60_000);
});

test("what retention has taken is no row", () => {
  const window = wholeOf(1_000, 200);
  expect(rowCount(window)).toBe(200);
  expect(sequenceAt(window, 199)).toBe(801);
  expect(rowOf(window, 800)).toBe(-1);
});

test("only the blocks that are looked at and not here are asked for, at fixed places", () => {
  const window = wholeOf(1_020);
  expect(missingPages(window, 0, 20)).toEqual([]);
  expect(missingPages(window, 500, 530)).toEqual([551, 501]);
  // The list moves on, and the same block is still the same request.
  const moved = withArrivals(window, [message(1_021)], false);
  expect(missingPages(moved, 501, 531)).toEqual([551, 501]);
  const filled = withPage(moved, 551, pageOf(descending(550, 501), 1_021));
  expect(missingPages(filled, 501, 531)).toEqual([501]);
});

test("arrivals are held back while somebody reads, and nothing moves until they are asked for", () => {
  const reading = withArrivals(wholeOf(100), [message(101), message(102)], true);
  expect(shown(reading)).toEqual([100, 99, 98, 97, 96]);
  expect(heldCount(reading)).toBe(2);
  const caughtUp = release(reading);
  expect(shown(caughtUp)).toEqual([102, 101, 100, 99, 98]);
  expect(heldCount(caughtUp)).toBe(0);
});

test("an arrival that is here already is not taken in twice", () => {
  const window = withArrivals(wholeOf(100), [message(101)], false);
  expect(withArrivals(window, [message(101)], false)).toBe(window);
});

test("filters let arrivals through by their own rule, and hold those too", () => {
  const filters = { type: "escalation" } as const;
  const opened = openWindow(
    { ...pageOf([], 100, 0), messages: [message(90, "escalation")] },
    filters,
    null,
    100,
  );
  const reading = withArrivals(opened, [message(101), message(102, "escalation")], true);
  expect(shown(reading)).toEqual([90]);
  expect(heldCount(reading)).toBe(1);
  expect(shown(release(reading))).toEqual([102, 90]);
  expect(rowOf(release(reading), 90)).toBe(1);
});

test("with filters the list is read on from its last match until there is no more", () => {
  const filters = { from: sender } as const;
  const opened = openWindow(pageOf(descending(100, 51), 100), filters, null, 100);
  expect(missingPages(opened, 0, 20)).toEqual([]);
  expect(missingPages(opened, 40, 60)).toEqual([51]);
  const read = withPage(opened, 51, pageOf([50, 48], 100));
  expect(rowCount(read)).toBe(52);
  expect(missingPages(read, 50, 80)).toEqual([]);
  // An answer that comes late is not put in twice.
  expect(withPage(read, 51, pageOf([50, 48], 100))).toBe(read);
});

test("what was loaded again keeps what is known and read", () => {
  const reading = withArrivals(wholeOf(100), [message(101)], true);
  const again = withReload(reading, wholeOf(103), true);
  expect(shown(again)).toEqual([100, 99, 98, 97, 96]);
  expect(heldCount(again)).toBe(3);
  expect(shown(withReload(reading, wholeOf(103), false))[0]).toBe(103);
});

test("what became of a message is shown on its row", () => {
  const window = withDelivery(wholeOf(10), { sequence: 9, status: "expired", handling: "dead" });
  expect(window.messages.get(9)).toMatchObject({ status: "expired", handling: "dead" });
});

test("a list that is open all day keeps what is near and fetches the rest again", () => {
  let window = wholeOf(100);
  for (let n = 101; n <= 20_000; n += 1) window = prune(withArrivals(window, [message(n)], false), 0, 15);
  expect(window.messages.size).toBeLessThanOrEqual(2_000);
  expect(rowCount(window)).toBe(20_000);
  expect(missingPages(window, 0, 40)).toEqual([]);
  expect(missingPages(window, 15_000, 15_000)).toHaveLength(1);
});

test("with filters, too, it keeps one piece and reads on where that ends", () => {
  const filters = { from: sender } as const;
  let window = openWindow(pageOf([100], 100, 1), filters, null, 100);
  for (let n = 101; n <= 6_000; n += 1) window = prune(withArrivals(window, [message(n)], false), 0, 15);
  expect(rowCount(window)).toBeLessThanOrEqual(2_000);
  const last = sequenceAt(window, rowCount(window) - 1) ?? 0;
  expect(missingPages(window, rowCount(window) - 10, rowCount(window))).toEqual([last]);
});
