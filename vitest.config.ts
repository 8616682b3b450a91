import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { scratchFolder } from "./scripts/scratch-folder.mjs";

// Inherited by the workers and what they start.
process.env.TMPDIR = scratchFolder();

const longest = ["routes/route-sweep", "integrity/killed-retention", "http/fast-lane", "db/embedded"];

/** The longest files first, so that none is left to run alone at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => longest.some((name) => moduleId.includes(name));
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    include: ["tests/{domain,routes,jobs,db,http,ui}/**/*.test.ts", "tests/{domain,routes,ui}/**/*.test.tsx"],
    globalSetup: ["tests/setup/global-postgres.ts"],
    pool: "forks",
    // For two cores: much of a test is waiting.
    maxWorkers: 3,
    // Modules keep no state (CONTRIBUTING.md), and loading them anew was a quarter of the work.
    isolate: false,
    sequence: { sequencer: LongestFirst },
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
