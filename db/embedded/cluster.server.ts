import { execFile, spawn } from "node:child_process";
import { lchown, mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import type { Log } from "../log.ts";
import { type Account, giveTo } from "./account.server.ts";
import type { Binaries } from "./binaries.server.ts";
import { processCommand, processStart } from "./process-lock.server.ts";
import { postgresSettings } from "./settings.ts";

const run = promisify(execFile);

/** A data folder of PostgreSQL, who runs it and with what. */
export interface Cluster {
  folder: string;
  logFile: string;
  account: Account | undefined;
  binaries: Binaries;
  /** What is to differ from `postgresSettings`. */
  settings?: Record<string, string> | undefined;
}

/** A postmaster that accepts connections. */
export interface Postmaster {
  pid: number;
  port: number;
  /** Settles when the process has ended, however it did. */
  exited: Promise<string>;
}

export const SUPERUSER = "postgres";

const STARTUP_LIMIT_MS = 120_000;
const POLL_MS = 20;
const MAX_LOG_BYTES = 8 * 1024 * 1024;

const identity = (account: Account | undefined): { uid?: number; gid?: number } =>
  account === undefined ? {} : { uid: account.uid, gid: account.gid };

const environment: NodeJS.ProcessEnv = {
  NODE_ENV: "production",
  PATH: process.env.PATH ?? "",
  LC_ALL: "C",
  TZ: "UTC",
};

const isMissing = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ENOENT";

/** Makes the cluster where there is none. Killed halfway, it begins again. */
export async function ensureCluster(cluster: Cluster, password: string, log: Log): Promise<void> {
  const major = cluster.binaries.version.split(".")[0] ?? "";
  try {
    const found = (await readFile(path.join(cluster.folder, "PG_VERSION"), "utf8")).trim();
    if (found === major) return;
    throw new Error(
      `${cluster.folder} was made by PostgreSQL ${found}, and this is PostgreSQL ${major}. Dump it with the old version and load it with this one, or choose another folder with SIGNALBOX_DATA_DIR.`,
    );
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  log.info({ folder: cluster.folder, version: cluster.binaries.version }, "Making a PostgreSQL cluster");
  const half = `${cluster.folder}.half`;
  const passwordFile = `${cluster.folder}.password`;
  await rm(half, { recursive: true, force: true });
  await mkdir(half, { mode: 0o700 });
  await rm(passwordFile, { force: true });
  await writeFile(passwordFile, password, { mode: 0o600 });
  try {
    if (cluster.account) {
      await giveTo(cluster.account, half);
      await lchown(passwordFile, cluster.account.uid, cluster.account.gid);
    }
    await run(
      cluster.binaries.initdb,
      [
        ...["--pgdata", half, "--username", SUPERUSER, "--pwfile", passwordFile],
        ...["--auth-host=scram-sha-256", "--auth-local=scram-sha-256", "--encoding=UTF8"],
        ...["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--data-checksums"],
      ],
      { ...identity(cluster.account), cwd: "/", env: environment },
    );
    await rename(half, cluster.folder);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

interface PidFile {
  pid: number;
  ready: boolean;
}

async function readPidFile(cluster: Cluster): Promise<PidFile | undefined> {
  try {
    const lines = (await readFile(path.join(cluster.folder, "postmaster.pid"), "utf8")).split("\n");
    const pid = Number(lines[0]);
    // The eighth line is the postmaster's own word; pg_ctl waits for the same.
    return Number.isInteger(pid) ? { pid, ready: lines[7]?.trim() === "ready" } : undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

// Not kill(pid, 0): a process that nobody has reaped yet would count as alive.
const isAlive = async (pid: number): Promise<boolean> => (await processStart(pid)) !== undefined;

async function waitUntilGone(pid: number, limitMs: number): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  while (await isAlive(pid)) {
    if (performance.now() > deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}

/** Fast shutdown, then immediate, then by force; the next start recovers from any of them. */
export async function stopPostmaster(pid: number, log: Log): Promise<void> {
  for (const [signal, limitMs] of [
    ["SIGINT", 10_000],
    ["SIGQUIT", 5_000],
    ["SIGKILL", 5_000],
  ] as const) {
    if (!(await isAlive(pid))) return;
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (!(await isAlive(pid))) return;
      throw new Error(`PostgreSQL (process ${pid}) cannot be stopped.`, { cause: error });
    }
    if (await waitUntilGone(pid, limitMs)) return;
    log.warn({ postgresPid: pid, signal }, "PostgreSQL did not stop in time");
  }
}

/** Stops the PostgreSQL that a killed server left running on this folder. */
export async function stopOrphan(cluster: Cluster, log: Log): Promise<void> {
  const found = await readPidFile(cluster);
  if (found === undefined) return;
  const command = await processCommand(found.pid);
  if (command?.includes(cluster.folder)) {
    log.warn({ postgresPid: found.pid }, "Stopping the PostgreSQL that a killed server left behind");
    await stopPostmaster(found.pid, log);
  } else if (await isAlive(found.pid)) {
    // The pid was given to somebody else; PostgreSQL would take that process for itself.
    await rm(path.join(cluster.folder, "postmaster.pid"), { force: true });
  }
}

/** `wanted` when nobody listens there, else a port the system chooses. */
export async function freePort(wanted: number | undefined): Promise<number> {
  for (const port of wanted === undefined ? [0] : [wanted, 0]) {
    const server = createServer();
    const got = await new Promise<number | undefined>((resolve) => {
      server.once("error", () => resolve(undefined));
      server.listen(port, "127.0.0.1", () => {
        const address = server.address();
        server.close(() => resolve(typeof address === "object" && address ? address.port : undefined));
      });
    });
    if (got !== undefined) return got;
  }
  throw new Error("There is no free port on 127.0.0.1 for PostgreSQL.");
}

async function openLog(cluster: Cluster) {
  const size = await stat(cluster.logFile).then(
    (found) => found.size,
    () => 0,
  );
  if (size > MAX_LOG_BYTES) await rename(cluster.logFile, `${cluster.logFile}.1`);
  return open(cluster.logFile, "a", 0o600);
}

async function launch(cluster: Cluster, port: number) {
  const logHandle = await openLog(cluster);
  try {
    const offset = (await logHandle.stat()).size;
    const settings = Object.entries({ ...postgresSettings(port), ...cluster.settings }).flatMap(
      ([name, value]) => ["-c", `${name}=${value}`],
    );
    const child = spawn(cluster.binaries.postgres, ["-D", cluster.folder, ...settings], {
      ...identity(cluster.account),
      cwd: "/",
      env: environment,
      // A process group of its own: Ctrl-C in the terminal is for the server, which then stops it in order.
      detached: true,
      stdio: ["ignore", logHandle.fd, logHandle.fd],
    });
    const exited = new Promise<string>((resolve) => {
      child.once("error", (error) => resolve(error.message));
      child.once("exit", (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
    child.unref();
    return { pid: child.pid, exited, offset };
  } finally {
    await logHandle.close();
  }
}

async function logSince(cluster: Cluster, offset: number): Promise<string> {
  const text = await readFile(cluster.logFile);
  return text.subarray(offset).toString("utf8").trim();
}

/**
 * Starts PostgreSQL and waits until it accepts connections. After a kill its former backends may
 * hold the shared memory for a moment, and recovery takes as long as there is log to replay; both
 * are waited for.
 */
export async function startPostmaster(
  cluster: Cluster,
  wantedPort: number | undefined,
  log: Log,
): Promise<Postmaster> {
  const deadline = performance.now() + STARTUP_LIMIT_MS;
  for (let wanted = wantedPort; ; ) {
    const port = await freePort(wanted);
    const { pid, exited, offset } = await launch(cluster, port);
    let ended: string | undefined;
    exited.then((how) => {
      ended = how;
    });
    while (ended === undefined && performance.now() < deadline) {
      const found = await readPidFile(cluster);
      if (pid !== undefined && found?.pid === pid && found.ready) return { pid, port, exited };
      await delay(POLL_MS);
    }
    if (ended === undefined && pid !== undefined) await stopPostmaster(pid, log);
    const said = await logSince(cluster, offset);
    const passes = /shared memory block|lock file|Address already in use|could not bind/i.test(said);
    if (!passes || performance.now() > deadline)
      throw new Error(
        `PostgreSQL did not start (${ended ?? "not ready in time"}). Its log, ${cluster.logFile}, ends with:\n${said.split("\n").slice(-8).join("\n")}`,
      );
    log.warn({ said: said.split("\n").at(-1) }, "PostgreSQL cannot start yet; trying again");
    if (/Address already in use|could not bind/i.test(said)) wanted = undefined;
    await delay(250);
  }
}
