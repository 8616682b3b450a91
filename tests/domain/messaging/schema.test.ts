import { expect, test } from "vitest";
import {
  correlationIdSchema,
  idempotencyKeySchema,
  inboxQuerySchema,
  kindOfType,
  messageTypes,
  sendMessageSchema,
} from "#app/domain/messaging/schema.ts";
import { newId } from "#db/ids.ts";

const recipientId = newId("agt");
const nested = (levels: number): unknown => (levels === 1 ? [] : [nested(levels - 1)]);

const payloads = {
  task_handoff: {
    taskId: "T-1",
    description: "Build it",
    priority: "high",
    dueDate: "2026-03-01",
    context: { branch: "main" },
  },
  status_update: { taskId: "T-1", status: "working", progress: 40, detail: "Half of it" },
  data_request: { query: "Orders of May", dataSource: "warehouse", format: "table" },
  data_response: { requestId: "R-1", data: [{ orders: 12 }], format: "json" },
  escalation: { reason: "No budget left", severity: "critical", taskId: "T-1", context: "quota" },
} as const;

const envelopeOf = (type: keyof typeof payloads) => ({ recipientId, type, payload: payloads[type] });
const issuesOf = (input: unknown) =>
  sendMessageSchema.safeParse(input).error?.issues.map((issue) => issue.path.join(".")) ?? [];

test.each(messageTypes)("a full %s passes and keeps every field", (type) => {
  const parsed = sendMessageSchema.parse(envelopeOf(type));
  expect(parsed).toEqual({ ...envelopeOf(type), priority: "normal" });
  expect(kindOfType[type]).toMatch(/command|event|query|response|notification/);
});

test("the operators' desk can be addressed without its id", () => {
  expect(issuesOf({ ...envelopeOf("escalation"), recipientId: "operators" })).toEqual([]);
});

test.each([null, false, 0, "", "text", [], {}])("a data_response may carry %j", (data) => {
  expect(issuesOf({ recipientId, type: "data_response", payload: { data } })).toEqual([]);
});

const status = (payload: object, envelope: object = {}) => ({
  ...envelopeOf("status_update"),
  ...envelope,
  payload: { status: "working", ...payload },
});
const response = (data: unknown) => ({ recipientId, type: "data_response", payload: { data } });

test.each([
  ["no type", { recipientId, payload: {} }, "type"],
  ["an unknown type", { recipientId, type: "rumour", payload: {} }, "type"],
  [
    "another type's payload",
    { ...envelopeOf("escalation"), payload: payloads.data_request },
    "payload.reason",
  ],
  ["an unknown field in the envelope", status({}, { urgent: true }), ""],
  ["an unknown field in the payload", status({ mood: "good" }), "payload"],
  ["a missing required field", { ...envelopeOf("data_response"), payload: {} }, "payload.data"],
  ["no payload", { recipientId, type: "status_update" }, "payload"],
  ["no recipient", { type: "status_update", payload: { status: "x" } }, "recipientId"],
  ["a recipient of another kind", status({}, { recipientId: newId("usr") }), "recipientId"],
  ["a malformed recipient", status({}, { recipientId: "agt_123" }), "recipientId"],
  ["a recipient beyond 128 bits", status({}, { recipientId: `agt_8${"z".repeat(25)}` }), "recipientId"],
  ["a sender that is a number", status({}, { senderId: 7 }), "senderId"],
  ["a reply to something else", status({}, { replyTo: newId("agt") }), "replyTo"],
  ["progress above 100", status({ progress: 100.5 }), "payload.progress"],
  ["progress below 0", status({ progress: -1 }), "payload.progress"],
  ["progress that is no number", status({ progress: "40" }), "payload.progress"],
  ["progress that overflowed", status({ progress: Number.POSITIVE_INFINITY }), "payload.progress"],
  ["an empty status", status({ status: "" }), "payload.status"],
  ["a status too long", status({ status: "x".repeat(201) }), "payload.status"],
  ["a NUL in text", status({ detail: "a\0b" }), "payload.detail"],
  ["a lone surrogate in text", status({ detail: "a\ud800" }), "payload.detail"],
  ["a NUL deep in data", response({ rows: [{ name: "a\0" }] }), "payload.data.rows.0.name"],
  ["a NUL in a name", response({ "a\0": 1 }), "payload.data"],
  ["a lone surrogate in a name", response({ "\udfff": 1 }), "payload.data"],
  ["a number that overflowed", response({ n: Number.POSITIVE_INFINITY }), "payload.data.n"],
  ["a payload nested too deeply", response(nested(32)), `payload.data${".0".repeat(31)}`],
  ["a payload too large", response("x".repeat(256 * 1024)), "payload"],
  ["a payload too large in bytes", response("é".repeat(128 * 1024)), "payload"],
  [
    "a date that is none",
    { ...envelopeOf("task_handoff"), payload: { ...payloads.task_handoff, dueDate: "2026-02-30" } },
    "payload.dueDate",
  ],
  [
    "an instant without offset",
    { ...envelopeOf("task_handoff"), payload: { ...payloads.task_handoff, dueDate: "2026-02-03T10:00:00" } },
    "payload.dueDate",
  ],
  ["an unknown priority", status({}, { priority: "asap" }), "priority"],
  ["a TTL of nothing", status({}, { ttlSeconds: 0 }), "ttlSeconds"],
  ["a TTL above 30 days", status({}, { ttlSeconds: 2_592_001 }), "ttlSeconds"],
  ["a TTL in parts of a second", status({}, { ttlSeconds: 1.5 }), "ttlSeconds"],
  ["a correlation id too long", status({}, { correlationId: "c".repeat(201) }), "correlationId"],
  ["an empty correlation id", status({}, { correlationId: "" }), "correlationId"],
  [
    "a correlation id that an address takes for a folder",
    status({}, { correlationId: ".." }),
    "correlationId",
  ],
  [
    "a correlation id that an address takes for this folder",
    status({}, { correlationId: "." }),
    "correlationId",
  ],
  ["a line break in a correlation id", status({}, { correlationId: "a\nb" }), "correlationId"],
  ["a NUL in a correlation id", status({}, { correlationId: "a\0b" }), "correlationId"],
  ["a list instead of an object", [], ""],
])("%s is refused and named", (_what, input, path) => {
  expect(issuesOf(input)).toContain(path);
});

test("what JSON.parse makes of __proto__ is an unknown field, and data may carry it", () => {
  const envelope = {
    recipientId,
    type: "status_update",
    payload: JSON.parse('{"status":"x","__proto__":{}}'),
  };
  expect(issuesOf(envelope)).toContain("payload");
  expect(issuesOf(response(JSON.parse('{"__proto__":{"a":1}}')))).toEqual([]);
});

test("what is just within its bounds passes", () => {
  expect(issuesOf(response(nested(31)))).toEqual([]);
  expect(issuesOf(response("x".repeat(256 * 1024 - '{"data":""}'.length)))).toEqual([]);
  expect(issuesOf(status({ detail: "👩‍🚀 Ünïcödé" }, { correlationId: "Bestellung № 7 — 👩‍🚀" }))).toEqual(
    [],
  );
});

test("text that is stored as it is written", () => {
  expect(correlationIdSchema.safeParse("order/7?x=1#2").success).toBe(true);
  expect(idempotencyKeySchema.safeParse("3f1c-7").success).toBe(true);
  for (const key of ["", "a b", "ключ", "x".repeat(201), "a\n"])
    expect(idempotencyKeySchema.safeParse(key).success, key).toBe(false);
});

test("an inbox query is read from a URL's text", () => {
  expect(inboxQuerySchema.parse({})).toEqual({ limit: 20 });
  expect(inboxQuerySchema.parse({ page: "3", limit: "100" })).toEqual({ page: 3, limit: 100 });
  expect(inboxQuerySchema.parse({ after: "0", from: recipientId })).toEqual({
    after: 0,
    limit: 20,
    from: recipientId,
  });
});

test.each([
  ["page", "0"],
  ["page", "-1"],
  ["page", "1e3"],
  ["page", "99999999999999999999"],
  ["limit", "0"],
  ["limit", "101"],
  ["limit", "ten"],
  ["after", "1.5"],
  ["after", "9007199254740993"],
  ["type", "rumour"],
  ["status", "read"],
  ["from", "agt_x"],
])("an inbox query with %s=%s is refused and named", (name, value) => {
  const issues = inboxQuerySchema.safeParse({ [name]: value }).error?.issues ?? [];
  expect(issues.map((issue) => issue.path.join("."))).toEqual([name]);
});

test("page and after exclude each other", () => {
  expect(inboxQuerySchema.safeParse({ page: "1", after: "5" }).error?.issues[0]?.path).toEqual(["after"]);
});
