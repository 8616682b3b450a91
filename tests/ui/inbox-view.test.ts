import { expect, test } from "vitest";
import type { MessageView } from "#app/domain/messaging/schema.ts";
import { toFormProblem } from "#app/ui/form-failure.ts";
import { inboxHref, matchesFilters } from "#app/ui/inbox/inbox-view.ts";
import { summaryOf } from "#app/ui/messages/message-words.ts";
import { initialsOf } from "#app/ui/primitives/avatar.tsx";
import { newId } from "#db/ids.ts";

const sender = newId("agt");
const recipient = newId("agt");
const message: MessageView = {
  id: newId("msg"),
  sequence: 7,
  type: "status_update",
  payload: { status: "building", progress: 54.6, detail: "Half of it compiles" },
  kind: "event",
  sender: { id: sender, kind: "agent", name: "Engineer Ada" },
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
  deliveredAt: "2026-03-12T14:00:00.000Z",
  expiresAt: null,
  erasedAt: null,
};

test("an arrival joins the list only when it fits every filter", () => {
  expect(matchesFilters(message, {})).toBe(true);
  expect(matchesFilters(message, { type: "status_update", status: "delivered", from: sender })).toBe(true);
  expect(matchesFilters(message, { type: "escalation" })).toBe(false);
  expect(matchesFilters(message, { status: "expired" })).toBe(false);
  expect(matchesFilters(message, { from: recipient })).toBe(false);
});

test("a changed parameter leaves the others, and null takes one away", () => {
  const current = new URLSearchParams("agent=agt_1&type=escalation&page=3");
  expect(inboxHref(current, { page: null, message: "msg_1" })).toBe(
    "/dashboard/inbox?agent=agt_1&type=escalation&message=msg_1",
  );
  expect(inboxHref(new URLSearchParams("page=2"), { page: null })).toBe("/dashboard/inbox");
});

test("a message is summed up in one line", () => {
  expect(summaryOf(message)).toBe("building (55 %): Half of it compiles");
  const response: MessageView = {
    ...message,
    type: "data_response",
    payload: { data: [{ a: 1 }, { a: 2 }] },
  };
  expect(summaryOf(response)).toBe("2 rows: a");
});

test.each([
  ["Engineer Ada", "EA"],
  ["support", "SU"],
  ["élan-vital bot", "ÉV"],
  ["7", "7"],
  ["—", "?"],
])("%j has the initials %j", (name, initials) => {
  expect(initialsOf(name)).toBe(initials);
});

test("only an answer with errors and a message is a form problem", () => {
  expect(toFormProblem({ errors: [{ path: "name", message: "x" }, 3], message: "No" })).toEqual({
    errors: [{ path: "name", message: "x" }],
    message: "No",
  });
  expect(toFormProblem({ done: "Key revoked" })).toBeUndefined();
  expect(toFormProblem(undefined)).toBeUndefined();
});
