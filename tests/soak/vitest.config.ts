import { defineConfig } from "vitest/config";

/** Long fault runs, one at a time: `npm run test:soak`. */
export default defineConfig({
  test: {
    root: new URL("../..", import.meta.url).pathname,
    include: ["tests/soak/**/*.soak.ts"],
    globalSetup: ["tests/setup/global-postgres.ts"],
    fileParallelism: false,
    testTimeout: 30 * 60_000,
    hookTimeout: 120_000,
  },
});
