// @ts-check
import { execFile } from "node:child_process";
import { accessSync, constants, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const INSTALL_TIMEOUT_MS = 300_000;

const cache = join(import.meta.dirname, "../.cache/promtool");
const kept = join(cache, "promtool");

/**
 * Prometheus' promtool, which lints what `/metrics` says: the one that `SIGNALBOX_TEST_PROMTOOL`
 * names, an installed one, one that was fetched before, or (with `install`) the one in the
 * distribution's package. That is unpacked and not installed: nobody asked for a Prometheus that runs.
 * @param {{ install?: boolean, log?: (line: string) => void }} [options]
 * @returns {Promise<string | undefined>} undefined where there is none to be had
 */
export async function findPromtool({ install = false, log = () => {} } = {}) {
  const found = [process.env.SIGNALBOX_TEST_PROMTOOL, ...onPath(), kept].find(isExecutable);
  if (found !== undefined || !install) return found;
  log("No promtool is installed; fetching it from the distribution's package (apt-get download prometheus).");
  try {
    await fetchPackaged();
  } catch (error) {
    log(`promtool could not be had: ${error instanceof Error ? error.message.split("\n")[0] : error}`);
  }
  return isExecutable(kept) ? kept : undefined;
}

async function fetchPackaged() {
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "package-"));
  const options = { cwd: folder, timeout: INSTALL_TIMEOUT_MS, maxBuffer: 64 * 1024 * 1024 };
  const download = () => run("apt-get", ["download", "prometheus"], options);
  try {
    await download().catch(async (error) => {
      // A machine that has never asked for its lists of packages; only root may.
      if (process.getuid?.() !== 0) throw error;
      await run("apt-get", ["update"], options);
      await download();
    });
    const archive = readdirSync(folder).find((name) => name.endsWith(".deb"));
    if (archive === undefined) throw new Error("apt-get downloaded nothing");
    await run("dpkg-deb", ["-x", archive, "unpacked"], options);
    renameSync(join(folder, "unpacked/usr/bin/promtool"), kept);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const onPath = () =>
  (process.env.PATH ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, "promtool"));

/** @param {string | undefined} path */
function isExecutable(path) {
  if (!path) return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
