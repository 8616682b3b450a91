import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import { createRouteTenant, type RouteAgent } from "./api-client.ts";

let server: TestServer;
let sender: RouteAgent;
let recipient: RouteAgent;

beforeAll(async () => {
  server = await startTestServer();
  const tenant = await createRouteTenant(server.runtime, server.origin);
  sender = await tenant.addAgent("Sender");
  recipient = await tenant.addAgent("Recipient");
  expect((await tenant.client.put(`/api/agents/${sender.id}/allowlist/${recipient.id}`)).status).toBe(204);
});
afterAll(() => server.close());

const task = { taskId: "T-1", description: "Paint it", priority: "low" };
const valid = () => ({ recipientId: recipient.id, type: "task_handoff", payload: task });
const json = { "Content-Type": "application/json" };

/** `[[[…]]]`, `depth` deep. */
const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
const bodyText = (payload: string, envelope = "") =>
  `{"recipientId":"${recipient.id}","type":"task_handoff","payload":${payload}${envelope}}`;
const payloadText = (extra: string) => `{"taskId":"T-1","description":"Paint it","priority":"low",${extra}}`;

async function storedRows(): Promise<Record<string, number>> {
  const [row] = await server.database.owner<Record<string, number>[]>`
    select
      (select count(*)::int from messages) as messages,
      (select count(*)::int from deliveries) as deliveries,
      (select count(*)::int from idempotency_keys) as keys,
      (select count(*)::int from audit_events where action like 'message.%') as events,
      (select sum(last_sequence)::int from mailboxes) as sequences
  `;
  return row ?? {};
}

interface BadInput {
  name: string;
  send: () => Promise<{ status: number; body: Record<string, unknown> }>;
  status: number;
  code?: string;
  /** Of one of `errors[]`. */
  path?: string;
}

const post = (body: unknown, headers?: Record<string, string>) =>
  sender.client.post("/api/messaging/send", body, headers);
const postText = (body: BodyInit, headers: Record<string, string> = json) =>
  sender.client.raw("/api/messaging/send", { method: "POST", body, headers, duplex: "half" });

/** One field of the envelope wrong. */
const envelope = (name: string, field: string, value: unknown, path = field): BadInput => ({
  name,
  send: () => post({ ...valid(), [field]: value }),
  status: 400,
  code: "invalid_input",
  path,
});
/** The payload of a task_handoff with something wrong in it. */
const payload = (name: string, fields: Record<string, unknown>, path: string): BadInput => ({
  name,
  send: () => post({ ...valid(), payload: { ...task, ...fields } }),
  status: 400,
  code: "invalid_input",
  path,
});
const text = (name: string, body: () => BodyInit, rest: Omit<BadInput, "name" | "send">): BadInput => ({
  name,
  send: () => postText(body()),
  ...rest,
});
const header = (name: string, key: string): BadInput => ({
  name,
  send: () => post(valid(), { "Idempotency-Key": key }),
  status: 400,
  code: "invalid_input",
  path: "header.Idempotency-Key",
});

const badInputs: BadInput[] = [
  // What PostgreSQL cannot store.
  payload("NUL in a text", { description: "a\0b" }, "payload.description"),
  payload("NUL in a name inside free JSON", { context: { "k\0": 1 } }, "payload.context"),
  payload("a lone high surrogate", { description: "a\ud800" }, "payload.description"),
  payload("a lone low surrogate deep in free JSON", { context: { a: ["\udc00"] } }, "payload.context.a.0"),
  envelope("NUL in the correlation id", "correlationId", "a\0b"),
  envelope("a line break in the correlation id", "correlationId", "a\nb"),

  // Too large, too deep.
  text("a body over 1 MiB", () => bodyText(payloadText(`"context":{"x":"${"x".repeat(1024 * 1024)}"}`)), {
    status: 413,
    code: "payload_too_large",
  }),
  text(
    "a chunked body over 1 MiB",
    () => {
      let sent = 0;
      return new ReadableStream({
        pull(controller) {
          sent += 65_536;
          if (sent > 2 * 1024 * 1024) controller.close();
          else controller.enqueue(Buffer.alloc(65_536, " "));
        },
      });
    },
    { status: 413, code: "payload_too_large" },
  ),
  text(
    "a payload over its own limit",
    () => bodyText(payloadText(`"context":{"x":"${"x".repeat(300 * 1024)}"}`)),
    { status: 400, code: "invalid_input", path: "payload" },
  ),
  text("JSON 65 deep", () => bodyText(payloadText(`"context":{"x":${nested(65)}}`)), { status: 400 }),
  text("JSON 100,000 deep", () => nested(100_000), { status: 400 }),
  text("a payload 40 deep", () => bodyText(payloadText(`"context":{"x":${nested(40)}}`)), {
    status: 400,
    code: "invalid_input",
    path: `payload.context.x${".0".repeat(30)}`,
  }),
  envelope("a correlation id over 200 characters", "correlationId", "x".repeat(201)),
  envelope("an empty correlation id", "correlationId", ""),
  envelope("a correlation id that no address can hold", "correlationId", ".."),

  // Ids.
  envelope("a recipient that is no id", "recipientId", "planner"),
  envelope("a recipient id of another kind", "recipientId", "usr_01h455vb4pex5vsknk084sn02q"),
  envelope("a recipient id that overflows", "recipientId", "agt_8zzzzzzzzzzzzzzzzzzzzzzzzz"),
  envelope("a recipient that is a number", "recipientId", 7),
  envelope("a sender that is no id", "senderId", "me"),
  envelope("a reply to what is no id", "replyTo", "msg_1"),
  {
    name: "a reply to a message that is not there",
    send: () => post({ ...valid(), replyTo: "msg_01h455vb4pex5vsknk084sn02q" }),
    status: 400,
    code: "invalid_input",
    path: "replyTo",
  },

  // Numbers.
  envelope("a TTL of 0", "ttlSeconds", 0),
  envelope("a TTL of 31 days", "ttlSeconds", 31 * 86_400),
  envelope("a TTL of half a second", "ttlSeconds", 0.5),
  envelope("a TTL as text", "ttlSeconds", "60"),
  text("a number that overflows", () => bodyText(payloadText('"context":{"x":1e400}')), {
    status: 400,
    path: "payload.context.x",
  }),
  text("an integer that loses digits", () => bodyText(payloadText('"context":{"x":9007199254740993}')), {
    status: 400,
    path: "payload.context.x",
  }),
  {
    name: "a progress of 101",
    send: () => post({ ...valid(), type: "status_update", payload: { status: "x", progress: 101 } }),
    status: 400,
    path: "payload.progress",
  },

  // Fields.
  envelope("an unknown field", "urgent", true),
  payload("an unknown field in the payload", { assignee: "x" }, "payload.assignee"),
  text("an unknown field named __proto__", () => bodyText(JSON.stringify(task), ',"__proto__":{"x":1}'), {
    status: 400,
  }),
  envelope("an unknown type", "type", "poke"),
  envelope("an unknown priority", "priority", "asap"),
  envelope("another type's payload", "payload", { reason: "x", severity: "low" }, "payload.taskId"),
  envelope("no payload", "payload", undefined),
  envelope("a payload that is a list", "payload", []),
  envelope("no recipient", "recipientId", undefined),
  payload("a severity for a priority", { priority: "critical" }, "payload.priority"),

  // The body as such.
  text("no JSON", () => "{nope", { status: 400, code: "malformed_body" }),
  text("nothing", () => "", { status: 400, code: "malformed_body" }),
  text("two values", () => "{}{}", { status: 400, code: "malformed_body" }),
  text("bytes that are no UTF-8", () => Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), {
    status: 400,
    code: "malformed_body",
  }),
  text("a list", () => "[]", { status: 400, code: "invalid_input" }),
  text("null", () => "null", { status: 400, code: "invalid_input" }),
  {
    name: "a form",
    send: () => postText("recipientId=x", { "Content-Type": "application/x-www-form-urlencoded" }),
    status: 415,
    code: "unsupported_media_type",
  },
  {
    name: "JSON in UTF-16",
    send: () => postText(JSON.stringify(valid()), { "Content-Type": "application/json; charset=utf-16" }),
    status: 415,
    code: "unsupported_media_type",
  },
  {
    name: "no type",
    send: () => postText(Buffer.from(JSON.stringify(valid())), {}),
    status: 415,
    code: "unsupported_media_type",
  },

  // Headers and query.
  header("an empty idempotency key", ""),
  header("an idempotency key over 200 characters", "x".repeat(201)),
  header("an idempotency key with a space", "a b"),
  header("an idempotency key beyond ASCII", "caf\u00e9"),
  {
    name: "an unknown query parameter",
    send: () => sender.client.post("/api/messaging/send?dryRun=1", valid()),
    status: 400,
    code: "invalid_input",
    path: "query.dryRun",
  },
  {
    name: "another method",
    send: () => sender.client.get("/api/messaging/send"),
    status: 405,
    code: "method_not_allowed",
  },
];

describe("a send with bad input", () => {
  test("would be accepted without it", async () => {
    expect((await post(valid(), { "Idempotency-Key": "x".repeat(200) })).status).toBe(201);
    expect((await postText(bodyText(payloadText(`"context":{"x":${nested(25)}}`)))).status).toBe(201);
  });

  test.each(badInputs)("$name: $status, named, and no row", async ({ send, status, code, path }) => {
    const before = await storedRows();
    const answer = await send();
    expect({ status: answer.status, text: answer.body }).toMatchObject({ status });
    expect(answer.body).toMatchObject({
      type: expect.any(String),
      title: expect.any(String),
      status,
      detail: expect.any(String),
      category: "validation",
      requestId: expect.stringMatching(/^.{8,}/),
      ...(code !== undefined && { code }),
    });
    if (path !== undefined)
      expect(answer.body.errors).toContainEqual({ path, message: expect.stringMatching(/./) });
    expect(await storedRows()).toEqual(before);
  });
});

describe("a read with bad input", () => {
  test.each([
    ["inbox", "?limit=0", "query.limit"],
    ["inbox", "?limit=101", "query.limit"],
    ["inbox", "?limit=ten", "query.limit"],
    ["inbox", "?limit=", "query.limit"],
    ["inbox", "?limit=20&limit=20", "query.limit"],
    ["inbox", "?page=0", "query.page"],
    ["inbox", "?page=-1", "query.page"],
    ["inbox", "?page=502", "query.page"],
    ["inbox", "?page=99999999999999999999", "query.page"],
    ["inbox", "?after=-1", "query.after"],
    ["inbox", "?after=1e3", "query.after"],
    ["inbox", "?after=99999999999999999999", "query.after"],
    ["inbox", "?after=%00", "query.after"],
    ["inbox", "?page=1&after=1", "query.after"],
    ["inbox", "?type=poke", "query.type"],
    ["inbox", "?status=lost", "query.status"],
    ["inbox", "?from=me", "query.from"],
    ["inbox", "?order=asc", "query.order"],
    ["inbox", "?from=%ff", "query"],
    ["agents", "?limit=0", "query.limit"],
    ["agents", "?limit=1000", "query.limit"],
    ["agents", "?cursor=forged", "query.cursor"],
    ["agents", `?cursor=${Buffer.from('["a\\u0000","x"]').toString("base64url")}`, "query.cursor"],
    ["agents", "?page=1", "query.page"],
  ])("%s%s names %s", async (list, query, path) => {
    const base = list === "inbox" ? `/api/messaging/inbox/${sender.id}` : "/api/agents";
    const answer = await sender.client.get(base + query);
    expect(answer.body).toMatchObject({ status: 400, code: "invalid_input" });
    expect(answer.body.errors).toContainEqual({ path, message: expect.any(String) });
  });

  test.each([
    ["/api/messaging/inbox/me", "params.mailboxId"],
    ["/api/messaging/inbox/usr_01h455vb4pex5vsknk084sn02q", "params.mailboxId"],
    ["/api/messaging/inbox/%00", "params.mailboxId"],
    ["/api/messaging/conversation/%0a", "params.correlationId"],
    [`/api/messaging/conversation/${"x".repeat(201)}`, "params.correlationId"],
    ["/api/messaging/messages/msg_1", "params.messageId"],
    ["/api/agents/agt_1", "params.agentId"],
    ["/api/agents/agt_1/allowlist", "params.agentId"],
  ])("%s names %s", async (path, named) => {
    const answer = await sender.client.get(path);
    expect(answer.body).toMatchObject({ status: 400, code: "invalid_input" });
    expect(answer.body.errors).toContainEqual({ path: named, message: expect.any(String) });
  });
});
