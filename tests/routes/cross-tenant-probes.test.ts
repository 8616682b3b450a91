import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { newId, toUuid } from "#db/ids.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import { type ApiClient, createRouteTenant, type RouteAgent, type RouteTenant } from "./api-client.ts";

let server: TestServer;
let mine: RouteTenant;
let theirs: RouteTenant;
let myAgent: RouteAgent;
let theirAgent: RouteAgent;
let theirMessage: string;

beforeAll(async () => {
  server = await startTestServer();
  theirs = await createRouteTenant(server.runtime, server.origin);
  theirAgent = await theirs.addAgent("Theirs");
  const sent = await theirs.client.post("/api/messaging/send", {
    recipientId: theirAgent.id,
    ...anEscalation,
  });
  theirMessage = String(sent.body.messageId);
});
afterAll(() => server.close());

// A prober of their own for each test: of one and the same, the later attempts wait for a stretch's end.
beforeEach(async () => {
  mine = await createRouteTenant(server.runtime, server.origin);
  myAgent = await mine.addAgent("Mine");
  await recorded();
});

const anEscalation = { type: "escalation", payload: { reason: "hello", severity: "low" } };

interface Recorded {
  resourceId: string;
  resourceType: string;
  attempts: number;
  route: string;
}

const seen = new Set<string>();
/** What has been recorded for them since the last call. */
async function recorded(): Promise<Recorded[]> {
  await server.runtime.probes.flush();
  const rows = await server.database.owner<(Recorded & { id: string })[]>`
    select id, resource_id as "resourceId", details ->> 'resourceType' as "resourceType",
      (details -> 'attempts')::int as attempts, details ->> 'route' as route
    from audit_events
    where action = 'security.cross_tenant_probe' and tenant_id = ${toUuid(theirs.tenantId)} order by xid, id`;
  const fresh = rows.filter(({ id }) => !seen.has(id));
  for (const { id } of fresh) seen.add(id);
  return fresh.map(({ id: _, ...rest }) => rest);
}

interface Probe {
  what: string;
  run: (client: ApiClient) => Promise<unknown>;
  kind?: string;
  route: string;
}

const lease = () => newId("lse");
const probes: Probe[] = [
  { what: "a path", route: "GET /api/agents/:agentId", run: (c) => c.get(`/api/agents/${theirAgent.id}`) },
  {
    what: "a path beside one's own",
    route: "GET /api/messaging/inbox/:mailboxId/stream",
    run: (c) => c.get(`/api/messaging/inbox/${theirAgent.id}/stream`),
  },
  {
    what: "a filter, whose list is empty",
    route: "GET /api/messaging/dead-letters",
    run: (c) => c.get(`/api/messaging/dead-letters?recipientId=${theirAgent.id}`),
  },
  {
    what: "a stream's topics",
    route: "GET /api/live",
    run: (c) => c.get(`/api/live?topics=traffic,inbox:${theirAgent.id}`),
  },
  {
    what: "a body",
    route: "POST /api/messaging/send",
    run: (c) => c.post("/api/messaging/send", { recipientId: theirAgent.id, ...anEscalation }),
  },
  {
    what: "a reply to something",
    kind: "message",
    route: "POST /api/messaging/send",
    run: (c) =>
      c.post("/api/messaging/send", { recipientId: myAgent.id, replyTo: theirMessage, ...anEscalation }),
  },
  {
    what: "one message of a batch",
    route: "POST /api/messaging/batch",
    run: (c) =>
      c.post("/api/messaging/batch", {
        messages: [
          { recipientId: myAgent.id, ...anEscalation },
          { recipientId: theirAgent.id, ...anEscalation },
        ],
      }),
  },
  {
    what: "a question ahead of a send",
    route: "POST /api/messaging/check",
    run: (c) => c.post("/api/messaging/check", { recipientId: theirAgent.id, ...anEscalation }),
  },
  {
    what: "a replay",
    kind: "message",
    route: "POST /api/messaging/dead-letters/replay",
    run: () => mine.client.post("/api/messaging/dead-letters/replay", { messageIds: [theirMessage] }),
  },
  ...["ack", "nack", "extend"].map((verb) => ({
    what: `an ${verb} in one's own mailbox`,
    kind: "message",
    route: `POST /api/messaging/inbox/:mailboxId/${verb}`,
    run: () =>
      myAgent.client.post(`/api/messaging/inbox/${myAgent.id}/${verb}`, {
        messages: [{ messageId: theirMessage, leaseId: lease() }],
      }),
  })),
  {
    what: "another sender's name",
    route: "POST /api/messaging/send",
    run: () =>
      myAgent.client.post("/api/messaging/send", {
        senderId: theirAgent.id,
        recipientId: myAgent.id,
        ...anEscalation,
      }),
  },
  {
    what: "a page",
    route: "GET /dashboard/agents/:agentId",
    run: () => mine.client.get(`/dashboard/agents/${theirAgent.id}`),
  },
  {
    what: "a page's data",
    route: "GET /dashboard/agents/:agentId",
    run: () => mine.client.get(`/dashboard/agents/${theirAgent.id}.data`),
  },
  {
    what: "a page's filter",
    kind: "message",
    route: "GET /dashboard/messages",
    run: () => mine.client.get(`/dashboard/messages?message=${theirMessage}`),
  },
  {
    what: "a form",
    route: "POST /dashboard/agents/:agentId",
    run: () =>
      mine.client.raw(`/dashboard/agents/${myAgent.id}`, {
        method: "POST",
        body: new URLSearchParams({ intent: "allow", recipientId: theirAgent.id }),
      }),
  },
];

describe("another tenant's id is recorded for its owner after the answer, when it stands in", () => {
  test.each(probes)("$what", async ({ run, kind = "agent", route }) => {
    await run(mine.client);
    expect(await recorded()).toEqual([
      { resourceId: kind === "agent" ? theirAgent.id : theirMessage, resourceType: kind, attempts: 1, route },
    ]);
  });
});

test("a thousand probes are a handful of events, and each is answered as for what exists nowhere", async () => {
  const headers = { "X-Request-Id": "one-of-a-thousand" };
  const ask = async (id: string) => {
    const { status, text } = await myAgent.client.get(`/api/agents/${id}`, headers);
    return { status, text };
  };
  const none = await ask(newId("agt"));
  expect(none.status).toBe(404);
  for (let round = 0; round < 20; round += 1) {
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask(theirAgent.id)));
    for (const answer of answers) expect(answer).toEqual(none);
  }
  const events = await recorded();
  expect(events.length).toBeGreaterThanOrEqual(1);
  expect(events.length).toBeLessThanOrEqual(2);
  const figures = await (await server.fetch("/metrics")).text();
  expect(figures).toMatch(/signalbox_cross_tenant_probes_total\{kind="agent"\} 10\d\d/);
});

test("nothing is recorded of one's own, of what is nowhere, of correlation ids, or of who may not ask at all", async () => {
  const conversation = String(
    (await theirs.client.get(`/api/messaging/messages/${theirMessage}`)).body.correlationId ?? theirMessage,
  );
  await mine.client.get(`/api/agents/${myAgent.id}`);
  await mine.client.get(`/api/agents/${newId("agt")}`);
  await mine.client.get(`/api/messaging/conversation/${conversation}`);
  await mine.client.get(`/dashboard/search?q=${theirAgent.id}`);
  await mine.client.post("/api/messaging/send", {
    recipientId: newId("agt"),
    type: "data_response",
    payload: { data: { about: theirAgent.id } },
  });
  await server.fetch(`/api/agents/${theirAgent.id}`);
  expect(await recorded()).toEqual([]);
});
