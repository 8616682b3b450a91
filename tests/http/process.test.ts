import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { createTestDatabase, type TestDatabase } from "../setup/database.ts";
import { freePort, makeDataDir, removeDataDir } from "../setup/server-process.ts";

const dataDir = makeDataDir();
const children: ChildProcess[] = [];
let database: TestDatabase;
let port: number;

beforeAll(async () => {
  database = await createTestDatabase();
  port = await freePort();
});
afterEach(async () => {
  for (const child of children.splice(0))
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
});
afterAll(async () => {
  await database.drop();
  removeDataDir(dataDir);
});

/** The built server as a process, on the test run's PostgreSQL unless the environment says otherwise. */
function run(env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ["build/server.js"], {
    env: {
      PATH: process.env.PATH,
      NODE_ENV: "production",
      PORT: String(port),
      SIGNALBOX_DATA_DIR: dataDir,
      SIGNALBOX_SECRET_KEY: "a secret key for tests, of at least 32 characters",
      DATABASE_URL: database.ownerUrl,
      DATABASE_TENANT_URL: database.tenantUrl,
      DATABASE_SYSTEM_URL: database.systemUrl,
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  const output = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output.out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output.err += text;
  });
  // Listened for from the start: it may be over before anybody asks.
  const ended = once(child, "exit").then(([code]) => Number(code));
  return { child, output, ended };
}

const origin = () => `http://127.0.0.1:${port}`;

async function untilServing(output: { out: string; err: string }): Promise<void> {
  await vi.waitFor(() => expect(output.out + output.err).toContain("Signalbox is running"), {
    timeout: 20_000,
    interval: 20,
  });
}

describe("the process", () => {
  test("says in a sentence what is wrong with its environment", async () => {
    const { output, ended } = run({ PORT: "http", LOG_LEVEL: "loud" });
    expect(await ended).toBe(1);
    expect(output.err).toMatch(
      /^Signalbox could not start\. .*PORT must be a whole number.*LOG_LEVEL must be/,
    );
    expect(output.err.trim().split("\n")).toHaveLength(1);
  });

  test("says so when its port is taken, before it touches a database", async () => {
    const other = createServer().listen(port, "127.0.0.1");
    await once(other, "listening");
    const { output, ended } = run({ DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" });
    expect(await ended).toBe(1);
    expect(output.err).toMatch(/the port is in use.*Set PORT/);
    other.close();
    await once(other, "close");
  });

  test("says so when its database cannot be reached", async () => {
    const unreachable = "postgres://nobody@127.0.0.1:1/none";
    const { output, ended } = run({
      DATABASE_URL: unreachable,
      DATABASE_TENANT_URL: unreachable,
      DATABASE_SYSTEM_URL: unreachable,
    });
    expect(await ended).toBe(1);
    expect(output.err).toMatch(/^Signalbox could not start\. .*ECONNREFUSED/);
  });

  test("tells that it is alive and not ready while it starts, then serves, in JSON lines", async () => {
    const { child, output, ended } = run();
    await untilServing(output);
    expect(output.out).toContain(`http://localhost:${port}`);
    const ready = await (await fetch(`${origin()}/health/ready`)).json();
    expect(ready).toMatchObject({ status: "ok", checks: { worker: { status: "ok" } } });
    await fetch(`${origin()}/api/ping?not=logged`, { headers: { "X-Request-Id": "look-for-me" } });
    await vi.waitFor(() => expect(output.out).toContain("look-for-me"));
    const line = output.out.split("\n").find((text) => text.includes("look-for-me")) ?? "";
    expect(JSON.parse(line)).toMatchObject({ level: "info", method: "GET", path: "/api/ping", status: 400 });
    expect(output.out).not.toContain("not=logged");
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
  });

  test("stops in order: readiness, new connections, what is in flight, then itself", async () => {
    const { child, output, ended } = run();
    await untilServing(output);
    // A request in flight: its body comes only after the signal.
    const { openRaw } = await import("./raw.ts");
    const socket = await openRaw(origin());
    let received = "";
    socket.on("data", (chunk) => {
      received += chunk;
    });
    socket.write(
      "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 8\r\n\r\n",
    );
    // Its head has been read when another request, sent later, was answered.
    await fetch(`${origin()}/api/ping`);
    child.kill("SIGTERM");
    await vi.waitFor(async () => {
      await expect(fetch(`${origin()}/api/ping`, { headers: { Connection: "close" } })).rejects.toThrow();
    });
    expect(child.exitCode).toBeNull();
    socket.write("email=a%");
    await vi.waitFor(() => expect(received).toMatch(/^HTTP\/1\.1 \d{3}/));
    expect(received).toMatch(/connection: close/i);
    expect(await ended).toBe(0);
  });

  test("ends at once on a second signal", async () => {
    const { child, output, ended } = run();
    await untilServing(output);
    const { openRaw } = await import("./raw.ts");
    const socket = await openRaw(origin());
    socket.on("error", () => undefined);
    // Holds the graceful stop up.
    socket.write("POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8\r\n\r\n");
    await fetch(`${origin()}/api/ping`);
    child.kill("SIGINT");
    await vi.waitFor(() => expect(output.out).toContain('"Stopping"'));
    child.kill("SIGINT");
    expect(await ended).toBe(130);
    socket.destroy();
  });

  test("as a worker has no pages and no API, only health and figures", async () => {
    const { child, output, ended } = run({ SIGNALBOX_ROLE: "worker" });
    await untilServing(output);
    const statuses = await Promise.all(
      ["/health/live", "/health/ready", "/metrics", "/api/ping", "/sign-in"].map(
        async (path) => (await fetch(origin() + path)).status,
      ),
    );
    expect(statuses).toEqual([200, 200, 200, 404, 404]);
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
  });
});

describe("with the embedded database", () => {
  const embedded = {
    DATABASE_URL: "",
    DATABASE_TENANT_URL: "",
    DATABASE_SYSTEM_URL: "",
    SIGNALBOX_SECRET_KEY: "",
  };

  test("the first start makes the demo and prints how to sign in; the second serves in under 4 s, with the same", async () => {
    const first = run(embedded);
    await untilServing(first.output);
    const credentials = /e-mail +(\S+)\s+password +(\S+)/.exec(first.output.out)?.slice(1);
    expect(credentials).toHaveLength(2);
    first.child.kill("SIGTERM");
    expect(await first.ended).toBe(0);

    const second = run(embedded);
    await untilServing(second.output);
    expect(/e-mail +(\S+)\s+password +(\S+)/.exec(second.output.out)?.slice(1)).toEqual(credentials);
    expect(Number(/Started in ([\d.]+) s/.exec(second.output.out)?.[1])).toBeLessThan(4);
    second.child.kill("SIGTERM");
    expect(await second.ended).toBe(0);
    expect(second.output.out).not.toMatch(/"level":"(warn|error|fatal)"/);
  });
});
