/**
 * `npm run bench`: the figures to meet, measured side by side. With names, only those:
 * `npm run bench -- sends`, `batch`, `inbox`, `fast-lane`, `streams`, `statistics`, `archive`, `usage`; and
 * `trail`, `audit` and `usage-reads`, which load ten million messages or events and run only when they are named.
 */
import { cpus } from "node:os";
import { benchArchive } from "./archive.ts";
import { benchAudit } from "./audit.ts";
import { benchBatch } from "./batch.ts";
import { type BenchEnvironment, createEnvironment } from "./environment.ts";
import { benchFastLane } from "./fast-lane.ts";
import { benchInbox } from "./inbox.ts";
import { type Figure, formatFigures } from "./report.ts";
import { benchSends } from "./sends.ts";
import { benchStatistics } from "./statistics.ts";
import { benchStreams } from "./streams.ts";
import { benchTrail } from "./trail.ts";
import { benchUsage } from "./usage.ts";
import { benchUsageReads } from "./usage-reads.ts";

const benches: Record<string, (environment: BenchEnvironment) => Promise<Figure[]>> = {
  "fast-lane": benchFastLane,
  sends: benchSends,
  batch: benchBatch,
  inbox: benchInbox,
  streams: benchStreams,
  trail: benchTrail,
  audit: benchAudit,
  statistics: benchStatistics,
  archive: benchArchive,
  usage: benchUsage,
  "usage-reads": benchUsageReads,
};

/** What takes too long to come along unasked. */
const onlyNamed = new Set(["trail", "audit", "usage-reads"]);

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in benches));
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(", ")}; there are ${Object.keys(benches).join(", ")}.`);
  process.exit(2);
}

const processors = cpus();
console.log(
  `${processors.length} × ${processors[0]?.model ?? "unknown processor"}, Node ${process.versions.node}`,
);
console.log("Client, server and PostgreSQL share them; fsync and synchronous_commit are on.");

let missed = 0;
for (const [name, bench] of Object.entries(benches)) {
  if (asked.length > 0 ? !asked.includes(name) : onlyNamed.has(name)) continue;
  const environment = await createEnvironment();
  try {
    const figures = await bench(environment);
    missed += figures.filter(({ met }) => met === false).length;
    console.log(formatFigures(name, figures));
  } finally {
    await environment.stop();
  }
}
console.log(missed === 0 ? "Every figure is met." : `${missed} figures are missed.`);
