import { chmod, lchown, readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";

/** The operating-system account that PostgreSQL runs as. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
}

/**
 * PostgreSQL refuses to run as root, so root runs it as `postgres`, or `nobody` where there is no
 * such user. Undefined for everybody else: it then runs as who we are.
 */
export async function unprivilegedAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const passwd = await readFile("/etc/passwd", "utf8");
  const entries = passwd.split("\n").map((line) => line.split(":"));
  for (const wanted of ["postgres", "nobody"]) {
    const entry = entries.find(([name]) => name === wanted);
    const uid = Number(entry?.[2]);
    const gid = Number(entry?.[3]);
    if (entry !== undefined && Number.isInteger(uid) && Number.isInteger(gid) && uid !== 0)
      return { name: wanted, uid, gid };
  }
  throw new Error(
    "PostgreSQL refuses to run as root, and /etc/passwd has neither a `postgres` nor a `nobody` user to run it as. Start Signalbox as an ordinary user, or set DATABASE_URL.",
  );
}

const READ = 4;
const SEARCH = 1;

async function allows(account: Account, file: string, bits: number): Promise<boolean> {
  const { uid, gid, mode } = await stat(file);
  const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0;
  return ((mode >> shift) & bits) === bits;
}

/** The first folder on the way to `target` (itself included) that the account may not pass, if any. */
export async function closedFolder(account: Account, target: string): Promise<string | undefined> {
  const { root } = path.parse(target);
  const names = path.relative(root, target).split(path.sep).filter(Boolean);
  let folder = root;
  for (const name of ["", ...names]) {
    folder = path.join(folder, name);
    if (!(await allows(account, folder, SEARCH))) return folder;
  }
  return undefined;
}

/** Whether the account may read and run this file. */
export const mayRun = (account: Account, file: string): Promise<boolean> =>
  allows(account, file, READ | SEARCH);

/** Gives a folder and all in it to the account, readable by nobody else. */
export async function giveTo(account: Account, folder: string): Promise<void> {
  await lchown(folder, account.uid, account.gid);
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    await lchown(path.join(entry.parentPath, entry.name), account.uid, account.gid);
}
