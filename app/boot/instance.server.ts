import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { InstanceFacts } from "#app/domain/platform/instance-beat.server.ts";
import type { InstanceReport } from "#app/domain/platform/schema.ts";
import type { PooledDatabase } from "#db/client.server.ts";
import type { Runtime } from "../runtime.ts";
import { projectRoot } from "./project-root.server.ts";

const packageSchema = z.object({ version: z.string() });

/** What this process is. */
export function describeInstance(role: string): InstanceFacts {
  const { version } = packageSchema.parse(
    JSON.parse(readFileSync(join(projectRoot(), "package.json"), "utf8")),
  );
  return {
    ...{ id: randomUUID(), role, host: hostname(), pid: process.pid, version },
    startedAt: new Date(Date.now() - process.uptime() * 1_000),
  };
}

/** How this process is doing at this moment. */
export function reportInstance(
  { live, sender, metrics }: Pick<Runtime, "live" | "sender" | "metrics">,
  { db, memoryBoundBytes }: { db: PooledDatabase; memoryBoundBytes: number },
): InstanceReport {
  const { streams, webStreams, channels, blockedStreams } = live.stats();
  const { http, sends } = metrics.totals();
  return {
    streams: { open: streams, web: webStreams, mailboxes: channels, blocked: blockedStreams },
    sends: { queued: sender.queued(), lanes: sender.lanes(), outcomes: sends },
    http,
    database: db.stats(),
    memoryBytes: process.memoryUsage.rss(),
    memoryBoundBytes,
  };
}
