import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { toUuid } from "#db/ids.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import { createRouteTenant, type RouteAgent } from "./api-client.ts";

const root = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "signalbox-claiming-"));
const program = join(folder, "claim-loop.ts");

let server: TestServer;
let planner: RouteAgent;
let worker: RouteAgent;
let child: ChildProcess | undefined;

beforeAll(async () => {
  const doc = readFileSync(join(root, "docs/claiming.md"), "utf8");
  const [, code] = /```ts\n([\s\S]+?)```/.exec(doc) ?? [];
  if (code === undefined) throw new Error("docs/claiming.md has no program");
  writeFileSync(program, code);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));

  server = await startTestServer();
  const tenant = await createRouteTenant(server.runtime, server.origin);
  [planner, worker] = [await tenant.addAgent("Planner"), await tenant.addAgent("Worker")];
  await tenant.client.put(`/api/agents/${planner.id}/allowlist/${worker.id}`);
  await tenant.client.patch(`/api/agents/${worker.id}`, { mailboxMode: "claim" });
});
afterAll(async () => {
  child?.kill("SIGKILL");
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The service behind somebody who says "not now" first. */
async function startBusyProxy(): Promise<{ proxy: Server; origin: string; refused: () => number }> {
  let refused = 0;
  const proxy = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    if (refused < 2) {
      refused += 1;
      response.writeHead(refused === 1 ? 503 : 429, { "retry-after": "0" }).end();
      return;
    }
    const { authorization = "" } = request.headers;
    const answer = await fetch(new URL(request.url ?? "/", server.origin), {
      method: request.method ?? "GET",
      headers: { authorization, "content-type": "application/json" },
      body: Buffer.concat(chunks),
    });
    response.writeHead(answer.status).end(await answer.text());
  }).listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const address = proxy.address();
  if (typeof address !== "object" || address === null) throw new Error("The proxy has no port.");
  return { proxy, origin: `http://127.0.0.1:${address.port}`, refused: () => refused };
}

const count = async (handling: string): Promise<number> => {
  const [row] = await server.database.owner<{ count: number }[]>`
    select count(*)::int as count from deliveries
    where recipient_id = ${toUuid(worker.id)} and handling = ${handling}`;
  return row?.count ?? 0;
};

test("the program of docs/claiming.md handles an inbox, gives back what it cannot, waits out a busy service and stops when told to", async () => {
  const send = (type: string, payload: object) =>
    planner.client.post("/api/messaging/send", { recipientId: worker.id, type, payload });
  for (let n = 1; n <= 24; n++)
    await send("task_handoff", { taskId: `T-${n}`, description: `Task ${n}`, priority: "low" });
  await send("status_update", { status: "nobody asked" });

  const { proxy, origin, refused } = await startBusyProxy();
  const process_ = spawn(process.execPath, [join(root, "node_modules/tsx/dist/cli.mjs"), program], {
    env: { ...process.env, SIGNALBOX_ORIGIN: origin, SIGNALBOX_AGENT: worker.id, SIGNALBOX_KEY: worker.key },
    stdio: ["ignore", "pipe", "pipe"],
  });
  child = process_;
  let [output, errors] = ["", ""];
  process_.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  process_.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));

  await expect.poll(() => count("acked"), { timeout: 30_000 }).toBe(24);
  await expect.poll(() => count("unread")).toBe(1);
  expect(refused()).toBe(2);
  for (let n = 1; n <= 24; n++) expect(output).toContain(`: Task ${n}\n`);
  expect(errors).toMatch(/^msg_\w+: no idea what to do with a status_update\n$/);
  const [given] = await server.database.owner<{ delay: number }[]>`
    select (details ->> 'delaySeconds')::int as delay from audit_events
    where action = 'message.nacked' order by occurred_at limit 1`;
  expect(given).toEqual({ delay: 5 });

  const exited = once(process_, "exit");
  process_.kill("SIGTERM");
  expect(await exited).toEqual([0, null]);
  expect(await count("leased")).toBe(0);
  proxy.close();
}, 60_000);
