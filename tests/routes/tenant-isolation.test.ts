import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AgentId, newId } from "#db/ids.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import {
  type ApiAnswer,
  type ApiClient,
  createRouteTenant,
  type RouteAgent,
  type RouteTenant,
} from "./api-client.ts";

let server: TestServer;
let mine: RouteTenant;
let theirs: RouteTenant;
let myAgent: RouteAgent;
let theirAgent: RouteAgent;
let theirMessageId: string;

beforeAll(async () => {
  server = await startTestServer();
  mine = await createRouteTenant(server.runtime, server.origin);
  theirs = await createRouteTenant(server.runtime, server.origin);
  myAgent = await mine.addAgent("Mine", {
    scopes: [
      "messages:read",
      "messages:send",
      "agents:read",
      "agents:write",
      "keys:write",
      "members:read",
      "members:write",
    ],
  });
  theirAgent = await theirs.addAgent("Theirs");
  const sent = await theirs.client.post("/api/messaging/send", {
    recipientId: theirAgent.id,
    type: "escalation",
    payload: { reason: "secret plans", severity: "low" },
    correlationId: "their-conversation",
  });
  expect(sent.status).toBe(201);
  theirMessageId = String(sent.body.messageId);
  const put = await theirs.client.raw(`/api/agents/${theirAgent.id}/endpoint`, {
    method: "PUT",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ url: "https://hooks.example.com/theirs" }),
  });
  expect(put.status).toBe(201);
});
afterAll(() => server.close());

interface Probe {
  name: string;
  theirs: () => string;
  nobodys: () => string;
  /** A client whose every answer names the same request, so that answers can be compared whole. */
  run: (client: ApiClient, id: string) => Promise<ApiAnswer>;
}

const anyAgent = () => newId("agt");
const agentProbe = (name: string, run: Probe["run"]): Probe => ({
  name,
  theirs: () => theirAgent.id,
  nobodys: anyAgent,
  run,
});
const memberProbe = (name: string, run: Probe["run"]): Probe => ({
  name,
  theirs: () => theirs.admin.membershipId,
  nobodys: () => newId("mem"),
  run,
});
const sameRequest = { "X-Request-Id": "isolation-probe" };
const get = (path: (id: string) => string) => (client: ApiClient, id: string) =>
  client.get(path(id), sameRequest);
const write =
  (method: string, path: (id: string) => string, body?: (id: string) => unknown) =>
  (client: ApiClient, id: string) =>
    client.raw(path(id), {
      method,
      headers: { ...sameRequest, ...(body && { "Content-Type": "application/json" }) },
      body: body && JSON.stringify(body(id)),
    });

const someMessage = { messages: [{ messageId: newId("msg"), leaseId: newId("lse") }] };
const handlingBodies = {
  claim: {},
  ack: someMessage,
  nack: someMessage,
  extend: someMessage,
  read: { through: 0 },
};

const probes: Probe[] = [
  agentProbe(
    "an agent",
    get((id) => `/api/agents/${id}`),
  ),
  agentProbe(
    "an agent's change",
    write(
      "PATCH",
      (id) => `/api/agents/${id}`,
      () => ({ name: "Mine now" }),
    ),
  ),
  agentProbe(
    "an allowlist",
    get((id) => `/api/agents/${id}/allowlist`),
  ),
  agentProbe(
    "an edge from it",
    write("PUT", (id) => `/api/agents/${id}/allowlist/${myAgent.id}`),
  ),
  agentProbe(
    "an edge to it",
    write("PUT", (id) => `/api/agents/${myAgent.id}/allowlist/${id}`),
  ),
  agentProbe(
    "an edge's removal",
    write("DELETE", (id) => `/api/agents/${id}/allowlist/${myAgent.id}`),
  ),
  agentProbe(
    "an inbox",
    get((id) => `/api/messaging/inbox/${id}`),
  ),
  agentProbe(
    "an inbox from a cursor",
    get((id) => `/api/messaging/inbox/${id}?after=0`),
  ),
  agentProbe(
    "an inbox's stream",
    get((id) => `/api/messaging/inbox/${id}/stream`),
  ),
  agentProbe(
    "a recipient",
    write(
      "POST",
      () => "/api/messaging/send",
      (id) => ({ recipientId: id, type: "escalation", payload: { reason: "hello", severity: "low" } }),
    ),
  ),
  agentProbe(
    "a key's agent",
    write(
      "POST",
      () => "/api/auth/api-keys",
      (id) => ({ name: "k", agentId: id, scopes: ["messages:read"] }),
    ),
  ),
  {
    name: "a key's revocation",
    theirs: () => theirAgent.keyId,
    nobodys: () => newId("key"),
    run: write("POST", (id) => `/api/auth/api-keys/${id}/revoke`),
  },
  memberProbe(
    "a member",
    get((id) => `/api/members/${id}`),
  ),
  memberProbe(
    "a member's role",
    write(
      "PATCH",
      (id) => `/api/members/${id}`,
      () => ({ role: "member" }),
    ),
  ),
  memberProbe(
    "a member's removal",
    write("DELETE", (id) => `/api/members/${id}`),
  ),
  memberProbe(
    "a member's sessions",
    get((id) => `/api/auth/sessions?memberId=${id}`),
  ),
  {
    name: "a session's end",
    theirs: () => theirs.admin.credential.id,
    nobodys: () => newId("ses"),
    run: write("POST", (id) => `/api/auth/sessions/${id}/revoke`),
  },
  {
    name: "a message",
    theirs: () => theirMessageId,
    nobodys: () => newId("msg"),
    run: get((id) => `/api/messaging/messages/${id}`),
  },
  agentProbe(
    "an endpoint",
    get((id) => `/api/agents/${id}/endpoint`),
  ),
  agentProbe(
    "an endpoint's URL",
    write(
      "PUT",
      (id) => `/api/agents/${id}/endpoint`,
      () => ({ url: "https://hooks.example.com/mine" }),
    ),
  ),
  agentProbe(
    "an endpoint's removal",
    write("DELETE", (id) => `/api/agents/${id}/endpoint`),
  ),
  agentProbe(
    "an endpoint's secret",
    write(
      "POST",
      (id) => `/api/agents/${id}/endpoint/rotate-secret`,
      () => ({}),
    ),
  ),
  agentProbe(
    "an endpoint's enabling",
    write("POST", (id) => `/api/agents/${id}/endpoint/enable`),
  ),
  agentProbe(
    "an endpoint's disabling",
    write("POST", (id) => `/api/agents/${id}/endpoint/disable`),
  ),
  agentProbe(
    "an endpoint's test",
    write("POST", (id) => `/api/agents/${id}/endpoint/test`),
  ),
  {
    name: "a conversation",
    theirs: () => "their-conversation",
    nobodys: () => "no-conversation-at-all",
    run: get((id) => `/api/messaging/conversation/${id}`),
  },
  ...(["claim", "ack", "nack", "extend", "read"] as const).map((verb) =>
    agentProbe(
      `a mailbox to ${verb}`,
      write(
        "POST",
        (id) => `/api/messaging/inbox/${id}/${verb}`,
        () => handlingBodies[verb],
      ),
    ),
  ),
  agentProbe(
    "a mailbox's dead letters, to be replayed",
    write(
      "POST",
      () => "/api/messaging/dead-letters/replay",
      (id) => ({ recipientId: id }),
    ),
  ),
  agentProbe(
    "an agent's statistics",
    get((id) => `/api/messaging/statistics?agentId=${id}`),
  ),
  agentProbe(
    "an agent's communications",
    get((id) => `/api/agents/${id}/communications`),
  ),
];

/** Everything that the client sees, but for what differs between any two answers. */
function visible({ status, headers, text }: ApiAnswer) {
  const shown = Object.fromEntries(headers);
  delete shown.date;
  return { status, text, headers: shown };
}

const clients: [string, () => ApiClient][] = [
  ["a person", () => mine.client],
  ["an agent", () => myAgent.client],
];

describe.each(clients)("to %s of another tenant", (_, client) => {
  test.each(probes)("$name is exactly as absent as none", async (probe) => {
    const foreign = await probe.run(client(), probe.theirs());
    const none = await probe.run(client(), probe.nobodys());
    expect(visible(foreign)).toEqual(visible(none));
    expect(foreign.status).toBe(404);
    expect(foreign.text).not.toMatch(/Theirs|secret plans/);
  });
});

describe("the owner", () => {
  const own: [string, (id: AgentId) => string][] = [
    ["its agent", (id) => `/api/agents/${id}`],
    ["its inbox", (id) => `/api/messaging/inbox/${id}`],
    ["its conversation", () => "/api/messaging/conversation/their-conversation"],
    ["its endpoint", (id) => `/api/agents/${id}/endpoint`],
    ["its message", () => `/api/messaging/messages/${theirMessageId}`],
    ["its agent's statistics", (id) => `/api/messaging/statistics?agentId=${id}`],
    ["its agent's communications", (id) => `/api/agents/${id}/communications`],
  ];
  test.each(own)("finds %s, so that the probes above probe something", async (_, path) => {
    expect((await theirs.client.get(path(theirAgent.id))).status).toBe(200);
  });
});

test("nothing of the probes came to anything, and their key works on", async () => {
  const agent = await theirs.client.get(`/api/agents/${theirAgent.id}`);
  expect(agent.body).toMatchObject({ name: "Theirs", inboxTotal: 1 });
  expect((await theirAgent.client.get(`/api/agents/${theirAgent.id}`)).status).toBe(200);
  const allowlist = await mine.client.get(`/api/agents/${myAgent.id}/allowlist`);
  expect(allowlist.body.allowlist).toEqual([]);
});

test("a foreign message is replayed as little as one that is not there", async () => {
  const ids = [theirMessageId, newId("msg")];
  const { body } = await mine.client.post("/api/messaging/dead-letters/replay", { messageIds: ids });
  expect(body).toEqual({ messages: ids.map((messageId) => ({ messageId, outcome: "not_found" })) });
  for (const recipientId of [theirAgent.id, newId("agt")])
    expect((await mine.client.get(`/api/messaging/dead-letters?recipientId=${recipientId}`)).body).toEqual({
      deadLetters: [],
      nextCursor: null,
    });
});

test("lists show a tenant its own", async () => {
  const { body } = await mine.client.get("/api/agents");
  expect(body.agents).toMatchObject([{ id: myAgent.id }]);
  const keys = await mine.client.get(`/api/auth/api-keys?agentId=${theirAgent.id}`);
  expect(keys.body.apiKeys).toEqual([]);
});
