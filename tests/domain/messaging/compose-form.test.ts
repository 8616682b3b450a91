import { expect, test } from "vitest";
import { composeFormSchema } from "#app/domain/messaging/compose-form.ts";
import { newId } from "#db/ids.ts";

const recipientId = newId("agt");
const parse = (fields: Record<string, string>) => composeFormSchema.safeParse({ recipientId, ...fields });
const faultsOf = (fields: Record<string, string>) =>
  parse(fields).error?.issues.map(({ path, message }) => [path.join("."), message]) ?? [];

test("each type's fields become its payload, and empty ones are left out", () => {
  const cases: [Record<string, string>, object][] = [
    [
      {
        type: "task_handoff",
        taskId: "T-1",
        description: " Grease it ",
        taskPriority: "high",
        dueDate: "2026-03-01",
        context: '{"a":1}',
      },
      { taskId: "T-1", description: "Grease it", priority: "high", dueDate: "2026-03-01", context: { a: 1 } },
    ],
    [
      { type: "status_update", status: "done", detail: "", progress: "40", taskId: "" },
      { status: "done", progress: 40 },
    ],
    [
      { type: "data_request", query: "How many?", format: "json", dataSource: "" },
      { query: "How many?", format: "json" },
    ],
    [
      { type: "data_response", data: "[1, 2]", format: "json" },
      { data: [1, 2], format: "json" },
    ],
    [
      { type: "data_response", data: "[1, 2]", format: "" },
      { data: "[1, 2]", format: "text" },
    ],
    [
      { type: "escalation", reason: "It burns", severity: "critical" },
      { reason: "It burns", severity: "critical" },
    ],
  ];
  for (const [fields, payload] of cases)
    expect(JSON.parse(JSON.stringify(parse(fields).data?.send.payload))).toEqual(payload);
});

test("a short reply's one field goes where its type has it", () => {
  const payloadOf = (fields: Record<string, string>) =>
    JSON.parse(
      JSON.stringify(parse({ ...fields, text: "Bay 7 ", requestId: "r", taskId: "T-1" }).data?.send.payload),
    );
  expect(payloadOf({ type: "status_update" })).toEqual({ status: "reply", detail: "Bay 7", taskId: "T-1" });
  expect(payloadOf({ type: "data_response" })).toEqual({ data: "Bay 7", format: "text", requestId: "r" });
  expect(payloadOf({ type: "data_request" })).toEqual({ query: "Bay 7" });
});

test("what is wrong is said of the field that the form has", () => {
  expect(faultsOf({ type: "task_handoff", taskId: "", description: "", context: "" })).toEqual([
    ["taskId", "must not be empty"],
    ["description", "must not be empty"],
  ]);
  expect(faultsOf({ type: "task_handoff", taskId: "T", description: "x", context: "{" })).toEqual([
    ["context", "is not valid JSON"],
  ]);
  expect(
    faultsOf({ type: "task_handoff", taskId: "T", description: "x", taskPriority: "urgent" })[0]?.[0],
  ).toBe("taskPriority");
  expect(faultsOf({ type: "status_update", status: "x", progress: "much" })[0]?.[0]).toBe("progress");
  expect(faultsOf({ type: "status_update", status: "x", ttl: "0" })[0]?.[0]).toBe("ttl");
  expect(faultsOf({ type: "status_update", text: " " })).toEqual([["text", "must not be empty"]]);
  expect(faultsOf({ type: "data_response", text: "" })).toEqual([["text", "must not be empty"]]);
  expect(faultsOf({ type: "data_response", data: "{", format: "json" })[0]?.[0]).toBe("data");
  expect(faultsOf({ type: "status_update", status: "x", recipientId: "mem_1" })[0]?.[0]).toBe("recipientId");
});
