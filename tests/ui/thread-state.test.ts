import { expect, test } from "vitest";
import type { MessageView } from "#app/domain/messaging/schema.ts";
import { withoutParts } from "#app/ui/conversation/thread-state.ts";

const message = (id: string, more: object): MessageView =>
  ({
    ...{ id: `msg_${id}`, type: "data_response", senderId: "agt_1", recipientId: "mem_1", replyTo: "msg_q" },
    ...{ erasedAt: null, payload: { data: id } },
    ...more,
  }) as unknown as MessageView;
const part = (id: string, more: object = {}) =>
  message(id, { payload: { data: id, partial: true }, ...more });
const ids = (messages: readonly MessageView[]) => messages.map(({ id }) => id.slice(4));

test("the pieces of an answer are left out once it is there, and those of another are not", () => {
  const question = message("q", { type: "data_request", replyTo: null, payload: { query: "?" } });
  const made = [question, part("a"), part("b")];
  expect(ids(withoutParts(made))).toEqual(["q", "a", "b"]);
  const other = part("other", { replyTo: "msg_p" });
  const whole = [...made, other, message("whole", {})];
  expect(ids(withoutParts(whole))).toEqual(["q", "other", "whole"]);
  expect(ids(withoutParts(whole, "msg_b"))).toEqual(["q", "b", "other", "whole"]);
});
