import { expect, test } from "vitest";
import { runFollowing, toRuns } from "#app/domain/live/frame-run.ts";
import { formatCursor, inboxTopic, parseCursor, parseSequence, parseTopic } from "#app/domain/live/schema.ts";
import { Wheel } from "#app/domain/live/wheel.ts";
import type { MessageView } from "#app/domain/messaging/schema.ts";
import { createEventStreamParser, type StreamEvent } from "#app/ui/live/event-stream-parser.ts";
import { newId } from "#db/ids.ts";
import { upTo } from "./reader.ts";

const message = (sequence: number, detail: string): MessageView => {
  const sender = { id: newId("agt"), kind: "agent", name: "Ada" } as const;
  const recipient = { id: newId("agt"), kind: "agent", name: "Bob" } as const;
  return {
    id: newId("msg"),
    ...{ sequence, sender, recipient, senderId: sender.id, recipientId: recipient.id },
    ...{ type: "status_update", kind: "event", priority: "normal", payload: { status: "s", detail } },
    ...{ correlationId: "c", replyTo: null, status: "delivered", handling: "unread", reason: null },
    ...{ createdAt: "2026-01-01T00:00:00.000Z", deliveredAt: null, expiresAt: null, erasedAt: null },
  };
};

const parsed = (text: string, pieceLength = text.length): StreamEvent[] => {
  const events: StreamEvent[] = [];
  const parse = createEventStreamParser((event) => events.push(event));
  for (let i = 0; i < text.length; i += pieceLength) parse(text.slice(i, i + pieceLength));
  return events;
};

test("line ends inside a message cannot break out of its event", () => {
  const [run] = toRuns([message(7, "a\r\nb\n\nid: 9\nevent: bye\u2028\u0000")], 6, 7);
  const events = parsed(Buffer.from(run?.inbox() ?? "").toString());
  expect(events).toHaveLength(1);
  expect(events[0]).toMatchObject({ event: "message", id: "7" });
  expect(JSON.parse(events[0]?.data ?? "{}").payload.detail).toBe("a\r\nb\n\nid: 9\nevent: bye\u2028\u0000");
});

test("runs cover what was read without a hole, in pieces of bounded size", () => {
  const messages = upTo(60, 11).map((sequence) => message(sequence, "x".repeat(2_000)));
  const runs = toRuns(messages, 10, 63);
  expect(runs.length).toBeGreaterThan(2);
  expect(runs[0]?.after).toBe(10);
  expect(runs.at(-1)?.through).toBe(63);
  for (const [index, run] of runs.entries()) {
    expect(run.after).toBe(runs[index - 1]?.through ?? 10);
    expect(run.byteLength).toBeLessThan(40_000);
    for (let cursor = run.after; cursor < run.through; cursor += 1)
      expect(runFollowing(runs, cursor)).toBe(run);
  }
  expect(runFollowing(runs, 63)).toBeUndefined();
  expect(runFollowing(runs, 9)).toBeUndefined();
  // An end past the last message is covered too: what lies between is not to be handed out.
  expect(toRuns([], 3, 5)).toMatchObject([{ after: 3, through: 5, frames: [] }]);
  expect(toRuns([], 5, 5)).toEqual([]);
});

test("the parser gives the same events whatever the pieces and the line ends", () => {
  const lines = [
    ": hello",
    "retry: 9",
    "id: 1",
    "event: message",
    "data: a",
    "data:  b",
    "",
    "data",
    "",
    "event: x",
    "",
    "id",
    "data: c",
    "",
    "data: never ended",
  ];
  for (const end of ["\n", "\r", "\r\n"]) {
    const text = `\uFEFF${lines.join(end)}`;
    for (const pieceLength of [1, 2, 3, 7, text.length]) {
      expect(parsed(text, pieceLength)).toEqual([
        { event: "message", data: "a\n b", id: "1" },
        { event: "message", data: "", id: "1" },
        { event: "message", data: "c", id: "" },
      ]);
    }
  }
});

test("cursors say what they were given, and nothing else is one", () => {
  const [first, second] = [inboxTopic(newId("agt")), inboxTopic(newId("dsk"))];
  const text = formatCursor([
    [first, 0],
    [second, 12],
  ]);
  expect(parseCursor(text)).toEqual(
    new Map([
      [first, 0],
      [second, 12],
    ]),
  );
  for (const bad of [
    "",
    "x",
    `${first}`,
    `${first}=`,
    `${first}=-1`,
    `${first}=1.5`,
    `${first}=01`,
    `${first}=9007199254740993`,
    `${first}=1,`,
    `${first}=1,${first}=2`,
    "inbox:agt_x=1",
    `${first}=1 `,
  ])
    expect(parseCursor(bad), bad).toBeUndefined();
  for (const bad of ["", " 1", "1e3", "-0", "00", "9007199254740992", "99999999999999999999"])
    expect(parseSequence(bad), bad).toBeUndefined();
  expect(parseSequence("9007199254740991")).toBe(Number.MAX_SAFE_INTEGER);
  expect(parseTopic(`outbox:${newId("agt")}`)).toBeUndefined();
  expect(parseTopic(`inbox:${newId("usr")}`)).toBeUndefined();
});

test("a wheel gives each item one turn in a period, spread over it", () => {
  const wheel = new Wheel<{ wheelSlot: number; name: number }>(8);
  const items = upTo(80).map((name) => ({ wheelSlot: 0, name }));
  for (const item of items) wheel.add(item);
  const [gone] = items;
  if (gone !== undefined) wheel.delete(gone);
  const turns = upTo(8).map(() => [...wheel.turn()]);
  expect(
    turns
      .flat()
      .map((item) => item.name)
      .sort((a, b) => a - b),
  ).toEqual(upTo(80, 2));
  for (const turn of turns) expect(turn.length).toBeLessThanOrEqual(10);
  expect([...wheel.turn()]).toEqual(turns[0]);
});
