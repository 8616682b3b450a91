// @ts-check
/**
 * Signalbox as the bench measures it: the production build in a process of its own, without tsx in
 * the way. Answers each message with its memory after garbage collection (`--expose-gc`).
 */
import { setTimeout as delay } from "node:timers/promises";

const build = new URL("../../build/server.js", import.meta.url);
/** @type {typeof import("../../server.ts")} */
const { startServer } = await import(build.href);
const server = await startServer({ fastLane: process.env.BENCH_FAST_LANE !== "off" });

process.send?.({ origin: server.origin });

process.on("message", async () => {
  // What the first collection finalizes, the second frees.
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc?.();
    await delay(200);
  }
  process.send?.(process.memoryUsage());
});
process.once("SIGTERM", () => {
  server.stop().finally(() => process.exit(0));
});
