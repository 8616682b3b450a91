import { beforeEach, describe, expect, test } from "vitest";
import { type InboxTopic, inboxTopic } from "#app/domain/live/schema.ts";
import type { MessageView } from "#app/domain/messaging/schema.ts";
import { CatchUp, type Phase, phaseAfter } from "#app/ui/live/catch-up.ts";
import type { LiveEvent } from "#app/ui/live/transport.ts";
import { newId } from "#db/ids.ts";

const one = inboxTopic(newId("agt"));
const other = inboxTopic(newId("agt"));

const ready = (topics: Record<InboxTopic, { cursor: number; lastSequence: number }>): LiveEvent => ({
  event: "ready",
  data: { cursor: "", topics },
});
const message = (topic: InboxTopic, sequence: number): LiveEvent => ({
  event: "message",
  topic,
  // Only its place matters here.
  data: { sequence } as MessageView,
});

describe("whether a page lacks what came while it was away", () => {
  let catchUp: CatchUp;
  const lose = () => catchUp.hear({ kind: "reconnecting", retryAtMs: 0 });
  beforeEach(() => {
    catchUp = new CatchUp([one, other], new Map([[one, 10]]));
  });

  test("it does not while its connection was never lost", () => {
    catchUp.hear({ kind: "live" });
    expect(catchUp.take(ready({ [one]: { cursor: 10, lastSequence: 12 } }))).toBe(false);
    expect(catchUp.isBehind).toBe(false);
  });

  test("it does from the loss until the last message of the replay", () => {
    lose();
    expect(catchUp.isBehind).toBe(true);
    catchUp.hear({ kind: "live" });
    expect(catchUp.isBehind).toBe(true);
    expect(catchUp.take(ready({ [one]: { cursor: 10, lastSequence: 12 } }))).toBe(true);
    catchUp.take(message(one, 11));
    expect(catchUp.isBehind).toBe(true);
    catchUp.take(message(one, 12));
    expect(catchUp.isBehind).toBe(false);
  });

  test("every mailbox has to be complete", () => {
    lose();
    catchUp.take(ready({ [one]: { cursor: 10, lastSequence: 11 }, [other]: { cursor: 3, lastSequence: 5 } }));
    catchUp.take(message(one, 11));
    expect(catchUp.isBehind).toBe(true);
    catchUp.take({ event: "gap", topic: other, data: { from: 4, through: 5 } });
    expect(catchUp.isBehind).toBe(false);
  });

  test("a connection shared with a page that is less far replays nothing to this one", () => {
    catchUp.take(message(one, 20));
    lose();
    catchUp.take(ready({ [one]: { cursor: 15, lastSequence: 20 } }));
    expect(catchUp.isBehind).toBe(false);
  });

  test("a mailbox that begins anew is complete where it begins", () => {
    lose();
    catchUp.take(ready({ [one]: { cursor: 4, lastSequence: 4 } }));
    expect(catchUp.isBehind).toBe(false);
  });

  test("losing it again in the middle of the replay begins anew", () => {
    lose();
    catchUp.take(ready({ [one]: { cursor: 10, lastSequence: 12 } }));
    lose();
    catchUp.take(message(one, 12));
    expect(catchUp.isBehind).toBe(true);
    expect(catchUp.take(ready({ [one]: { cursor: 12, lastSequence: 12 } }))).toBe(true);
    expect(catchUp.isBehind).toBe(false);
  });
});

test("a page says that it has caught up only after it was away, and when it lacks nothing", () => {
  const go = (phase: Phase, kind: "connecting" | "live" | "offline", isBehind = false) =>
    phaseAfter(phase, { state: { kind }, isBehind });
  expect(go("steady", "connecting")).toBe("steady");
  expect(go("steady", "live", true)).toBe("steady");
  expect(go("steady", "offline", true)).toBe("away");
  expect(go("away", "connecting", true)).toBe("away");
  expect(go("away", "live", true)).toBe("away");
  expect(go("away", "live")).toBe("caught-up");
  expect(go("caught-up", "live", true)).toBe("caught-up");
  expect(go("caught-up", "offline", true)).toBe("away");
});
