import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { DemoCredentials } from "#app/demo/demo-credentials.server.ts";
import { startDemoFleet } from "#app/demo/fleet.server.ts";
import { sendMessage } from "#app/demo/fleet-client.server.ts";
import { startDemoPool } from "#app/demo/fleet-pool.server.ts";
import { seedDemo } from "#app/demo/seed-demo.server.ts";
import { newId, toTypeId, toUuid } from "#db/ids.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import { makeDataDir, removeDataDir } from "#tests/setup/server-process.ts";

const log = pino({ level: "silent" });
const dataDir = makeDataDir();
let server: TestServer;
let demo: DemoCredentials;

beforeAll(async () => {
  server = await startTestServer();
  const made = await seedDemo({ db: server.runtime.db, dataDir, log });
  if (made === undefined) throw new Error("The demo was not made.");
  demo = made;
});

afterAll(async () => {
  await server.close();
  removeDataDir(dataDir);
});

const totals = async () => {
  const [row] = await server.database.owner`
    select count(*)::int as sent, count(distinct m.sender_id)::int as senders, count(distinct m.type)::int as types,
      count(*) filter (where d.status = 'blocked')::int as blocked
    from messages m join deliveries d on d.tenant_id = m.tenant_id and d.message_id = m.id
  `;
  return row;
};

/** What the fleet shows early on, whatever chance brings. */
const shown = async () => {
  const retiredId = demo.retired === undefined ? null : toUuid(demo.retired.id);
  const [row] = await server.database.owner`
    select count(distinct m.payload ->> 'severity') filter (where m.type = 'escalation')::int as severities,
      count(*) filter (where m.recipient_id = ${retiredId} and d.expires_at is not null
        and d.handling = 'unread')::int as expiring
    from messages m join deliveries d on d.tenant_id = m.tenant_id and d.message_id = m.id
  `;
  return row;
};

describe("the demo fleet", () => {
  it("works over HTTP through all types of messages, some of them blocked, and stops when it is told to", async () => {
    const pace = { minMs: 1, maxMs: 3, thinking: 0 };
    const fleet = startDemoFleet({
      origin: server.origin,
      agents: demo.agents,
      retired: demo.retired,
      log,
      seed: 2,
      pace,
    });
    await expect
      .poll(() => server.runtime.live.stats().streams, { timeout: 10_000 })
      .toBe(demo.agents.length);
    await expect
      .poll(totals, { timeout: 60_000 })
      .toMatchObject({ senders: 6, types: 5, blocked: expect.toSatisfy((blocked: number) => blocked > 0) });

    const several = expect.toSatisfy((severities: number) => severities > 1);
    await expect.poll(shown, { timeout: 60_000 }).toEqual({ severities: several, expiring: 1 });

    await fleet.stop();
    await expect.poll(() => server.runtime.live.stats().streams, { timeout: 10_000 }).toBe(0);
    const after = await totals();
    await server.fetch("/health/live");
    expect(await totals()).toEqual(after);
  }, 90_000);

  it("ends by the caller's signal as well", async () => {
    const ended = new AbortController();
    const fleet = startDemoFleet({ origin: server.origin, agents: demo.agents, log, signal: ended.signal });
    await expect
      .poll(() => server.runtime.live.stats().streams, { timeout: 10_000 })
      .toBe(demo.agents.length);
    ended.abort();
    await expect.poll(() => server.runtime.live.stats().streams, { timeout: 10_000 }).toBe(0);
    await fleet.stop();
  });
});

describe("the demo's neighbour", () => {
  it("is to the first tenant's admin and agents as if it were not there", async () => {
    const { neighbour } = demo;
    if (neighbour === undefined) throw new Error("The demo has no neighbour.");
    const rows = await server.database.owner<{ id: string }[]>`
      select id from agents where tenant_id = ${toUuid(neighbour.tenantId)} order by id`;
    const [theirs] = rows.map(({ id }) => toTypeId("agt", id));
    if (theirs === undefined) throw new Error("The neighbour has no agents.");
    const own = await server.signIn(neighbour.admin);
    expect((await server.fetch(`/api/agents/${theirs}`, { headers: { cookie: own } })).status).toBe(200);

    const nobodys = newId("agt");
    const cookie = await server.signIn(demo.admin);
    const [agent] = demo.agents;
    const callers: Record<string, string>[] = [{ cookie }, { authorization: `Bearer ${agent?.key}` }];
    for (const headers of callers) {
      for (const path of ["/api/agents/:id", "/api/agents/:id/allowlist", "/api/messaging/inbox/:id"]) {
        const answers = await Promise.all(
          [theirs, nobodys].map(async (id) => {
            const response = await server.fetch(path.replace(":id", id), { headers });
            const { code, detail }: Record<string, unknown> = await response.json();
            return { status: response.status, code, detail };
          }),
        );
        expect(answers[0], path).toEqual(answers[1]);
        expect(answers[0]?.status, path).toBe(404);
      }
    }
    const list = await server.fetch("/api/agents", { headers: { cookie } });
    const { agents } = z.object({ agents: z.array(z.object({ id: z.string() })) }).parse(await list.json());
    expect(agents).toHaveLength(demo.agents.length + 2);
    expect(agents.map(({ id }) => id)).not.toContain(theirs);

    if (agent === undefined) throw new Error("The demo lacks its agents.");
    const payload = { status: "started" };
    const intent = { from: agent, to: theirs, type: "status_update" as const, payload, thinkMs: 0 };
    const outcome = await sendMessage(server.origin, agent.key, intent, crypto.randomUUID());
    expect(outcome).toMatchObject({ kind: "refused", status: 404 });
  });
});

describe("the demo pool", () => {
  it("shares an inbox between two replicas: runs are acked, one goes dead, and a stop leaves no lease", async () => {
    const { pool } = demo;
    if (pool === undefined) throw new Error("The demo has no pool.");
    const running = startDemoPool({
      origin: server.origin,
      pool,
      agents: demo.agents,
      log,
      seed: 3,
      pace: 0.001,
    });
    const handlings = async () => {
      const rows = await server.database.owner<{ handling: string; count: number }[]>`
        select handling, count(*)::int as count from deliveries
        where recipient_id = ${toUuid(pool.id)} group by handling`;
      return new Map(rows.map(({ handling, count }) => [handling, count]));
    };
    await expect
      .poll(async () => (await handlings()).get("acked") ?? 0, { timeout: 30_000 })
      .toBeGreaterThan(5);
    const makeDue = () => server.database.owner`
      update deliveries set available_at = now()
      where recipient_id = ${toUuid(pool.id)} and handling = 'unread' and leases > 0`;
    await expect
      .poll(
        async () => {
          await makeDue();
          return (await handlings()).get("dead");
        },
        { timeout: 30_000 },
      )
      .toBe(1);
    await running.stop();
    expect((await handlings()).get("leased") ?? 0).toBe(0);
    const [reports] = await server.database.owner`
      select count(*)::int > 0 as some from messages where sender_id = ${toUuid(pool.id)}`;
    expect(reports).toEqual({ some: true });
  }, 90_000);
});

describe("a send of the demo fleet", () => {
  const [planner, engineer] = ["planner", "engineer"] as const;
  const attempt = (origin: string, key: string) => {
    const from = demo.agents.find(({ role }) => role === planner);
    const to = demo.agents.find(({ role }) => role === engineer);
    if (from === undefined || to === undefined) throw new Error("The demo lacks its agents.");
    const payload = { status: "started" };
    const intent = { from, to: to.id, type: "status_update" as const, payload, thinkMs: 0 };
    return sendMessage(origin, key, intent, crypto.randomUUID());
  };

  it("with a key that is not known is not tried again", async () => {
    expect(await attempt(server.origin, "sb_nonsense")).toEqual({ kind: "unauthorized" });
  });

  it.each([429, 503])("that is answered %d is put off for as long as the answer asks", async (status) => {
    const busy = createServer((_, response) => {
      response.writeHead(status, { "retry-after": "7", "content-type": "application/problem+json" });
      response.end(JSON.stringify({ detail: "Not now." }));
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => busy.once("listening", resolve));
    const { port } = busy.address() as AddressInfo;
    const outcome = await attempt(`http://127.0.0.1:${port}`, "sb_any");
    expect(outcome).toEqual({ kind: "later", reason: `${status} Not now.`, retryAfterMs: 7_000 });
    busy.closeAllConnections();
    busy.close();
  });

  it("to a server that is not there is put off", async () => {
    expect(await attempt("http://127.0.0.1:9", "sb_any")).toMatchObject({ kind: "later" });
  });
});
