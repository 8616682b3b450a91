import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createApiKey } from "#app/domain/auth/create-api-key.server.ts";
import { createAgent } from "#app/domain/messaging/create-agent.server.ts";
import { type AgentId, toUuid } from "#db/ids.ts";
import { enqueueJob } from "#jobs/enqueue.ts";
import { sequenceOf } from "#tests/domain/live/reader.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import {
  freePort,
  makeDataDir,
  removeDataDir,
  type ServerProcess,
  startServerProcess,
} from "#tests/setup/server-process.ts";
import { aRequest, createTenantFixture, type TenantFixture } from "#tests/setup/tenant-fixture.ts";
import { type ApiClient, apiClient, bearer } from "./api-client.ts";
import { type OpenStream, openEventStream } from "./open-stream.ts";

const dataDir = makeDataDir();
const started: ServerProcess[] = [];
let database: TestDatabase;
let tenant: TenantFixture;
let one: ServerProcess;
let two: ServerProcess;

/** A process of this role on the one database. */
async function start(role: "web" | "worker"): Promise<ServerProcess> {
  const process = await startServerProcess({
    dataDir,
    port: await freePort(),
    env: {
      SIGNALBOX_ROLE: role,
      SIGNALBOX_SECRET_KEY: "a secret key for tests, of at least 32 characters",
      DATABASE_URL: database.ownerUrl,
      DATABASE_TENANT_URL: database.tenantUrl,
      DATABASE_SYSTEM_URL: database.systemUrl,
      DATABASE_POOL_SIZE: "2",
    },
  });
  started.push(process);
  return process;
}

beforeAll(async () => {
  database = await createTestDatabase();
  tenant = await createTenantFixture(database.db);
  [one, two] = await Promise.all([start("web"), start("web")]);
}, 90_000);

afterAll(async () => {
  await Promise.all(started.map((process) => process.stop()));
  await database.drop();
  removeDataDir(dataDir);
});

interface Pair {
  recipientId: AgentId;
  /** The sender's client of a process, and the recipient's stream there. */
  sender(at: ServerProcess): ApiClient;
  stream(at: ServerProcess, lastEventId?: string): Promise<OpenStream>;
}

/** Two agents; the first may send to the second. */
async function createPair(): Promise<Pair> {
  const { db, owner } = database;
  const addAgent = async (name: string) => {
    const agent = await createAgent(
      db,
      tenant.admin,
      { name, modelTier: "haiku", thinkingMode: "off" },
      aRequest,
    );
    const { key } = await createApiKey(db, tenant.admin, { name, agentId: agent.id }, aRequest);
    return { id: agent.id, key };
  };
  const [sender, recipient] = [await addAgent("Sender"), await addAgent("Recipient")];
  await owner`
    insert into allowlist_edges (tenant_id, sender_id, recipient_id)
    values (${toUuid(tenant.tenantId)}, ${toUuid(sender.id)}, ${toUuid(recipient.id)})`;
  return {
    recipientId: recipient.id,
    sender: (at) => apiClient(at.origin, bearer(sender.key)),
    stream: (at, lastEventId) =>
      openEventStream(new URL(`/api/messaging/inbox/${recipient.id}/stream`, at.origin), {
        ...bearer(recipient.key),
        ...(lastEventId !== undefined && { "Last-Event-ID": lastEventId }),
      }),
  };
}

const received = ({ events }: OpenStream) =>
  events.filter(({ event }) => event === "message").map((event) => sequenceOf(event));

async function send(client: ApiClient, recipientId: AgentId, count: number): Promise<void> {
  const messages = Array.from({ length: count }, (_, n) => ({
    recipientId,
    type: "status_update",
    payload: { status: `${n}` },
    idempotencyKey: randomUUID(),
  }));
  expect((await client.post("/api/messaging/batch", { messages })).body).toMatchObject({ accepted: count });
}

describe("two web processes on one database", () => {
  test("show each other's messages on their streams, and either works on when the other is killed", async () => {
    const { recipientId, sender, stream } = await createPair();
    const [atOne, atTwo] = [await stream(one), await stream(two)];
    await send(sender(one), recipientId, 3);
    await send(sender(two), recipientId, 2);
    for (const open of [atOne, atTwo]) await expect.poll(() => received(open)).toEqual([1, 2, 3, 4, 5]);

    const lastEventId = String(atOne.events.at(-1)?.id);
    await one.killServer();
    await expect.poll(() => atOne.hasEnded).toBe(true);
    await send(sender(two), recipientId, 2);
    await expect.poll(() => received(atTwo)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    // Whoever was at the killed one goes on at the other, from where they were.
    const moved = await stream(two, lastEventId);
    await expect.poll(() => received(moved)).toEqual([6, 7]);

    // And the other way about, with one back in its place.
    one = await start("web");
    const back = await stream(one, lastEventId);
    await two.killServer();
    await send(sender(one), recipientId, 1);
    await expect.poll(() => received(back)).toEqual([6, 7, 8]);
    for (const open of [atTwo, moved, back]) open.close();
  }, 60_000);
});

describe("a worker beside them", () => {
  const jobs = () =>
    database.owner<{ locked: boolean }[]>`
      select locked_by is not null as locked from graphile_worker.jobs where task_identifier = 'purge-sessions'`;

  test("that is killed in the middle of a job leaves it to another", async () => {
    const worker = await start("worker");
    // The job cannot get at the sessions, and so is still at it when its worker is killed.
    await database.owner.begin(async (sql) => {
      await sql`lock table sessions in access exclusive mode`;
      await database.db.asSystem((tx) => enqueueJob(tx, "purge-sessions", {}));
      await expect.poll(jobs).toEqual([{ locked: true }]);
      await worker.killServer();
    });
    expect(await jobs()).toEqual([{ locked: true }]);

    // Time passes, as far as the heartbeats know.
    await database.owner`update worker_heartbeats set last_seen_at = now() - interval '1 hour'`;
    await database.owner`update graphile_worker._private_jobs set locked_at = now() - interval '1 hour'`;
    await start("worker");
    await expect.poll(jobs).toEqual([]);
  }, 60_000);
});
