// @ts-check
/**
 * `npm run screenshots`: the pictures in docs/screenshots, taken of a server of their own (its own port
 * and data, the demo fleet at work) once its overview has traffic to show. Leaves nothing running.
 */
import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright";
import { findBrowser } from "./find-browser.mjs";
import { freePort } from "./free-port.mjs";

/** @typedef {import("playwright").Page} Page */

const root = join(import.meta.dirname, "..");
const folder = join(root, "docs/screenshots");
const START_TIMEOUT_MS = 120_000;
const TRAFFIC_TIMEOUT_MS = 120_000;
/** What the demo fleet must have said before the pictures are worth taking. */
const ENOUGH = { inInbox: 8, inConversation: 5 };
const MAX_PICTURE_BYTES = 200_000;

const themes = /** @type {const} */ (["light", "dark"]);
const desktop = { width: 1440, height: 900 };
const phone = { width: 390, height: 844 };

await main();

async function main() {
  const dataDir = mkdtempSync(join(tmpdir(), "signalbox-screenshots-"));
  // PostgreSQL runs as another user when this is root, and must be able to reach its cluster.
  chmodSync(dataDir, 0o755);
  const origin = `http://localhost:${await freePort()}`;
  const server = startServer(origin, dataDir);
  try {
    await isReady(origin, server);
    const browser = await chromium.launch({
      executablePath: (await findBrowser({ install: true, log: console.log })).executablePath,
      args: ["--no-sandbox", "--disable-gpu"],
    });
    try {
      await takeAll(browser, origin, dataDir);
    } finally {
      await browser.close();
    }
  } finally {
    await stop(server);
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** @param {string} origin @param {string} dataDir */
function startServer(origin, dataDir) {
  return spawn(process.execPath, ["scripts/start.mjs"], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
    env: {
      ...process.env,
      PORT: new URL(origin).port,
      SIGNALBOX_ORIGIN: origin,
      SIGNALBOX_DATA_DIR: dataDir,
      SIGNALBOX_DEMO: "on",
      LOG_LEVEL: "warn",
      // What the developer's own shell sets for a real database is not for the pictures.
      DATABASE_URL: "",
      DATABASE_TENANT_URL: "",
      DATABASE_SYSTEM_URL: "",
      SIGNALBOX_ROLE: "",
    },
  });
}

/** @param {string} origin @param {import("node:child_process").ChildProcess} server */
async function isReady(origin, server) {
  const deadlineMs = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    if (server.exitCode !== null) throw new Error(`The server ended with ${server.exitCode}.`);
    const response = await fetch(`${origin}/health/ready`).catch(() => undefined);
    if (response?.ok) return;
    if (Date.now() > deadlineMs) throw new Error("The server did not become ready.");
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/**
 * The server stops its embedded PostgreSQL itself, for which it is asked and not killed.
 * @param {import("node:child_process").ChildProcess} server
 */
async function stop(server) {
  if (server.exitCode !== null) return;
  const ended = new Promise((resolve) => server.once("exit", resolve));
  server.kill("SIGTERM");
  await ended;
}

/** @param {import("playwright").Browser} browser @param {string} origin @param {string} dataDir */
async function takeAll(browser, origin, dataDir) {
  mkdirSync(folder, { recursive: true });
  /** @type {{ admin: { email: string, password: string }, agents: { id: string, name: string }[] }} */
  const demo = JSON.parse(readFileSync(join(dataDir, "demo.json"), "utf8"));
  const planner = demo.agents.find(({ name }) => name === "Planner");
  if (planner === undefined) throw new Error("The demo fleet has no Planner.");

  const page = await browser.newPage({ baseURL: origin, viewport: desktop, reducedMotion: "reduce" });
  await page.goto("/sign-in");
  await page.getByLabel("Email").fill(demo.admin.email);
  await page.getByLabel("Password").fill(demo.admin.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(({ pathname }) => pathname.startsWith("/dashboard"));

  console.log("Waiting for the demo fleet's traffic…");
  const correlationId = await hasTraffic(page, planner.id);
  const inbox = `/dashboard/inbox?agent=${planner.id}`;
  for (const colorScheme of themes) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(desktop);
    await page.goto("/dashboard");
    await hasChart(page);
    await take(page, `overview-${colorScheme}`);

    await page.goto(inbox);
    await isLive(page);
    await page.getByRole("list", { name: "Messages" }).getByRole("link").first().click();
    await page.getByRole("article").waitFor();
    await take(page, `inbox-${colorScheme}`);

    await page.goto(`/dashboard/conversations/${encodeURIComponent(correlationId)}`);
    await isLive(page);
    await take(page, `conversation-${colorScheme}`);

    await page.goto(`/dashboard/agents/${planner.id}`);
    await hasChart(page);
    await take(page, `agent-${colorScheme}`);

    await page.goto("/dashboard/topology");
    await page.locator(".react-flow__edge").first().waitFor({ state: "attached" });
    // Its lines are drawn after its boxes are measured, and painted some moments after that.
    await page.waitForTimeout(2_000);
    await take(page, `topology-${colorScheme}`);

    await page.goto("/dashboard/desk");
    await isLive(page);
    await take(page, `desk-${colorScheme}`);

    await page.setViewportSize(phone);
    await page.goto(inbox);
    await isLive(page);
    await take(page, `inbox-phone-${colorScheme}`);
  }
}

/**
 * Waits until the inbox and one of its conversations have enough in them.
 * @param {Page} page @param {string} mailboxId
 * @returns {Promise<string>} the correlation id of the longest conversation
 */
async function hasTraffic(page, mailboxId) {
  const deadlineMs = Date.now() + TRAFFIC_TIMEOUT_MS;
  while (Date.now() < deadlineMs) {
    /** @type {{ messages: { correlationId: string }[] }} */
    const inbox = await get(page, `/api/messaging/inbox/${mailboxId}?limit=50`);
    let longest = { correlationId: "", count: 0 };
    for (const correlationId of new Set(inbox.messages.map((message) => message.correlationId))) {
      /** @type {{ messages: unknown[] }} */
      const { messages } = await get(
        page,
        `/api/messaging/conversation/${encodeURIComponent(correlationId)}`,
      );
      if (messages.length > longest.count) longest = { correlationId, count: messages.length };
    }
    if (inbox.messages.length >= ENOUGH.inInbox && longest.count >= ENOUGH.inConversation)
      return longest.correlationId;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  throw new Error(`The demo fleet was too quiet for ${TRAFFIC_TIMEOUT_MS / 1000} s.`);
}

/** @param {Page} page @param {string} path */
async function get(page, path) {
  const response = await page.request.get(path);
  if (!response.ok()) throw new Error(`${path} answered ${response.status()}.`);
  return response.json();
}

/** @param {Page} page */
function isLive(page) {
  return page.getByRole("status").filter({ hasText: "Live" }).first().waitFor();
}

/** @param {Page} page */
function hasChart(page) {
  return page.locator("svg.recharts-surface").first().waitFor();
}

/** @param {Page} page @param {string} name */
async function take(page, name) {
  const path = join(folder, `${name}.png`);
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path, animations: "disabled", caret: "hide" });
  const { size } = statSync(path);
  console.log(`${name}.png  ${Math.round(size / 1000)} kB`);
  if (size > MAX_PICTURE_BYTES) throw new Error(`${name}.png is over ${MAX_PICTURE_BYTES / 1000} kB.`);
}
