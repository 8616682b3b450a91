import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "vitest";
import { toUuid } from "#db/ids.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import { createRouteTenant, type RouteAgent } from "./api-client.ts";

const messages = 2_000;

let server: TestServer;
let planner: RouteAgent;
let worker: RouteAgent;
const consumers: Consumer[] = [];

beforeAll(async () => {
  server = await startTestServer();
  const tenant = await createRouteTenant(server.runtime, server.origin);
  [planner, worker] = [await tenant.addAgent("Planner"), await tenant.addAgent("Worker")];
  await tenant.client.put(`/api/agents/${planner.id}/allowlist/${worker.id}`);
  await tenant.client.patch(`/api/agents/${worker.id}`, { mailboxMode: "claim" });
});
afterAll(async () => {
  for (const { child } of consumers) child.kill("SIGKILL");
  await server.close();
});

interface Claim {
  messageId: string;
  leaseId: string;
  count: number;
}

interface Consumer {
  child: ChildProcess;
  claims: Claim[];
  acks: { messageId: string; outcome: string }[];
  state: "working" | "empty" | "stalled";
  errors: string;
}

function startConsumer(stallAfter = 0): Consumer {
  const child = spawn(
    process.execPath,
    [
      join(import.meta.dirname, "claim-consumer.mjs"),
      server.origin,
      worker.id,
      worker.key,
      String(stallAfter),
    ],
    { stdio: ["pipe", "pipe", "pipe"] },
  );
  const consumer: Consumer = { child, claims: [], acks: [], state: "working", errors: "" };
  createInterface({ input: child.stdout }).on("line", (line) => {
    const [word, messageId = "", second = "", count = "0"] = line.split(" ");
    if (word === "claimed") consumer.claims.push({ messageId, leaseId: second, count: Number(count) });
    if (word === "acked") consumer.acks.push({ messageId, outcome: second });
    if (word === "empty" || word === "stalled") consumer.state = word;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    consumer.errors += text;
  });
  consumers.push(consumer);
  return consumer;
}

async function fillInbox(): Promise<void> {
  const send = (n: number) =>
    planner.client.post("/api/messaging/send", {
      recipientId: worker.id,
      type: "task_handoff",
      payload: { taskId: `T-${n}`, description: `Task ${n}`, priority: "low" },
    });
  for (let n = 0; n < messages; n += 100)
    await Promise.all(Array.from({ length: 100 }, (_, offset) => send(n + offset)));
}

const handlings = async (): Promise<Record<string, number>> => {
  const rows = await server.database.owner<{ handling: string; count: number }[]>`
    select handling, count(*)::int as count from deliveries
    where recipient_id = ${toUuid(worker.id)} group by handling`;
  return Object.fromEntries(rows.map(({ handling, count }) => [handling, count]));
};

test("five consumers share an inbox of 2,000 while two of them are killed: each message is handled, and no two hold one at once", async () => {
  await fillInbox();
  const alive = [startConsumer(), startConsumer(), startConsumer()];
  const doomed = [startConsumer(3), startConsumer(5)];

  await expect
    .poll(() => doomed.map(({ state }) => state), { timeout: 60_000 })
    .toEqual(["stalled", "stalled"]);
  for (const { child } of doomed) {
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  }
  const areDone = (): boolean => alive.every(({ state }) => state === "empty");
  await expect.poll(areDone, { timeout: 60_000 }).toBe(true);

  // What the two had in hand is nobody else's until its leases end.
  const held = doomed.flatMap(({ claims, acks }) => {
    const acked = new Set(acks.map(({ messageId }) => messageId));
    return claims.map(({ messageId }) => messageId).filter((messageId) => !acked.has(messageId));
  });
  expect(held).toHaveLength(20);
  expect(await handlings()).toEqual({ acked: messages - 20, leased: 20 });

  await server.database.owner`
    update deliveries set available_at = now()
    where recipient_id = ${toUuid(worker.id)} and handling = 'leased'`;
  for (const consumer of alive) {
    consumer.state = "working";
    consumer.child.stdin?.write("again\n");
  }
  await expect.poll(areDone, { timeout: 60_000 }).toBe(true);
  expect(await handlings()).toEqual({ acked: messages });
  for (const consumer of alive) {
    const exited = once(consumer.child, "exit");
    consumer.child.stdin?.end();
    expect(await exited, consumer.errors).toEqual([0, null]);
  }

  // Each message had one lease; those of the killed ones a second, which was not handed out before the first had ended.
  const claims = consumers.flatMap((consumer) => consumer.claims);
  const second = claims.filter(({ count }) => count === 2).map(({ messageId }) => messageId);
  expect(new Set(second)).toEqual(new Set(held));
  expect(claims).toHaveLength(messages + held.length);
  expect(new Set(claims.map(({ messageId }) => messageId)).size).toBe(messages);
  expect(new Set(claims.map(({ leaseId }) => leaseId)).size).toBe(claims.length);
  const acks = consumers.flatMap((consumer) => consumer.acks);
  expect(acks.every(({ outcome }) => outcome === "acked")).toBe(true);
  expect(new Set(acks.map(({ messageId }) => messageId)).size).toBe(messages);
  expect(acks).toHaveLength(messages);
  const [row] = await server.database.owner<{ events: number }[]>`
    select count(*)::int as events from audit_events where action = 'message.acked'`;
  expect(row).toEqual({ events: messages });
}, 180_000);
