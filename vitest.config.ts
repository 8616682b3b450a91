import { defineConfig } from "vitest/config";
import { scratchFolder } from "./scripts/scratch-folder.mjs";

// Inherited by the workers and what they start.
process.env.TMPDIR = scratchFolder();

export default defineConfig({
  test: {
    include: ["tests/{domain,routes,jobs,db,http,ui}/**/*.test.ts", "tests/{domain,routes,ui}/**/*.test.tsx"],
    globalSetup: ["tests/setup/global-postgres.ts"],
    pool: "forks",
    // Two cores, and PostgreSQL works beside the tests.
    maxWorkers: 2,
    // As the journeys (playwright.config.ts).
    retry: process.env.CI ? 1 : 0,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // How long to wait for something to become so; a busy machine is slow, not wrong.
    expect: { poll: { timeout: 10_000, interval: 10 } },
    // A rejection that nobody awaited is a defect even when every assertion held.
    dangerouslyIgnoreUnhandledErrors: false,
    env: { NODE_ENV: "test", TZ: "UTC" },
  },
});
