// @ts-check
import { accessSync, constants, readFileSync, statfsSync } from "node:fs";
import { freemem, tmpdir } from "node:os";

const MEMORY_FOLDER = "/dev/shm";
const GiB = 2 ** 30;

/**
 * Where tests put what they throw away. In memory, where there is plenty: each test database is some
 * 600 small files, which a disk takes ten times as long to make. What developers say with TMPDIR holds.
 */
export function scratchFolder() {
  return process.env.TMPDIR === undefined && hasRoomyMemoryFolder() ? MEMORY_FOLDER : tmpdir();
}

function hasRoomyMemoryFolder() {
  try {
    accessSync(MEMORY_FOLDER, constants.W_OK);
    const { bavail, bsize } = statfsSync(MEMORY_FOLDER);
    if (bavail * bsize < 2 * GiB || freemem() < 4 * GiB) return false;
    // Containers give 64 MB of it, or one that no program may be started from.
    const mount = readFileSync("/proc/mounts", "utf8")
      .split("\n")
      .map((line) => line.split(" "))
      .find(([, folder]) => folder === MEMORY_FOLDER);
    return mount?.[2] === "tmpfs" && !mount[3]?.split(",").includes("noexec");
  } catch {
    return false;
  }
}
