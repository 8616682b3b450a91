import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ArchiveStore } from "./archive-store.ts";

/** Of a file that is being written; the next attempt writes over it. */
const HALF = ".half";

/** Keeps files in a folder, readable for its account alone. */
export function createFolderStore(folder: string): ArchiveStore {
  const pathOf = (name: string): string => join(folder, ...name.split("/"));
  return {
    place: folder,

    async put(name, content) {
      const path = pathOf(name);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const half = `${path}${HALF}`;
      await pipeline(
        typeof content === "string" ? Readable.from([content]) : content,
        createWriteStream(half, { mode: 0o600 }),
      );
      await sync(half);
      await rename(half, path);
      await sync(dirname(path));
    },

    async open(name) {
      const path = pathOf(name);
      return (await exists(path)) ? createReadStream(path) : undefined;
    },

    async remove(name) {
      await rm(pathOf(name), { force: true });
      await rm(`${pathOf(name)}${HALF}`, { force: true });
    },

    async *list(prefix) {
      const names = await readdir(folder, { recursive: true, withFileTypes: true }).catch(noneIfMissing);
      for (const entry of names) {
        const name = relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/");
        if (entry.isFile() && name.startsWith(prefix) && !name.endsWith(HALF)) yield name;
      }
    },
  };
}

/** Written means on the disk: rows are removed on the strength of it. */
async function sync(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ENOENT";

const noneIfMissing = (error: unknown): never[] => {
  if (isMissing(error)) return [];
  throw error;
};

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    (error: unknown) => {
      if (isMissing(error)) return false;
      throw error;
    },
  );
