// @ts-check
import { execFile } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

const COMMANDS = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "google-chrome-beta",
  "microsoft-edge",
];
const OTHER_PLACES = [
  "/snap/bin/chromium",
  "/opt/google/chrome/chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];
const VERSION_TIMEOUT_MS = 20_000;
const INSTALL_TIMEOUT_MS = 300_000;

/** No Chromium was there and none could be had; the message says what was tried. */
export class NoBrowserError extends Error {
  /** @override */
  name = "NoBrowserError";
}

/**
 * A Chromium that starts: an installed one, then Playwright's own, then (with `install`) the
 * distribution's package, and Playwright's download where there is no right to install packages.
 * `SIGNALBOX_TEST_BROWSER` names one by hand.
 * @param {{ install?: boolean, log?: (line: string) => void }} [options]
 * @returns {Promise<{ executablePath: string, version: string }>}
 * @throws {NoBrowserError}
 */
export async function findBrowser({ install = false, log = () => {} } = {}) {
  const named = process.env.SIGNALBOX_TEST_BROWSER;
  if (named) {
    const version = await versionOf(named);
    if (version) return { executablePath: named, version };
    throw new NoBrowserError(`SIGNALBOX_TEST_BROWSER names ${named}, which does not start.`);
  }

  const found = await firstThatStarts([...installed(), await playwrightsOwn()]);
  if (found || !install) return found ?? giveUp([]);

  /** @type {string[]} */
  const tried = [];
  if (process.getuid?.() === 0 && onPath("apt-get")) {
    log("No Chromium is installed; installing the distribution's package (apt-get install -y chromium).");
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const options = { env, timeout: INSTALL_TIMEOUT_MS, maxBuffer: 64 * 1024 * 1024 };
    await run("apt-get", ["update"], options).catch((error) =>
      tried.push(`apt-get update: ${lastLine(error)}`),
    );
    await run("apt-get", ["install", "-y", "--no-install-recommends", "chromium"], options).catch((error) =>
      tried.push(`apt-get install -y chromium: ${lastLine(error)}`),
    );
    const packaged = await firstThatStarts(installed());
    if (packaged) return packaged;
  }

  log("No Chromium is installed; downloading Playwright's own (npx playwright install chromium).");
  const env = { ...process.env, PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: "15000" };
  const cli = join(import.meta.dirname, "../node_modules/playwright/cli.js");
  await run(process.execPath, [cli, "install", "chromium"], { env, timeout: INSTALL_TIMEOUT_MS }).catch(
    (error) => tried.push(`playwright install chromium: ${lastLine(error)}`),
  );
  return (await firstThatStarts([await playwrightsOwn()])) ?? giveUp(tried);
}

/** @param {string[]} tried @returns {never} */
function giveUp(tried) {
  const attempts = tried.length > 0 ? ` Tried: ${tried.join("; ")}.` : "";
  throw new NoBrowserError(
    `The browser tests need Chromium or Chrome, and none was found.${attempts} ` +
      "Install one (Debian: apt-get install chromium; elsewhere: npx playwright install --with-deps chromium), " +
      "or name one in SIGNALBOX_TEST_BROWSER.",
  );
}

function installed() {
  return [...COMMANDS.map(onPath), ...OTHER_PLACES].filter((path) => path !== undefined);
}

/** @param {string} command */
function onPath(command) {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const path = join(folder, command);
    try {
      if (folder !== "") accessSync(path, constants.X_OK);
      else continue;
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

async function playwrightsOwn() {
  const { chromium } = await import("playwright");
  return chromium.executablePath();
}

/** @param {(string | undefined)[]} paths */
async function firstThatStarts(paths) {
  for (const executablePath of paths) {
    if (!executablePath || !existsSync(executablePath)) continue;
    const version = await versionOf(executablePath);
    if (version) return { executablePath, version };
  }
  return undefined;
}

/**
 * Being there is not enough: one without its shared libraries, or a stand-in for a snap, does not start.
 * @param {string} path
 */
async function versionOf(path) {
  try {
    const { stdout } = await run(path, ["--version"], { timeout: VERSION_TIMEOUT_MS });
    return stdout.trim() || undefined;
  } catch {
    return undefined;
  }
}

/** @param {unknown} error */
function lastLine(error) {
  const output = error instanceof Error && "stderr" in error ? String(error.stderr) : "";
  const lines = (output || String(error)).trim().split("\n");
  return lines.at(-1) ?? "failed";
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  findBrowser({ install: process.argv.includes("--install"), log: console.error }).then(
    (browser) => console.log(`${browser.executablePath} (${browser.version})`),
    (error) => {
      console.error(error instanceof NoBrowserError ? error.message : error);
      process.exitCode = 1;
    },
  );
}
