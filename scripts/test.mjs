// @ts-check
/**
 * `npm test`: everything that must hold before a change lands, on ports and data of its own.
 * Ends with one line `N passed, N failed` over all runners; exits non-zero on any failure.
 *
 *   node scripts/test.mjs                 all of it
 *   node scripts/test.mjs --only static   lint, import rules, types, build and its size
 *   node scripts/test.mjs --only unit     Vitest (the build included, which the HTTP tests serve)
 *   node scripts/test.mjs --only e2e      Playwright (the build included)
 */
import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { findBrowser, NoBrowserError } from "./find-browser.mjs";
import { findPromtool } from "./find-promtool.mjs";
import { freePort } from "./free-port.mjs";
import { scratchFolder } from "./scratch-folder.mjs";

/**
 * @typedef {{ name: string, passed: number, failed: number, note?: string, fileMs?: Map<string, number> }} Result
 *   with how long each file took, where there are files
 */
/** @typedef {{ env?: Record<string, string>, quiet?: boolean }} RunOptions */

const root = join(import.meta.dirname, "..");
const only = process.argv.includes("--only") ? process.argv[process.argv.indexOf("--only") + 1] : "all";
if (!["all", "static", "unit", "e2e"].includes(only ?? "")) {
  console.error("--only takes static, unit or e2e.");
  process.exit(2);
}

const reports = join(root, ".cache/test", String(process.pid));
mkdirSync(reports, { recursive: true });

/** @type {Set<import("node:child_process").ChildProcess>} */
const children = new Set();
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"]))
  process.on(signal, () => {
    for (const child of children) child.kill(signal);
    process.exitCode = 1;
  });

// One folder for all of it, so that nothing stays of what was killed.
const scratch = mkdtempSync(join(scratchFolder(), "signalbox-"));
// It stands for the temporary folder, also of what runs as another user when this is root.
chmodSync(scratch, 0o1777);

process.exitCode = await main();
rmSync(scratch, { recursive: true, force: true });

async function main() {
  const startedAtMs = Date.now();
  const results = only === "unit" || only === "e2e" ? [await check("build")] : await staticChecks();
  const built = results.some((result) => result.name === "build" && result.failed === 0);

  if (only === "all" || only === "unit") results.push(built ? await vitest() : notBuilt("vitest"));
  if (only === "all" || only === "e2e") results.push(built ? await playwright() : notBuilt("playwright"));
  rmSync(reports, { recursive: true, force: true });

  for (const { name, fileMs } of results) if (fileMs !== undefined) printSlowest(name, fileMs);
  console.log("");
  for (const { name, passed, failed, note } of results)
    console.log(`  ${name.padEnd(12)} ${passed} passed, ${failed} failed${note ? `: ${note}` : ""}`);
  console.log(`  in ${Math.round((Date.now() - startedAtMs) / 1000)} s\n`);

  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  const failed = results.reduce((sum, result) => sum + result.failed, 0);
  console.log(`${passed} passed, ${failed} failed`);
  return failed > 0 || passed === 0 ? 1 : 0;
}

/** @param {string} name @param {Map<string, number>} fileMs */
function printSlowest(name, fileMs) {
  const slowest = [...fileMs].sort(([, one], [, other]) => other - one).slice(0, 15);
  const lines = slowest.map(([file, ms]) => `  ${(ms / 1000).toFixed(1).padStart(7)} s  ${file}`);
  console.log(["", `  ${name}: the slowest of ${fileMs.size} files`, ...lines].join("\n"));
}

async function staticChecks() {
  const [built, ...others] = await Promise.all([
    check("build").then(async (build) => [
      build,
      build.failed === 0 ? await check("check:bundle") : notBuilt("check:bundle"),
    ]),
    check("lint:code"),
    check("lint:imports"),
    check("typecheck"),
  ]);
  return [...built, ...others];
}

/**
 * One npm script as one check; its output is shown only when it fails.
 * @param {string} script @returns {Promise<Result>}
 */
async function check(script) {
  const arguments_ = script === "build" ? ["run", "build", "--", "--if-changed"] : ["run", script];
  const startedAtMs = Date.now();
  const { code, output } = await run("npm", ["--silent", ...arguments_], { quiet: true });
  const seconds = ((Date.now() - startedAtMs) / 1000).toFixed(1);
  if (code !== 0) console.log(`\n${output.trimEnd()}\n`);
  console.log(`${code === 0 ? "✓" : "✗"} ${script} (${seconds} s)`);
  return { name: script, passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 };
}

/** @param {string} name @returns {Result} */
function notBuilt(name) {
  return { name, passed: 0, failed: 1, note: "not run, since the build failed" };
}

/** @returns {Promise<Result>} */
async function vitest() {
  const promtool = await findPromtool({ install: true, log: console.log });
  // As root, as on CI, everything that a test needs can be had: then one that cannot run has failed.
  if (promtool === undefined && process.getuid?.() === 0)
    return { name: "vitest", passed: 0, failed: 1, note: "no promtool, which the test of /metrics needs" };
  if (promtool === undefined) console.log("Without promtool, /metrics is not held against its linter.");
  const report = join(reports, "vitest.json");
  const { code } = await run(
    process.execPath,
    [
      "node_modules/vitest/vitest.mjs",
      "run",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${report}`,
    ],
    { env: { TMPDIR: scratch, ...(promtool !== undefined && { SIGNALBOX_TEST_PROMTOOL: promtool }) } },
  );
  const outcome = readReport(report);
  const passed = Number(outcome?.numPassedTests ?? 0);
  // A file that fails to load has no failed test of its own.
  /** @type {{ name: string, startTime: number, endTime: number, status: string, assertionResults?: { status: string }[] }[]} */
  const files = outcome?.testResults ?? [];
  const brokenFiles = files.filter(
    (file) => file.status === "failed" && !file.assertionResults?.some((test) => test.status === "failed"),
  ).length;
  const fileMs = new Map(
    files.map(({ name, startTime, endTime }) => [relative(root, name), endTime - startTime]),
  );
  return { ...settle("vitest", code, passed, Number(outcome?.numFailedTests ?? 0) + brokenFiles), fileMs };
}

/** @returns {Promise<Result>} */
async function playwright() {
  let browser;
  try {
    browser = await findBrowser({ install: true, log: console.log });
  } catch (error) {
    if (!(error instanceof NoBrowserError)) throw error;
    console.log(error.message);
    return { name: "playwright", passed: 0, failed: 1, note: "no browser" };
  }

  const report = join(reports, "playwright.json");
  const dataDir = mkdtempSync(join(scratch, "e2e-"));
  chmodSync(dataDir, 0o755);
  try {
    const { code } = await run(
      process.execPath,
      ["node_modules/playwright/cli.js", "test", "--reporter=list,json"],
      {
        env: {
          TMPDIR: scratch,
          PLAYWRIGHT_JSON_OUTPUT_FILE: report,
          SIGNALBOX_TEST_BROWSER: browser.executablePath,
          SIGNALBOX_E2E_PORT: String(await freePort()),
          SIGNALBOX_E2E_DATA_DIR: dataDir,
        },
      },
    );
    const outcome = readReport(report);
    const { expected = 0, unexpected = 0, flaky = 0 } = outcome?.stats ?? {};
    const result = {
      ...settle("playwright", code, expected + flaky, unexpected),
      fileMs: msOf(outcome?.suites),
    };
    return flaky > 0 ? { ...result, note: `${flaky} of them only when tried again` } : result;
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/**
 * How long the tests of each file took, tries that failed included.
 * @typedef {{ file: string, suites?: Suite[], specs?: { tests: { results: { duration: number }[] }[] }[] }} Suite
 * @param {Suite[]} [suites] @param {Map<string, number>} [fileMs]
 */
function msOf(suites = [], fileMs = new Map()) {
  for (const { file, suites: inner, specs = [] } of suites) {
    const results = specs.flatMap(({ tests }) => tests.flatMap((test) => test.results));
    const ms = results.reduce((sum, { duration }) => sum + duration, 0);
    fileMs.set(file, (fileMs.get(file) ?? 0) + ms);
    msOf(inner, fileMs);
  }
  return fileMs;
}

/**
 * A runner that ends badly without naming a failed test (it crashed, or ran nothing) has failed once.
 * @param {string} name @param {number} code @param {number} passed @param {number} failed @returns {Result}
 */
function settle(name, code, passed, failed) {
  if (failed === 0 && code !== 0) return { name, passed, failed: 1, note: `the runner ended with ${code}` };
  if (failed === 0 && passed === 0) return { name, passed, failed: 1, note: "no test ran" };
  return { name, passed, failed };
}

/** @param {string} path */
function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * @param {string} command @param {string[]} arguments_ @param {RunOptions} [options]
 * @returns {Promise<{ code: number, output: string }>}
 */
function run(command, arguments_, { env = {}, quiet = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, arguments_, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: quiet ? ["ignore", "pipe", "pipe"] : ["ignore", "inherit", "inherit"],
    });
    children.add(child);
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding("utf8").on("data", (/** @type {string} */ text) => {
        output += text;
      });
    child.on("error", (error) => {
      output += String(error);
    });
    child.on("close", (code) => {
      children.delete(child);
      resolve({ code: code ?? 1, output });
    });
  });
}
