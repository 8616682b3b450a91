import { raisedLimits } from "#tests/setup/raised-limits.ts";
import { startChild } from "./child-process.ts";
import type { BenchEnvironment } from "./environment.ts";

export interface SignalboxProcess {
  origin: string;
  /** Its memory after garbage collection. */
  memory(): Promise<NodeJS.MemoryUsage>;
  stop(): Promise<void>;
}

/** The production build as a process of its own on the bench's database. */
export async function startSignalbox(
  environment: BenchEnvironment,
  { fastLane = true }: { fastLane?: boolean } = {},
): Promise<SignalboxProcess> {
  const child = startChild({
    module: new URL("./signalbox-server.mjs", import.meta.url).pathname,
    // To see where its time goes: `SIGNALBOX_BENCH_NODE_OPTIONS="--cpu-prof --cpu-prof-dir=…"`.
    nodeOptions: ["--expose-gc", ...(process.env.SIGNALBOX_BENCH_NODE_OPTIONS?.split(" ") ?? [])],
    env: {
      NODE_ENV: "production",
      PORT: "0",
      HOST: "127.0.0.1",
      SIGNALBOX_ORIGIN: "",
      SIGNALBOX_DATA_DIR: environment.dataDir,
      SIGNALBOX_SECRET_KEY: environment.secretKey,
      SIGNALBOX_ROLE: "all",
      DATABASE_URL: environment.ownerUrl,
      DATABASE_TENANT_URL: "",
      DATABASE_SYSTEM_URL: "",
      LOG_LEVEL: "warn",
      ...raisedLimits,
      BENCH_FAST_LANE: fastLane ? "on" : "off",
    },
  });
  const { origin } = await child.next<{ origin: string }>();
  return { origin, memory: () => child.ask<NodeJS.MemoryUsage>({}), stop: child.stop };
}
