import { execFile } from "node:child_process";
import { link, readFile, rm, unlink, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { z } from "zod";

const run = promisify(execFile);

/**
 * When a process started, as the system tells it, so that a pid that was given out again is not
 * taken for the process that wrote it down. Undefined when there is no such process.
 */
export async function processStart(pid: number): Promise<string | undefined> {
  try {
    const fields = await readFile(`/proc/${pid}/stat`, "utf8");
    // "pid (name) state …": the name may hold anything, so count from its last parenthesis.
    const [state, ...rest] = fields.slice(fields.lastIndexOf(")") + 2).split(" ");
    return state === "Z" ? undefined : rest[18];
  } catch {
    if (process.platform === "linux") return undefined;
  }
  try {
    const { stdout } = await run("ps", ["-o", "lstart=", "-p", String(pid)]);
    return stdout.trim() || undefined;
  } catch {
    return undefined;
  }
}

/** What a process was started as; undefined when there is none or it cannot be told. */
export async function processCommand(pid: number): Promise<string | undefined> {
  try {
    return (await readFile(`/proc/${pid}/cmdline`, "utf8")).replaceAll("\0", " ").trim() || undefined;
  } catch {
    if (process.platform === "linux") return undefined;
  }
  try {
    const { stdout } = await run("ps", ["-o", "command=", "-p", String(pid)]);
    return stdout.trim() || undefined;
  } catch {
    return undefined;
  }
}

const holderSchema = z.object({ pid: z.int().positive(), startedAt: z.string() });
type Holder = z.infer<typeof holderSchema>;

async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    return holderSchema.parse(JSON.parse(await readFile(file, "utf8")));
  } catch {
    return undefined;
  }
}

/**
 * Takes `file` for this process: two servers on one data folder would each stop the other's
 * PostgreSQL as a stale one. What a killed process left behind is taken over.
 * @returns gives it back
 * @throws when another living process holds it
 */
export async function takeProcessLock(file: string, what: string): Promise<() => Promise<void>> {
  const mine: Holder = { pid: process.pid, startedAt: (await processStart(process.pid)) ?? "" };
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, JSON.stringify(mine), { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        // A link appears whole or not at all, and never replaces what is there.
        await link(draft, file);
        return async () => {
          const holder = await readHolder(file);
          if (holder?.pid === mine.pid && holder.startedAt === mine.startedAt)
            await rm(file, { force: true });
        };
      } catch (error) {
        if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
      }
      const holder = await readHolder(file);
      if (holder !== undefined && (await processStart(holder.pid)) === holder.startedAt)
        throw new Error(
          holder.pid === process.pid
            ? `${what} is already in use by this process.`
            : `${what} is in use by another Signalbox (process ${holder.pid}). Stop it first, or choose another folder with SIGNALBOX_DATA_DIR.`,
        );
      await unlink(file).catch(() => undefined);
    }
    throw new Error(`Could not take ${file}: other processes keep taking it.`);
  } finally {
    await rm(draft, { force: true });
  }
}
