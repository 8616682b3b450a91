import { expect, test } from "vitest";
import type { AskEvent } from "#app/domain/asking/ask-schema.ts";
import { formatCost, formatDuration } from "#app/ui/asking/ask-words.ts";
import { afterEvent, afterFailure, type Exchange } from "#app/ui/asking/exchange.ts";

const begun: Exchange = {
  key: "k",
  question: "How many?",
  timeoutSeconds: 60,
  phase: "asking",
  startedAtMs: 0,
  text: "",
};
const place = { conversationId: "c", messageId: "msg_1" } as const;
const question: AskEvent = {
  event: "question",
  data: { ...place, agentId: "agt_1", agentState: "active", timeoutSeconds: 60 },
};
const partial = (text: string): AskEvent => ({
  event: "partial",
  data: { ...place, partialId: "msg_2", text },
});
const answer: AskEvent = {
  event: "answer",
  data: {
    ...place,
    ...{ answerId: "msg_3", answer: "Seven.", format: null, usage: null, toolsCalled: [], durationMs: 5 },
  },
};
const after = (...events: AskEvent[]) => events.reduce(afterEvent, begun);

test("an answer grows piece by piece and is then there in full", () => {
  expect(after(question)).toMatchObject({ phase: "waiting", conversationId: "c" });
  expect(after(question, partial("Sev"), partial("en"))).toMatchObject({ phase: "answering", text: "Seven" });
  expect(after(question, partial("Sev"), answer)).toMatchObject({
    phase: "answered",
    answer: { answer: "Seven." },
  });
});

test("after a reconnect the pieces are told again, and stand there once", () => {
  const bye: AskEvent = { event: "bye", data: { ...place, retryMs: 1 } };
  expect(after(question, partial("Sev"), bye, question, partial("Sev"), partial("en"))).toMatchObject({
    phase: "answering",
    text: "Seven",
  });
});

test("what is over stays as it is", () => {
  const timeout: AskEvent = { event: "timeout", data: { ...place, detail: "Too late." } };
  const over = after(question, timeout, partial("x"), answer);
  expect(over).toMatchObject({ phase: "timeout", detail: "Too late.", text: "" });
  expect(afterFailure(over, { detail: "lost" })).toBe(over);
  expect(afterFailure(after(question), { detail: "Wait.", retryAtMs: 9 })).toMatchObject({
    phase: "failed",
    retryAtMs: 9,
  });
});

test("costs and durations are told in few figures", () => {
  expect([0, 10, 8_700, 1_234_567].map(formatCost)).toEqual(["$0.00", "< $0.0001", "$0.0087", "$1.2346"]);
  expect([840, 3_240, 80_000].map(formatDuration)).toEqual(["840 ms", "3.2 s", "1 min 20 s"]);
});
