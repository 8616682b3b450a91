import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "playwright/test";
import { findBrowser } from "./scripts/find-browser.mjs";
import { scratchFolder } from "./scripts/scratch-folder.mjs";
import { raisedLimits } from "./tests/setup/raised-limits.ts";

// Inherited by the browser and the server.
process.env.TMPDIR = scratchFolder();
const port = Number(process.env.SIGNALBOX_E2E_PORT || 3917);
const origin = `http://localhost:${port}`;
const dataDir = process.env.SIGNALBOX_E2E_DATA_DIR || join(tmpdir(), `signalbox-e2e-${port}`);

// Found once; the workers, which read this file too, inherit the environment.
process.env.SIGNALBOX_TEST_BROWSER ||= (await findBrowser()).executablePath;
process.env.SIGNALBOX_E2E_DATA_DIR = dataDir;
// Where a test may stand as somebody that the server calls.
const receiverPort = String(port + 1);
process.env.SIGNALBOX_E2E_RECEIVER_PORT = receiverPort;

export default defineConfig({
  testDir: "tests/e2e",
  testMatch: "**/*.e2e.ts",
  outputDir: "test-results",
  // The journeys share one server and its demo tenant; each makes agents of its own, and waits more than it works.
  workers: 2,
  // Where a change is about to land, what fails is tried once more, and named; while one works on it, never.
  retries: process.env.CI ? 1 : 0,
  timeout: 45_000,
  expect: { timeout: 10_000 },
  reporter: "list",
  use: {
    baseURL: origin,
    viewport: { width: 1440, height: 900 },
    trace: process.env.SIGNALBOX_E2E_TRACE === "on" ? "retain-on-failure" : "off",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: process.env.SIGNALBOX_TEST_BROWSER,
      // The sandbox needs rights that containers lack; the rest keeps the browser off the network.
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  webServer: {
    command: "node scripts/start.mjs",
    url: `${origin}/health/ready`,
    timeout: 120_000,
    reuseExistingServer: false,
    // The server stops its embedded PostgreSQL itself, for which it needs to be asked and not killed.
    gracefulShutdown: { signal: "SIGTERM", timeout: 20_000 },
    stdout: "ignore",
    env: {
      PORT: String(port),
      SIGNALBOX_ORIGIN: origin,
      SIGNALBOX_DATA_DIR: dataDir,
      SIGNALBOX_DEMO: "on",
      SIGNALBOX_OUTBOUND_ALLOW: `127.0.0.1:${receiverPort}`,
      LOG_LEVEL: "warn",
      ...raisedLimits,
      // What the developer's own shell sets for a real database is not for the tests.
      DATABASE_URL: "",
      DATABASE_TENANT_URL: "",
      DATABASE_SYSTEM_URL: "",
      SIGNALBOX_ROLE: "",
    },
  },
});
