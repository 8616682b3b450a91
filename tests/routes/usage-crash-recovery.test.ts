import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { createApiKey } from "#app/domain/auth/create-api-key.server.ts";
import { createAgent } from "#app/domain/messaging/create-agent.server.ts";
import { toUuid } from "#db/ids.ts";
import { differences, toldOf } from "#tests/domain/usage/reporting.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import {
  freePort,
  makeDataDir,
  removeDataDir,
  type ServerProcess,
  startServerProcess,
} from "#tests/setup/server-process.ts";
import { aRequest, createTenantFixture, type TenantFixture } from "#tests/setup/tenant-fixture.ts";

const REPORTERS = 20;
const CALLS_EACH = 24;
const dataDir = makeDataDir();
let database: TestDatabase;
let tenant: TenantFixture;
/** Two instances on one database, each of which is killed once. */
let instances: { port: number; process: ServerProcess }[];

const start = async (port: number): Promise<ServerProcess> =>
  startServerProcess({
    dataDir,
    port,
    env: {
      SIGNALBOX_ROLE: "web",
      SIGNALBOX_SECRET_KEY: "a secret key for tests, of at least 32 characters",
      DATABASE_URL: database.ownerUrl,
      DATABASE_TENANT_URL: database.tenantUrl,
      DATABASE_SYSTEM_URL: database.systemUrl,
      DATABASE_POOL_SIZE: "2",
    },
  });

beforeAll(async () => {
  database = await createTestDatabase();
  tenant = await createTenantFixture(database.db);
  instances = [];
  for (let n = 0; n < 2; n++) {
    const port = await freePort();
    instances.push({ port, process: await start(port) });
  }
}, 120_000);

afterAll(async () => {
  await Promise.all(instances.map(({ process }) => process.stop()));
  await database.drop();
  removeDataDir(dataDir);
}, 60_000);

const answerSchema = z.object({
  results: z.array(z.object({ index: z.number(), outcome: z.string(), id: z.string().optional() })),
});

it("20 reporters with retries and killed servers: the roll-ups equal the distinct events", async () => {
  const agents = await Promise.all(
    ["A", "B", "C"].map((name) =>
      createAgent(database.db, tenant.admin, { name, modelTier: "sonnet", thinkingMode: "off" }, aRequest),
    ),
  );
  const { key } = await createApiKey(
    database.db,
    tenant.admin,
    { name: "Reporter", agentId: null, scopes: ["activity:write"] },
    aRequest,
  );
  const idOf = new Map<string, string>();
  let acknowledged = 0;
  const restarts: Promise<void>[] = [];
  const kill = async (n: number): Promise<void> => {
    const instance = instances[n];
    if (instance === undefined) return;
    await instance.process.killServer();
    instance.process = await start(instance.port);
  };
  const total = REPORTERS * CALLS_EACH;
  const onAcknowledged = (): void => {
    acknowledged += 1;
    if (acknowledged === Math.floor(total / 3)) restarts.push(kill(0));
    if (acknowledged === Math.floor((total * 2) / 3)) restarts.push(kill(1));
  };

  const report = async (reporter: number): Promise<void> => {
    for (let call = 0; call < CALLS_EACH; call++) {
      const size = [1, 5, 40][call % 3] ?? 1;
      const events = Array.from({ length: size }, (_, n) => ({
        agentId: agents[(reporter + n) % agents.length]?.id,
        model: n % 2 === 0 ? "claude-sonnet-4-5" : "gpt-4o",
        inputTokens: 1_000 + n,
        outputTokens: 100 + reporter,
        toolsCalled: n % 3 === 0 ? ["search"] : [],
        userId: `user ${reporter % 4}`,
        idempotencyKey: `${reporter}-${call}-${n}`,
      }));
      // Every third call is made twice at once, on both instances, as by a client that has given up too early.
      const targets = call % 3 === 2 ? [0, 1] : [reporter % 2];
      await Promise.all(targets.map((target) => untilCounted(target, events)));
      onAcknowledged();
    }
  };
  const untilCounted = async (target: number, events: { idempotencyKey: string }[]): Promise<void> => {
    let open = events;
    for (let attempt = 0; open.length > 0; attempt++) {
      if (attempt > 0) await delay(25);
      const results = await post(target + attempt, open);
      const isOpen = new Set(open);
      for (const { index, outcome, id } of results) {
        const event = open[index];
        if (outcome === "failed" || event === undefined) continue;
        expect(["recorded", "duplicate"]).toContain(outcome);
        const known = idOf.get(event.idempotencyKey);
        // Whoever is answered, and how often: an event has one id.
        if (known !== undefined) expect(id).toBe(known);
        else if (id !== undefined) idOf.set(event.idempotencyKey, id);
        isOpen.delete(event);
      }
      open = [...isOpen];
    }
  };
  const post = async (target: number, events: object[]) => {
    try {
      const response = await fetch(`http://127.0.0.1:${instances[target % 2]?.port}/api/usage`, {
        method: "POST",
        headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
        body: JSON.stringify({ events }),
        signal: AbortSignal.timeout(10_000),
      });
      if (response.status === 503 || response.status === 429) return [];
      if (response.status !== 200)
        throw new TypeError(`Usage was answered ${response.status}: ${await response.text()}`);
      return answerSchema.parse(await response.json()).results;
    } catch (error) {
      // No answer: whether it was counted is not known, so it is asked again with its keys.
      if (error instanceof TypeError && error.message.startsWith("Usage was")) throw error;
      return [];
    }
  };

  await Promise.all(Array.from({ length: REPORTERS }, (_, n) => report(n)));
  await Promise.all(restarts);
  expect(restarts).toHaveLength(2);

  const rows = await database.owner<{ key: string; event_id: string }[]>`
    select key, event_id from usage_keys where tenant_id = ${toUuid(tenant.tenantId)}`;
  const [counted] = await database.owner`
    select count(*)::int as events, sum(input_tokens)::int as input from usage_events
    where tenant_id = ${toUuid(tenant.tenantId)}`;
  expect(rows).toHaveLength(idOf.size);
  expect(idOf.size).toBe(REPORTERS * 8 * (1 + 5 + 40));
  const inputOf = (size: number) => size * 1_000 + (size * (size - 1)) / 2;
  expect(counted).toEqual({
    events: idOf.size,
    input: REPORTERS * 8 * (inputOf(1) + inputOf(5) + inputOf(40)),
  });
  expect(await differences(database, tenant.tenantId)).toEqual({});
  // 8 M tokens and more each would be 80 %: nobody is told of what nobody has reached.
  for (const { id } of agents) expect(await toldOf(database, id)).toEqual([]);
}, 180_000);
