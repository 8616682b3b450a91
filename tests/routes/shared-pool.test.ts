import { afterAll, beforeAll, expect, test } from "vitest";
import { createRandom } from "#app/demo/fleet-random.ts";
import { newId, toUuid } from "#db/ids.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import { apiClient, createRouteTenant, type RouteAgent, type RouteTenant } from "./api-client.ts";

const requests = 1_000;
const concurrency = 40;
const random = createRandom(5);

interface Side {
  tenant: RouteTenant;
  agent: RouteAgent;
  peer: RouteAgent;
  /** In every text of theirs. */
  marker: string;
}

let server: TestServer;
let sides: [Side, Side];

beforeAll(async () => {
  server = await startTestServer({ env: { DATABASE_POOL_SIZE: "2" } });
  sides = [await makeSide("zqonezq"), await makeSide("zqtwozq")];
});
afterAll(() => server.close());

async function makeSide(marker: string): Promise<Side> {
  const tenant = await createRouteTenant(server.runtime, server.origin);
  const [agent, peer] = [await tenant.addAgent(`${marker} agent`), await tenant.addAgent(`${marker} peer`)];
  await tenant.client.put(`/api/agents/${agent.id}/allowlist/${peer.id}`);
  return { tenant, agent, peer, marker };
}

/** Each of a kind that takes another way to the database. */
const kinds: ((
  side: Side,
  other: Side,
) => { path: string; as: "person" | "agent"; body?: unknown; absent?: boolean })[] = [
  () => ({ path: "/api/agents", as: "person" }),
  ({ agent }) => ({ path: `/api/agents/${agent.id}`, as: "agent" }),
  ({ peer }) => ({ path: `/api/messaging/inbox/${peer.id}`, as: "person" }),
  () => ({ path: "/api/messaging/messages", as: "person" }),
  () => ({ path: "/dashboard/agents.data", as: "person" }),
  () => ({ path: "/dashboard.data", as: "person" }),
  ({ peer, marker }) => ({
    path: "/api/messaging/send",
    as: "agent",
    body: { recipientId: peer.id, type: "status_update", payload: { status: marker } },
  }),
  (_side, { agent }) => ({ path: `/api/agents/${agent.id}`, as: "person", absent: true }),
];

test(`${requests} requests of two tenants over a pool of two connections, a tenth of them aborted, mix nothing up`, async () => {
  const outcomes = { answered: 0, aborted: 0 };
  const mixedUp: string[] = [];
  let next = 0;

  async function ask(n: number): Promise<void> {
    const [side, other] = n % 2 === 0 ? sides : [sides[1], sides[0]];
    const kind = kinds[Math.floor(n / 2) % kinds.length];
    if (kind === undefined) throw new Error("unreachable");
    const { path, as, body, absent = false } = kind(side, other);
    const client = as === "person" ? side.tenant.client : side.agent.client;
    const controller = new AbortController();
    // While it waits for a connection, is at the database, or is being answered.
    const abort = n % 10 === 0 ? setTimeout(() => controller.abort(), random.between(0, 40)) : undefined;
    try {
      const answer = await client.raw(path, {
        signal: controller.signal,
        ...(body !== undefined && {
          method: "POST",
          body: JSON.stringify(body),
          headers: { "Content-Type": "application/json" },
        }),
      });
      outcomes.answered += 1;
      expect(answer.status, `${path}: ${answer.text}`).toBe(absent ? 404 : body === undefined ? 200 : 201);
      if (answer.text.includes(other.marker) || answer.text.includes(other.tenant.tenantId))
        mixedUp.push(path);
    } catch (error) {
      if (!controller.signal.aborted) throw error;
      outcomes.aborted += 1;
    } finally {
      clearTimeout(abort);
    }
  }

  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (next < requests) await ask(next++);
    }),
  );
  expect(mixedUp).toEqual([]);
  expect(outcomes.answered + outcomes.aborted).toBe(requests);
  expect(outcomes.aborted).toBeGreaterThan(requests / 50);

  // Each message is in its sender's tenant, with that tenant's text.
  for (const { tenant, marker } of sides) {
    const rows = await server.database.owner<{ status: string }[]>`
      select payload ->> 'status' as status from messages where tenant_id = ${toUuid(tenant.tenantId)}`;
    expect(new Set(rows.map(({ status }) => status))).toEqual(new Set([marker]));
  }
});

test("afterwards no connection of the pool has a tenant left", async () => {
  const { db } = server.runtime;
  const nobody = newId("ten");
  // As many at once as there are connections, so that each is looked at.
  const settings = await Promise.all(
    [1, 2].map(() =>
      db.asTenantSql(nobody, async (sql) => {
        const [seen] = await sql`select count(*)::int as rows from agents`;
        await sql`select pg_sleep(0.05)`;
        await sql`commit`;
        const [row] = await sql`
          select pg_backend_pid() as pid, nullif(current_setting('app.tenant_id', true), '') as tenant`;
        return { rows: seen?.rows, tenant: row?.tenant, pid: row?.pid };
      }),
    ),
  );
  expect(new Set(settings.map(({ pid }) => pid)).size).toBe(2);
  for (const { rows, tenant } of settings) expect({ rows, tenant }).toEqual({ rows: 0, tenant: null });
  expect((await apiClient(server.origin, {}).get("/api/agents")).status).toBe(401);
});
