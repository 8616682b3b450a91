import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmod, chown, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import postgres from "postgres";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { processStart } from "#db/embedded/process-lock.server.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "#db/embedded.server.ts";
import { silentLog } from "#db/log.ts";

const isRoot = process.getuid?.() === 0;
const announcement = z.object({ ownerUrl: z.string(), pid: z.number(), port: z.number() });
const folders: string[] = [];
const servers: EmbeddedPostgres[] = [];
const children: ChildProcess[] = [];

// Making a cluster takes longer than all the rest: made once, and copied.
let pristine = "";
beforeAll(async () => {
  pristine = await mkdtemp(path.join(tmpdir(), "signalbox-embedded-"));
  await chmod(pristine, 0o711);
  const server = await startEmbeddedPostgres({ dataDir: path.join(pristine, "data"), log: silentLog });
  await server.stop();
});
afterAll(() => rm(pristine, { recursive: true, force: true }));

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
  for (const child of children.splice(0)) child.kill("SIGKILL");
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function newFolder(mode = 0o711): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "signalbox-embedded-"));
  await chmod(folder, mode);
  folders.push(folder);
  return folder;
}

/** A data folder with a cluster in it that was stopped in order. */
async function newDataDir(): Promise<string> {
  const dataDir = path.join(await newFolder(), "data");
  execFileSync("cp", ["-Rp", path.join(pristine, "data"), dataDir]);
  return dataDir;
}

async function start(dataDir: string, options: { rootHome?: string } = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, log: silentLog, ...options });
  servers.push(server);
  return server;
}

/** The same in a process of its own, which can be killed. */
async function startProcess(dataDir: string, identity: { uid?: number; gid?: number } = {}) {
  const script = path.join(import.meta.dirname, "../setup/embedded-process.ts");
  const child = spawn(process.execPath, ["--import", "tsx", script, dataDir], {
    ...identity,
    cwd: path.join(import.meta.dirname, "../.."),
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString()));
    child.once("exit", (code) => reject(new Error(`The process ended (${code}): ${complaint}`)));
  });
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
  });
  return { ...announcement.parse(JSON.parse(line)), child, ended };
}

async function query<T>(url: string, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

const rows = (url: string) =>
  query(url, (sql) => sql`select id from kept order by id`).then((all) => all.map(({ id }) => id));
const isRunning = (pid: number) => processStart(pid).then((at) => at !== undefined);

describe("the embedded PostgreSQL", () => {
  test("keeps its data, its passwords and its port over a stop and a start", async () => {
    const dataDir = await newDataDir();
    const first = await start(dataDir);
    await query(first.ownerUrl, (sql) => sql`create table kept as select 1 as id`);
    await first.stop();
    expect(await isRunning(first.pid())).toBe(false);
    const second = await start(dataDir);
    expect(second.ownerUrl).toBe(first.ownerUrl);
    expect(await rows(second.ownerUrl)).toEqual([1]);
  });

  test("listens on loopback only, and lets nobody in without the password, which only we can read", async () => {
    const dataDir = await newDataDir();
    const server = await start(dataDir);
    const [settings] = await query(
      server.superuserUrl,
      (sql) => sql`
      select current_setting('listen_addresses') as listen, current_setting('unix_socket_directories') as sockets,
             current_setting('fsync') as fsync, current_setting('synchronous_commit') as durable,
             current_setting('password_encryption') as passwords`,
    );
    expect(settings).toEqual({
      listen: "127.0.0.1",
      sockets: "",
      fsync: "on",
      durable: "on",
      passwords: "scram-sha-256",
    });
    const [owner] = await query(
      server.ownerUrl,
      (sql) => sql`select rolsuper from pg_roles where rolname = current_user`,
    );
    expect(owner).toEqual({ rolsuper: false });
    for (const url of [server.ownerUrl, server.superuserUrl]) {
      const guess = new URL(url);
      guess.password = "guess";
      await expect(query(guess.toString(), (sql) => sql`select 1`)).rejects.toMatchObject({ code: "28P01" });
    }
    expect((await stat(path.join(dataDir, "postgres.json"))).mode & 0o077).toBe(0);
    expect((await stat(path.join(dataDir, "postgres"))).mode & 0o077).toBe(0);
  });

  test("is refused to a second server on the same folder, with a sentence", async () => {
    const dataDir = await newDataDir();
    const other = await startProcess(dataDir);
    await expect(start(dataDir)).rejects.toThrow(/in use by another Signalbox \(process \d+\)/);
    expect(await isRunning(other.pid)).toBe(true);
  });

  test("left behind by a killed server is stopped and started by the next", async () => {
    const dataDir = await newDataDir();
    const killed = await startProcess(dataDir);
    await query(killed.ownerUrl, (sql) => sql`create table kept as select 1 as id`);
    killed.child.kill("SIGKILL");
    await killed.ended;
    expect(await isRunning(killed.pid)).toBe(true);
    const next = await start(dataDir);
    expect(next.pid()).not.toBe(killed.pid);
    expect(await isRunning(killed.pid)).toBe(false);
    expect(await rows(next.ownerUrl)).toEqual([1]);
  });

  test("killed together with its server recovers what was committed", async () => {
    const dataDir = await newDataDir();
    const killed = await startProcess(dataDir);
    const sql = postgres(killed.ownerUrl, { max: 1, connect_timeout: 5, onnotice: () => {} });
    await sql`create table kept (id int primary key)`;
    const acknowledged: number[] = [];
    const writing = (async () => {
      for (let id = 0; ; id++) {
        await sql`insert into kept values (${id})`;
        acknowledged.push(id);
      }
    })().catch(() => undefined);
    await expect.poll(() => acknowledged.length).toBeGreaterThan(100);
    process.kill(killed.pid, "SIGKILL");
    killed.child.kill("SIGKILL");
    await writing;
    await sql.end({ timeout: 0 });
    await killed.ended;
    const next = await start(dataDir);
    expect(await rows(next.ownerUrl)).toEqual(expect.arrayContaining(acknowledged));
  });

  test("that dies is started again on its port", async () => {
    const server = await start(await newDataDir());
    await query(server.ownerUrl, (sql) => sql`create table kept as select 1 as id`);
    const killed = server.pid();
    process.kill(killed, "SIGKILL");
    await expect.poll(() => server.pid(), { timeout: 15_000 }).not.toBe(killed);
    await expect.poll(() => rows(server.ownerUrl).catch(() => "away"), { timeout: 15_000 }).toEqual([1]);
  });

  test("does not take a process that was given its old number for itself", async () => {
    const dataDir = await newDataDir();
    const first = await start(dataDir);
    const pidFile = path.join(dataDir, "postgres", "postmaster.pid");
    const lines = await readFile(pidFile, "utf8");
    await first.stop();
    const bystander = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    children.push(bystander);
    await writeFile(pidFile, lines.replace(/^\d+/, String(bystander.pid)), { mode: 0o600 });
    await writeFile(
      path.join(dataDir, "postgres.lock"),
      JSON.stringify({ pid: bystander.pid, startedAt: "long ago" }),
    );
    const second = await start(dataDir);
    expect(await query(second.ownerUrl, (sql) => sql`select 1 as one`)).toMatchObject([{ one: 1 }]);
    expect(bystander.exitCode).toBeNull();
  });

  test("is made anew when the first start was killed in the middle", async () => {
    const dataDir = path.join(await newFolder(), "data");
    await mkdir(path.join(dataDir, "postgres.half"), { recursive: true });
    await writeFile(path.join(dataDir, "postgres.half", "PG_VERSION"), "17\n");
    const server = await start(dataDir);
    expect(await query(server.ownerUrl, (sql) => sql`select 1 as one`)).toMatchObject([{ one: 1 }]);
  });

  test("of another major version is left alone, with a sentence", async () => {
    const dataDir = await newDataDir();
    await (await start(dataDir)).stop();
    await writeFile(path.join(dataDir, "postgres", "PG_VERSION"), "12\n");
    await expect(start(dataDir)).rejects.toThrow(/made by PostgreSQL 12/);
  });

  test.runIf(isRoot)("runs for root in a folder that is closed to others", async () => {
    const closed = await newFolder(0o700);
    const rootHome = path.join(await newFolder(), "home");
    const dataDir = path.join(closed, "data");
    const first = await start(dataDir, { rootHome });
    await query(first.ownerUrl, (sql) => sql`create table kept as select 1 as id`);
    await first.stop();
    const second = await start(dataDir, { rootHome });
    expect(await rows(second.ownerUrl)).toEqual([1]);
    expect((await stat(closed)).mode & 0o777).toBe(0o700);
  });

  test.runIf(isRoot)("runs for an ordinary user", async () => {
    const folder = await newFolder();
    const nobody = { uid: 65_534, gid: 65_534 };
    await chown(folder, nobody.uid, nobody.gid);
    const dataDir = path.join(folder, "data");
    const server = await startProcess(dataDir, nobody);
    expect(await query(server.ownerUrl, (sql) => sql`select 1 as one`)).toMatchObject([{ one: 1 }]);
    expect((await stat(dataDir)).mode & 0o077).toBe(0);
    server.child.kill("SIGTERM");
    await server.ended;
    expect(await isRunning(server.pid)).toBe(false);
  });
});
