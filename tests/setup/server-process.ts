import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { raisedLimits } from "./raised-limits.ts";

const root = join(import.meta.dirname, "../..");
const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 20_000;

const demoSchema = z.object({
  admin: z.object({ email: z.string(), password: z.string() }),
  agents: z.array(z.object({ id: z.string(), name: z.string(), role: z.string(), key: z.string() })),
});
export type Demo = z.infer<typeof demoSchema>;

/** `npm start` as a process of its own, with its embedded PostgreSQL, on its own port and data. */
export interface ServerProcess {
  origin: string;
  pid: number;
  /** The demo tenant's credentials, as kept in the data folder. */
  demo(): Demo;
  /** The end of what it has written so far. */
  output(): string;
  /** SIGKILL to the server, to PostgreSQL and to each of its backends, at once. */
  killEverything(): Promise<void>;
  /** SIGKILL to the server alone; PostgreSQL stays behind as an orphan. */
  killServer(): Promise<void>;
  stop(): Promise<void>;
}

/** A folder that PostgreSQL can reach also when the tests run as root. */
export function makeDataDir(): string {
  const dataDir = mkdtempSync(join(tmpdir(), "signalbox-test-"));
  chmodSync(dataDir, 0o755);
  return dataDir;
}

export const removeDataDir = (dataDir: string): void => rmSync(dataDir, { recursive: true, force: true });

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (typeof address !== "object" || address === null) throw new Error("There is no free port.");
  return address.port;
}

/** Starts the production build on `dataDir` and resolves when it is ready. */
export async function startServerProcess(options: {
  dataDir: string;
  port: number;
  env?: Record<string, string>;
}): Promise<ServerProcess> {
  const { dataDir, port } = options;
  const origin = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, ["scripts/start.mjs"], {
    cwd: root,
    env: {
      ...process.env,
      NODE_ENV: "production",
      PORT: String(port),
      SIGNALBOX_DATA_DIR: dataDir,
      LOG_LEVEL: "warn",
      DATABASE_URL: "",
      DATABASE_TENANT_URL: "",
      DATABASE_SYSTEM_URL: "",
      ...raisedLimits,
      ...options.env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-20_000);
    });
  await untilReady(origin, child, () => output);

  const kill = async (pids: number[]): Promise<void> => {
    const exited = child.exitCode === null && child.signalCode === null ? once(child, "exit") : undefined;
    for (const pid of pids) killNow(pid);
    await exited;
  };
  const pid = child.pid ?? 0;
  return {
    origin,
    pid,
    output: () => output,
    demo: () => demoSchema.parse(JSON.parse(readFileSync(join(dataDir, "demo.json"), "utf8"))),
    killServer: () => kill([pid]),
    killEverything: () => {
      const postmaster = postmasterOf(dataDir);
      // The server first: it would see its PostgreSQL die and start it again.
      return kill([pid, postmaster, ...childrenOf(postmaster)]);
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), STOP_LIMIT_MS);
      await exited;
      clearTimeout(timer);
    },
  };
}

async function untilReady(origin: string, child: ChildProcess, output: () => string): Promise<void> {
  const deadline = performance.now() + START_LIMIT_MS;
  while (performance.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`The server ended before it was ready:\n${output()}`);
    const isReady = await fetch(`${origin}/health/ready`).then(
      (response) => response.ok,
      () => false,
    );
    if (isReady) return;
    await delay(50);
  }
  child.kill("SIGKILL");
  throw new Error(`The server was not ready within ${START_LIMIT_MS} ms:\n${output()}`);
}

/** PostgreSQL's own pid file names its first process. */
function postmasterOf(dataDir: string): number {
  const { clusterFolder } = z
    .object({ clusterFolder: z.string() })
    .parse(JSON.parse(readFileSync(join(dataDir, "postgres.json"), "utf8")));
  return Number(readFileSync(join(clusterFolder, "postmaster.pid"), "utf8").split("\n")[0]);
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
      .trim()
      .split(/\s+/)
      .filter(Boolean)
      .map(Number);
  } catch {
    // No such file outside Linux; backends end by themselves when their postmaster has.
    return [];
  }
}

function killNow(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    const isGone = error instanceof Error && "code" in error && error.code === "ESRCH";
    if (!isGone) throw error;
  }
}
