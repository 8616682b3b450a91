import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { settleAsks } from "#app/domain/asking/settle-asks.server.ts";
import { keepSessionToken } from "#app/http/session-cookie.server.ts";
import { createEventStreamParser, type StreamEvent } from "#app/ui/live/event-stream-parser.ts";
import { newId, toUuid } from "#db/ids.ts";
import { addMember } from "#tests/setup/add-member.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import { silentLog } from "#tests/setup/tenant-fixture.ts";
import {
  type ApiClient,
  apiClient,
  bearer,
  createRouteTenant,
  type RouteAgent,
  type RouteTenant,
} from "./api-client.ts";
import { openEventStream } from "./open-stream.ts";

let server: TestServer;
let tenant: RouteTenant;

beforeAll(async () => {
  server = await startTestServer();
  tenant = await createRouteTenant(server.runtime, server.origin);
});
afterAll(() => server.close());

const usage = {
  model: "claude-sonnet-4-5",
  inputTokens: 1_200,
  outputTokens: 340,
  cachedTokens: 800,
  thinkingTokens: 100,
  costMicros: 8_700,
};

interface Received {
  id: string;
  type: string;
  senderId: string;
  correlationId: string;
  payload: Record<string, unknown>;
}

/** An agent that answers each question as it is told to; gives what it has received. */
async function answering(
  name: string,
  reply: (agent: RouteAgent, question: Received) => Promise<unknown> | undefined,
) {
  const agent = await tenant.addAgent(name);
  const stream = await openEventStream(
    new URL(`/api/messaging/inbox/${agent.id}/stream`, server.origin),
    bearer(agent.key),
  );
  const received: Received[] = [];
  let seen = 0;
  const timer = setInterval(() => {
    for (const { event, data } of stream.events.slice(seen)) {
      seen += 1;
      if (event !== "message") continue;
      const message: Received = JSON.parse(data);
      received.push(message);
      if (message.type === "data_request") void reply(agent, message);
    }
  }, 5);
  await expect.poll(() => stream.events.length).toBeGreaterThan(0);
  return {
    ...agent,
    received,
    stop() {
      clearInterval(timer);
      stream.close();
    },
  };
}

const respond = (agent: RouteAgent, question: Received, payload: object, named = true) =>
  agent.client.post("/api/messaging/send", {
    recipientId: question.senderId,
    type: "data_response",
    payload,
    correlationId: question.correlationId,
    ...(named && { replyTo: question.id }),
  });

interface AskStream {
  status: number;
  events: StreamEvent[];
  close(): void;
}

/** A question whose answer is streamed. */
async function askStreaming(agentId: string, body: object, client = tenant): Promise<AskStream> {
  const cookie = (await keepSessionToken(client.token, server)).split(";")[0] ?? "";
  const controller = new AbortController();
  const response = await fetch(`${server.origin}/api/agents/${agentId}/query`, {
    method: "POST",
    headers: {
      Cookie: cookie,
      Origin: server.origin,
      "Content-Type": "application/json",
      Accept: "text/event-stream",
    },
    body: JSON.stringify(body),
    signal: controller.signal,
  });
  const events: StreamEvent[] = [];
  const parse = createEventStreamParser((event) => events.push(event));
  const decoder = new TextDecoder();
  const read = async (): Promise<void> => {
    const reader = response.body?.getReader();
    for (let piece = await reader?.read(); piece?.value !== undefined; piece = await reader?.read())
      parse(decoder.decode(piece.value, { stream: true }));
  };
  read().catch(() => undefined);
  return { status: response.status, events, close: () => controller.abort() };
}

const namesOf = ({ events }: AskStream) => events.map(({ event }) => event);
const dataOf = ({ events }: AskStream, name: string) =>
  events.filter(({ event }) => event === name).map(({ data }) => JSON.parse(data));

const queriesOf = (agentId: string) => server.database.owner`
  select actor_kind, actor_id, actor_name, resource_name, status, correlation_id, details
  from audit_events where action = 'agent.query' and resource_id = ${agentId} order by xid, id
`;

const usageOfAgent = (agentId: `agt_${string}`) => server.database.owner<object[]>`
  select known.key, event.user_id, event.conversation_id, event.model, event.query,
    event.input_tokens::int, event.output_tokens::int, event.cost_micros::int, event.tools_called
  from usage_events event
  join usage_keys known on known.tenant_id = event.tenant_id and known.event_id = event.id
  where event.agent_id = ${toUuid(agentId)}
`;

const ask = (agentId: string, body: object, client: ApiClient = tenant.client, headers = {}) =>
  client.post(`/api/agents/${agentId}/query`, body, headers);

const person = async (role: "developer" | "member") => {
  const { runtime, origin } = server;
  const { token, actor } = await addMember(runtime.db, tenant.admin, role, {
    credentials: runtime.credentials,
  });
  const cookie = (await keepSessionToken(token, { runtime })).split(";")[0] ?? "";
  return { actor, token, client: apiClient(origin, { Cookie: cookie, Origin: origin }) };
};

describe("a question to an agent", () => {
  test("is a message to it, and its answer is the answer of the request, with what it has used", async () => {
    const agent = await answering("Analyst", (self, question) =>
      respond(self, question, { data: "Seven.", format: "text", usage, toolsCalled: ["sql", "chart"] }),
    );
    const { status, body } = await ask(agent.id, { query: "How many robots stand still?", format: "text" });
    expect(status).toBe(200);
    expect(body).toEqual({
      conversationId: expect.any(String),
      messageId: expect.stringMatching(/^msg_/),
      answerId: expect.stringMatching(/^msg_/),
      answer: "Seven.",
      format: "text",
      usage,
      toolsCalled: ["sql", "chart"],
      durationMs: expect.any(Number),
    });
    expect(agent.received).toEqual([
      expect.objectContaining({
        id: body.messageId,
        type: "data_request",
        senderId: tenant.admin.membershipId,
        correlationId: body.conversationId,
        payload: { query: "How many robots stand still?", format: "text" },
      }),
    ]);
    const conversation = await tenant.client.get(`/api/messaging/conversation/${body.conversationId}`);
    expect(conversation.body.messages).toEqual([
      expect.objectContaining({ id: body.messageId }),
      expect.objectContaining({ id: body.answerId, replyTo: body.messageId }),
    ]);
    expect(await queriesOf(agent.id)).toEqual([
      {
        actor_kind: "user",
        actor_id: tenant.adminId,
        actor_name: "Ada Admin",
        resource_name: "Analyst",
        status: "success",
        correlation_id: body.conversationId,
        details: {
          questionId: body.messageId,
          answerId: body.answerId,
          outcome: "answered",
          query: "How many robots stand still?",
          responseLength: 6,
          durationMs: body.durationMs,
          toolsCalled: ["sql", "chart"],
          ...usage,
        },
      },
    ]);
    expect(await usageOfAgent(agent.id)).toEqual([
      {
        key: body.answerId,
        user_id: tenant.adminId,
        conversation_id: body.conversationId,
        model: usage.model,
        input_tokens: usage.inputTokens,
        output_tokens: usage.outputTokens,
        cost_micros: usage.costMicros,
        tools_called: ["sql", "chart"],
        query: "How many robots stand still?",
      },
    ]);
    agent.stop();
  });

  test("is kept with what the catalogue says it cost, where the agent does not say", async () => {
    const { costMicros: _said, ...unpriced } = usage;
    const agent = await answering("Unpriced", (self, question) =>
      respond(self, question, { data: "Three.", usage: unpriced }),
    );
    await ask(agent.id, { query: "How many?" });
    const [event] = await queriesOf(agent.id);
    const [counted] = await usageOfAgent(agent.id);
    expect(event?.details.costMicros).toBeGreaterThan(0);
    expect(counted).toMatchObject({ cost_micros: event?.details.costMicros });
    agent.stop();
  });

  test("goes on in the conversation that is named, also where the answer names no question", async () => {
    const agent = await answering("Unnamed", (self, question) =>
      respond(self, question, { data: { asked: question.payload.query } }, false),
    );
    const first = await ask(agent.id, { query: "One?" });
    const conversationId = String(first.body.conversationId);
    const second = await ask(agent.id, { query: "Two?", conversationId });
    expect(second.body).toMatchObject({
      conversationId,
      answer: { asked: "Two?" },
      usage: null,
      toolsCalled: [],
    });
    agent.stop();
  });

  test("is cut to 500 characters in the trail, where it can be erased", async () => {
    const agent = await answering("Patient", (self, question) => respond(self, question, { data: "Yes." }));
    await ask(agent.id, { query: "why ".repeat(400) });
    const [event] = await queriesOf(agent.id);
    expect(event?.details.query).toHaveLength(501);
    const [row] = await server.database.owner`
      select erasable_details::json ->> 'query' as query, sealed_details from audit_events
      where action = 'agent.query' and resource_id = ${agent.id}`;
    expect(row?.query).toMatch(/^why why/);
    expect(row?.sealed_details).not.toContain("why");
    agent.stop();
  });

  test("is answered as a stream: the question, its pieces, the whole", async () => {
    const agent = await answering("Streamer", async (self, question) => {
      await respond(self, question, { data: "Sev", partial: true });
      await respond(self, question, { data: "en.", partial: true });
      await respond(self, question, { data: "Seven.", usage, toolsCalled: ["sql"] });
    });
    const stream = await askStreaming(agent.id, { query: "How many?" });
    expect(stream.status).toBe(200);
    await expect.poll(() => namesOf(stream)).toEqual(["question", "partial", "partial", "answer"]);
    const [question] = dataOf(stream, "question");
    expect(question).toMatchObject({ agentId: agent.id, agentState: "active", timeoutSeconds: 60 });
    expect(dataOf(stream, "partial").map(({ text }) => text)).toEqual(["Sev", "en."]);
    expect(dataOf(stream, "answer")).toEqual([
      expect.objectContaining({
        messageId: question.messageId,
        answer: "Seven.",
        usage,
        toolsCalled: ["sql"],
      }),
    ]);
    agent.stop();
  });

  test("that is not answered in time is a 504 that says where the answer will be, and counts when it comes", async () => {
    const agent = await tenant.addAgent("Slow");
    const { status, body } = await ask(agent.id, { query: "Anybody?", timeoutSeconds: 1 });
    expect(status).toBe(504);
    expect(body).toMatchObject({
      code: "agent_timeout",
      category: "agent_service",
      conversationId: expect.any(String),
      agentState: "active",
    });
    expect(await queriesOf(agent.id)).toEqual([
      expect.objectContaining({
        status: "failure",
        details: expect.objectContaining({ outcome: "timeout" }),
      }),
    ]);
    const question = { id: String(body.messageId), correlationId: String(body.conversationId) };
    const senderId = tenant.admin.membershipId;
    const answer = await respond(
      agent,
      { ...question, senderId, type: "", payload: {} },
      { data: "Here.", usage },
    );
    expect(answer.status).toBe(201);
    // As if its grace were over.
    await server.database.owner`
      update asks set deadline_at = now() - interval '1 minute' where message_id = ${toUuid(newIdOf(question.id))}`;
    const metered: unknown[] = [];
    const { db } = server.runtime;
    const log = { ...silentLog, info() {} };
    const meter = async (one: object) => void metered.push(one);
    expect(await settleAsks({ db, log, meter })).toMatchObject({ closed: 0, late: 1 });
    expect(await settleAsks({ db, log, meter })).toMatchObject({ closed: 0, late: 0 });
    expect(metered).toEqual([
      expect.objectContaining({
        agentId: agent.id,
        userId: tenant.adminId,
        answerId: answer.body.messageId,
        usage,
      }),
    ]);
    expect(await queriesOf(agent.id)).toHaveLength(1);
  });

  test("to a paused agent says so, and it gets the question all the same", async () => {
    const agent = await tenant.addAgent("Paused");
    await tenant.client.patch(`/api/agents/${agent.id}`, { status: "paused" });
    const stream = await askStreaming(agent.id, { query: "Awake?", timeoutSeconds: 1 });
    await expect.poll(() => namesOf(stream), { timeout: 3_000 }).toEqual(["question", "timeout"]);
    expect(dataOf(stream, "question")).toEqual([expect.objectContaining({ agentState: "paused" })]);
    expect(dataOf(stream, "timeout")[0].detail).toContain("paused");
    const inbox = await agent.client.get(`/api/messaging/inbox/${agent.id}`);
    expect(inbox.body).toMatchObject({ pagination: { total: 1 } });
  });

  test("need not be waited for", async () => {
    const agent = await answering("Later", (self, question) => respond(self, question, { data: "Done." }));
    const { status, body } = await ask(agent.id, { query: "Do it.", wait: false });
    expect(status).toBe(202);
    expect(body).toMatchObject({ agentId: agent.id, messageId: expect.any(String), agentState: "active" });
    await expect
      .poll(() => queriesOf(agent.id))
      .toEqual([expect.objectContaining({ status: "success", correlation_id: body.conversationId })]);
    agent.stop();
  });

  test("with the same Idempotency-Key is one message, and both get its answer", async () => {
    const agent = await answering("Once", undefined_);
    const key = { "Idempotency-Key": `ask-${newId("msg")}` };
    const both = [0, 1].map(() => ask(agent.id, { query: "Once?" }, tenant.client, key));
    await expect.poll(() => server.runtime.asking.stats().waiting).toBe(2);
    expect(agent.received).toHaveLength(1);
    const [question] = agent.received;
    if (question === undefined) throw new Error("no question");
    await respond(agent, question, { data: "Once.", usage });
    const answers = await Promise.all(both);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers[0]?.body).toEqual(answers[1]?.body);
    const again = await ask(agent.id, { query: "Once?" }, tenant.client, key);
    expect(again.body).toEqual(answers[0]?.body);
    expect(await queriesOf(agent.id)).toHaveLength(1);
    expect(await usageOfAgent(agent.id)).toHaveLength(1);
    agent.stop();
  });
});

const undefined_ = () => undefined;
const newIdOf = (id: string): `msg_${string}` => `msg_${id.slice(4)}`;

describe("a question that is waited for", () => {
  test("is cancelled by who asked, elsewhere, and the agent is told", async () => {
    const agent = await answering("Busy", undefined_);
    const stream = await askStreaming(agent.id, { query: "Long?" });
    await expect.poll(() => namesOf(stream)).toEqual(["question"]);
    const [{ messageId, conversationId }] = dataOf(stream, "question");
    const path = `/api/agents/${agent.id}/query/${messageId}/cancel`;

    const { client: colleague } = await person("developer");
    expect(await colleague.post(path)).toMatchObject({ status: 403, body: { code: "forbidden" } });
    expect(await tenant.client.post(path)).toMatchObject({
      status: 200,
      body: { status: "cancelled", messageId, conversationId },
    });
    await expect.poll(() => namesOf(stream)).toEqual(["question", "cancelled"]);
    await expect
      .poll(() => agent.received.map(({ type, payload }) => [type, payload.status]))
      .toEqual([
        ["data_request", undefined],
        ["status_update", "cancelled"],
      ]);
    expect(await tenant.client.post(path)).toMatchObject({ status: 409 });
    expect(await queriesOf(agent.id)).toEqual([
      expect.objectContaining({
        details: expect.objectContaining({ outcome: "cancelled", reason: "person" }),
      }),
    ]);
    agent.stop();
  });

  test("is cancelled when the client goes away, on a stream and without", async () => {
    const agent = await answering("Left", undefined_);
    const stream = await askStreaming(agent.id, { query: "Still there?" });
    await expect.poll(() => namesOf(stream)).toEqual(["question"]);
    stream.close();
    const controller = new AbortController();
    const plain = tenant.client.raw(`/api/agents/${agent.id}/query`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ query: "And now?" }),
      signal: controller.signal,
    });
    await expect.poll(() => agent.received.filter(({ type }) => type === "data_request")).toHaveLength(2);
    controller.abort();
    await expect(plain).rejects.toThrow();
    await expect
      .poll(async () => (await queriesOf(agent.id)).map(({ details }) => [details.outcome, details.reason]))
      .toEqual([
        ["cancelled", "disconnected"],
        ["cancelled", "disconnected"],
      ]);
    await expect.poll(() => server.runtime.asking.stats().waiting).toBe(0);
    agent.stop();
  });

  test("ends when its asker may ask no more", async () => {
    const agent = await tenant.addAgent("Lonely");
    const { token, actor } = await person("member");
    const stream = await askStreaming(agent.id, { query: "Hello?" }, { ...tenant, token });
    await expect.poll(() => namesOf(stream)).toEqual(["question"]);
    await server.database
      .owner`update sessions set revoked_at = now() where id = ${toUuid(actor.credential.id)}`;
    await expect.poll(() => namesOf(stream), { timeout: 10_000 }).toEqual(["question", "cancelled"]);
    expect(dataOf(stream, "cancelled")).toEqual([expect.objectContaining({ reason: "credential" })]);
  }, 20_000);

  test("whose process has died is ended by the job, with its answer or without", async () => {
    const agent = await tenant.addAgent("Orphan");
    const { db, sender } = server.runtime;
    const send = (query: string) =>
      sender.send(
        tenant.admin,
        { recipientId: agent.id, type: "data_request", payload: { query }, priority: "normal" },
        { request: { requestId: "req-1", ipHash: null }, ask: { timeoutSeconds: 1 } },
      );
    const [answered, open] = [await send("First?"), await send("Second?")];
    const senderId = tenant.admin.membershipId;
    const question = { id: answered.messageId, correlationId: answered.correlationId, senderId };
    await respond(agent, { ...question, type: "", payload: {} }, { data: "First.", usage });
    await server.database.owner`
      update asks set deadline_at = now() - interval '1 minute' where agent_id = ${toUuid(agent.id)}`;
    const log = { ...silentLog, info() {} };
    const all = Array.from({ length: 3 }, () => settleAsks({ db, log, meter: async () => undefined }));
    const closed = (await Promise.all(all)).reduce((sum, one) => sum + one.closed, 0);
    expect(closed).toBe(2);
    const events = await queriesOf(agent.id);
    expect(events.map(({ details }) => [details.questionId, details.outcome]).sort()).toEqual(
      [
        [answered.messageId, "answered"],
        [open.messageId, "timeout"],
      ].sort(),
    );
  });
});

describe("who may not ask", () => {
  test("a program: it has sends of its own", async () => {
    const agent = await tenant.addAgent("Asked");
    const asker = await tenant.addAgent("Asker");
    const { status, body } = await ask(agent.id, { query: "Hi?" }, asker.client);
    expect(status).toBe(403);
    expect(body.detail).toContain("data_request");
    expect(await ask(newId("agt"), { query: "Hi?" }, asker.client)).toMatchObject({ status: 404 });
  });

  test("another tenant: its agents are as absent as none", async () => {
    const agent = await tenant.addAgent("Foreign");
    const other = await createRouteTenant(server.runtime, server.origin);
    const [theirs, none] = [
      await ask(agent.id, { query: "Hi?" }, other.client),
      await ask(newId("agt"), { query: "Hi?" }, other.client),
    ];
    expect(theirs.status).toBe(404);
    const { requestId: _one, ...refusal } = theirs.body;
    const { requestId: _other, ...absence } = none.body;
    expect(refusal).toEqual(absence);
    const { body } = await ask(agent.id, { query: "Hi?", wait: false });
    const cancel = `/api/agents/${agent.id}/query/${body.messageId}/cancel`;
    expect(await other.client.post(cancel)).toMatchObject({ status: 404 });
  });

  test.each([
    [{}, "query"],
    [{ query: "" }, "query"],
    [{ query: "x", timeoutSeconds: 0 }, "timeoutSeconds"],
    [{ query: "x", timeoutSeconds: 301 }, "timeoutSeconds"],
    [{ query: "x", timeoutSeconds: 1.5 }, "timeoutSeconds"],
    [{ query: "x", format: "xml" }, "format"],
    [{ query: "x", conversationId: "" }, "conversationId"],
    [{ query: "x", wait: "no" }, "wait"],
    [{ query: "x", model: "y" }, "model"],
    [{ query: "\u0000" }, "query"],
  ])("whoever sends %j: a 400 that names the field", async (body, path) => {
    const agent = await tenant.addAgent("Strict");
    const answer = await ask(agent.id, body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([expect.objectContaining({ path })]);
  });

  test.each([
    [{ data: 7, partial: true }, "payload.data"],
    [{ data: "x", partial: true, usage }, "payload.usage"],
    [{ data: "x", partial: true, toolsCalled: [] }, "payload.toolsCalled"],
    [{ data: "x", partial: false }, "payload.partial"],
    [{ data: "x", usage: { ...usage, cachedTokens: 1_201 } }, "payload.usage.cachedTokens"],
    [{ data: "x", usage: { ...usage, thinkingTokens: 341 } }, "payload.usage.thinkingTokens"],
    [{ data: "x", usage: { ...usage, inputTokens: -1, cachedTokens: 0 } }, "payload.usage.inputTokens"],
    [{ data: "x", usage: { ...usage, price: 1 } }, "payload.usage.price"],
  ])("an answer of %j: a 400 that names the field", async (payload, path) => {
    const agent = await tenant.addAgent("Sloppy");
    const question = { id: newId("msg"), correlationId: "c", senderId: tenant.admin.membershipId };
    const answer = await respond(agent, { ...question, type: "", payload: {} }, payload, false);
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual(expect.arrayContaining([expect.objectContaining({ path })]));
  });
});
