import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { newId, newUuid, toUuid } from "#db/ids.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import { createRouteTenant, type RouteAgent, type RouteTenant } from "./api-client.ts";

let server: TestServer;
let tenant: RouteTenant;
let ann: RouteAgent;
let bob: RouteAgent;

beforeAll(async () => {
  server = await startTestServer();
  tenant = await createRouteTenant(server.runtime, server.origin);
  ann = await tenant.addAgent("Ann");
  bob = await tenant.addAgent("=Bob");
  await tenant.client.put(`/api/agents/${ann.id}/allowlist/${bob.id}`);
});
afterAll(() => server.close());

/** Sends an escalation from Ann; gives its id. */
const send = async (recipientId: string, reason: string, extra: Record<string, unknown> = {}) => {
  const sent = await ann.client.post("/api/messaging/send", {
    recipientId,
    type: "escalation",
    payload: { reason, severity: "low" },
    ...extra,
  });
  expect(sent.status).toBe(201);
  return String(sent.body.messageId);
};

describe("the trail of messages", () => {
  test("is a page of messages with a cursor that leads to what follows", async () => {
    const ids: string[] = [];
    for (const n of [1, 2, 3]) ids.push(await send(bob.id, `Number ${n}`, { correlationId: "counted" }));
    const first = await tenant.client.get("/api/messaging/messages?correlationId=counted&limit=2");
    expect(first).toMatchObject({
      status: 200,
      body: { messages: [{ id: ids[2] }, { id: ids[1] }], cursor: ids[1], searchedTo: null },
    });
    const second = await tenant.client.get(
      `/api/messaging/messages?correlationId=counted&limit=2&cursor=${first.body.cursor}`,
    );
    expect(second).toMatchObject({ status: 200, body: { messages: [{ id: ids[0] }], cursor: null } });
    const asAgent = await bob.client.get(`/api/messaging/messages?either=${ann.id}&order=asc&limit=1`);
    expect(asAgent).toMatchObject({ status: 200, body: { messages: [{ id: ids[0], status: "delivered" }] } });
  });

  test.each([
    ["limit=0", "query.limit"],
    ["limit=101", "query.limit"],
    ["limit=1e9", "query.limit"],
    ["limit=99999999999999999999", "query.limit"],
    ["cursor=msg_nonsense", "query.cursor"],
    ["cursor=0", "query.cursor"],
    [`cursor=${newId("agt")}`, "query.cursor"],
    ["order=sideways", "query.order"],
    ["status=lost", "query.status"],
    ["handling=eaten", "query.handling"],
    ["type=postcard", "query.type"],
    ["kind=order", "query.kind"],
    ["priority=11", "query.priority"],
    ["from=me", "query.from"],
    [`to=${newId("usr")}`, "query.to"],
    ["either=operators", "query.either"],
    ["correlationId=", "query.correlationId"],
    ["correlationId=two%0Alines", "query.correlationId"],
    ["text=", "query.text"],
    ["text=%20%20", "query.text"],
    ["text=%00", "query.text"],
    [`text=${"x".repeat(201)}`, "query.text"],
    ["since=yesterday", "query.since"],
    ["since=2026-01-01T00:00:00", "query.since"],
    ["until=2026-13-01T00:00:00Z", "query.until"],
    ["since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z", "query.until"],
    ["sender=x", "query.sender"],
    ["limit=1&limit=2", "query.limit"],
  ])("refuses ?%s and names the field", async (search, path) => {
    const answer = await tenant.client.get(`/api/messaging/messages?${search}`);
    expect(answer).toMatchObject({ status: 400, body: { code: "invalid_input" } });
    expect(answer.body.errors).toEqual([expect.objectContaining({ path })]);
  });

  test("asks who it is first", async () => {
    expect((await server.fetch("/api/messaging/messages?limit=0")).status).toBe(401);
  });
});

describe("a message has", () => {
  test("its events, in the order in which they happened", async () => {
    const id = await send(bob.id, "Eventful");
    const answer = await tenant.client.get(`/api/messaging/messages/${id}`);
    expect(answer).toMatchObject({
      status: 200,
      body: {
        ...{ id, attempts: [] },
        events: [
          {
            id: expect.stringMatching(/^evt_/),
            at: expect.stringMatching(/Z$/),
            ...{
              action: "message.sent",
              status: "success",
              actor: { kind: "agent", id: ann.id, name: "Ann" },
            },
            details: expect.objectContaining({ recipientId: bob.id, sequence: expect.any(Number) }),
          },
        ],
      },
    });
    expect(answer.text).not.toMatch(/ip_?hash|request_?id/i);
  });

  test("its attempts, newest first; what an endpoint is and says only for people and its agent", async () => {
    const id = await send(bob.id, "Pushed");
    const [tenantUuid, messageUuid] = [toUuid(tenant.tenantId), id];
    for (const [attempt, statusCode] of [
      [1, 500],
      [2, null],
    ] as const)
      await server.database.owner`
        insert into delivery_attempts (
          tenant_id, message_id, id, attempt, url, started_at, duration_ms, outcome, status_code, error, response_body
        ) values (
          ${tenantUuid}, ${toUuid(messageUuid as `msg_${string}`)}, ${newUuid()}, ${attempt},
          'https://user:pass@bob.example/hook?token=hidden', now(), 12, 'failed', ${statusCode},
          'It did not answer', 'Internal secrets'
        )`;
    const whole = {
      ...{ attempt: 2, durationMs: 12, outcome: "failed", statusCode: null },
      ...{ url: "https://bob.example/hook", error: "It did not answer", responseBody: "Internal secrets" },
    };
    for (const client of [tenant.client, bob.client]) {
      const answer = await client.get(`/api/messaging/messages/${id}`);
      expect(answer.body.attempts).toMatchObject([whole, { attempt: 1, statusCode: 500 }]);
      expect(answer.text).not.toMatch(/hidden|pass/);
    }
    const asSender = await ann.client.get(`/api/messaging/messages/${id}`);
    expect(asSender.body.attempts).toMatchObject([
      { ...whole, url: null, error: null, responseBody: null },
      { attempt: 1, statusCode: 500 },
    ]);
  });

  test("nothing for an agent that neither sent nor received it", async () => {
    const id = await send(bob.id, "Not yours");
    const stranger = await tenant.addAgent("Stranger");
    expect((await stranger.client.get(`/api/messaging/messages/${id}`)).status).toBe(404);
    const page = await server.fetch(`/dashboard/messages/${id}/history`, {
      headers: { Authorization: `Bearer ${stranger.key}` },
    });
    expect(page.status).not.toBe(200);
  });
});

test("what happened to another tenant's message is as absent as of none", async () => {
  const id = await send(bob.id, "Not theirs");
  const others = await createRouteTenant(server.runtime, server.origin);
  const ask = (messageId: string) =>
    others.client.get(`/dashboard/messages/${messageId}/history`, { "X-Request-Id": "isolation-probe" });
  const [foreign, none] = [await ask(id), await ask(newId("msg"))];
  expect(foreign.status).toBe(404);
  expect(foreign.text).toBe(none.text);
  expect(await tenant.client.get(`/dashboard/messages/${id}/history`)).toMatchObject({
    status: 200,
    body: { attempts: [], events: [{ action: "message.sent" }] },
  });
});

describe("the export", () => {
  const download = async (search: string, who = tenant, init: RequestInit = {}) => {
    const headers = { Cookie: await server.signIn(who), ...init.headers };
    return server.fetch(`/dashboard/messages/export?${search}`, { ...init, headers });
  };

  test("is a CSV file of what the filters let through, and cells that are no formulas", async () => {
    const id = await send(bob.id, 'Says "stop, now"', { correlationId: "@SUM(1)" });
    const answer = await download("format=csv&correlationId=%40SUM(1)");
    expect(answer.status).toBe(200);
    expect(answer.headers.get("Content-Type")).toBe("text/csv; charset=utf-8");
    expect(answer.headers.get("Content-Disposition")).toMatch(
      /^attachment; filename="messages-\d{4}-\d\d-\d\d\.csv"$/,
    );
    const [header, line, ...rest] = (await answer.text()).split("\r\n");
    expect(header).toMatch(/^id,created_at,type,.*,payload$/);
    expect(rest).toEqual([""]);
    expect(line).toMatch(new RegExp(`^${id},`));
    expect(line).toContain(`,${bob.id},'=Bob,`);
    expect(line).toContain(",'@SUM(1),");
    expect(line).toContain(String.raw`""reason"":""Says \""stop, now\"""""`.slice(0, -1));
  });

  test("is NDJSON of whole messages", async () => {
    const id = await send(bob.id, "As JSON", { correlationId: "as json" });
    const answer = await download("format=ndjson&correlationId=as+json");
    expect(answer.headers.get("Content-Type")).toBe("application/x-ndjson");
    const text = await answer.text();
    expect(text).toMatch(/^[^\n]+\n$/);
    expect(JSON.parse(text)).toMatchObject({ id, payload: { reason: "As JSON", severity: "low" } });
  });

  test("is recorded with its format and filters", async () => {
    await (await download(`format=csv&status=problem&from=${ann.id}`)).text();
    const [event] = await server.database.owner`
      select * from audit_events
      where tenant_id = ${toUuid(tenant.tenantId)} and action = 'messages.exported'
      order by occurred_at desc limit 1`;
    expect(event).toMatchObject({
      ...{ actor_kind: "user", actor_id: tenant.adminId, status: "success", resource_id: tenant.tenantId },
      details: { format: "csv", filters: { status: "problem", from: ann.id } },
    });
  });

  test("has nothing of another tenant, and is not for programs or strangers", async () => {
    const others = await createRouteTenant(server.runtime, server.origin);
    const theirs = await download(`format=ndjson&either=${ann.id}`, others);
    expect(theirs.status).toBe(200);
    expect(await theirs.text()).toBe("");
    expect((await ann.client.get("/dashboard/messages/export?format=csv")).status).toBe(403);
    const anonymous = await server.fetch("/dashboard/messages/export?format=csv");
    expect(anonymous.headers.get("Location")).toMatch(/^\/sign-in/);
    expect((await download("format=exe")).status).toBe(400);
  });

  test("streams ten thousand messages, each once, and reads no more when its reader goes", async () => {
    const many = await createRouteTenant(server.runtime, server.origin);
    const agent = await many.addAgent("Talker");
    await fill(many, agent, 10_050);
    const text = await (await download("format=ndjson", many)).text();
    const ids = text
      .trimEnd()
      .split("\n")
      .map((line) => String(JSON.parse(line).id));
    expect(ids).toHaveLength(10_050);
    expect(ids).toEqual([...new Set(ids)].sort().reverse());

    const reads = vi.spyOn(server.runtime.db, "asTenantSql");
    const ofMany = () => reads.mock.calls.filter(([tenantId]) => tenantId === many.tenantId).length;
    const leaving = new AbortController();
    const response = await download("format=ndjson", many, {
      headers: { "Accept-Encoding": "identity" },
      signal: leaving.signal,
    });
    await response.body?.getReader().read();
    leaving.abort();
    await expect.poll(() => isSettled(ofMany)).toBe(true);
    // All of it is 21 pages, 13 MB; what fits into the sockets' buffers has been read for nobody.
    expect(ofMany()).toBeLessThan(18);
    reads.mockRestore();
  });
});

const counted = new Map<() => number, number>();
/** Whether a count is what it was when it was last asked for. */
function isSettled(count: () => number): boolean {
  const before = counted.get(count);
  counted.set(count, count());
  return before === count();
}

/** Stores messages of an agent to its tenant's desk. */
async function fill({ tenantId }: RouteTenant, agent: RouteAgent, count: number): Promise<void> {
  const { owner } = server.database;
  const tenantUuid = toUuid(tenantId);
  const ids = Array.from({ length: count }, () => newUuid());
  await owner`
    insert into messages (tenant_id, id, sender_kind, sender_id, recipient_kind, recipient_id, sequence,
      type, kind, priority, payload, correlation_id)
    select ${tenantUuid}, made.id, 'agent', ${toUuid(agent.id)}, 'desk', desk.id, n, 'status_update', 'event',
      'normal', jsonb_build_object('status', 'working', 'detail', repeat('x', 1000)), 'many'
    from unnest(${ids}::uuid[]) with ordinality as made (id, n)
    cross join (select id from mailboxes where tenant_id = ${tenantUuid} and kind = 'desk') desk`;
  await owner`
    insert into deliveries (tenant_id, message_id, recipient_id, sequence, status, priority_rank)
    select tenant_id, id, recipient_id, sequence, 'delivered', 2 from messages where tenant_id = ${tenantUuid}`;
}
