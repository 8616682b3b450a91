import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { encodePlace } from "#app/domain/audit/audit-log-cursor.ts";
import { walkAuditEvents } from "#app/domain/audit/walk-audit-events.server.ts";
import { toUuid } from "#db/ids.ts";
import { type AuditHistory, auditHistory } from "./audit-population.ts";
import { auditFilters } from "./audit-reads.ts";
import { type BenchEnvironment, createEnvironment } from "./environment.ts";
import { explain } from "./explain.ts";
import { type Figure, kibibytes, milliseconds, percentile, perSecond, ratio } from "./report.ts";
import { signInToBench } from "./sign-in.ts";
import { startSignalbox } from "./signalbox-process.ts";

const SAMPLES = 30;
const WARM_UP = 5;
const BAR_MS = 50;
const EXPORT_BAR = 50_000;
const GROWTH_BAR = 1.5;
const SMALL = 100_000;
const smallCount = SMALL.toLocaleString("en-US");

const sizeSchema = z.coerce.number().int().min(10_000).max(100_000_000).default(10_000_000);

/**
 * Reading the audit trail of the largest of fifty tenants with ten million events over thirteen months
 * (`SIGNALBOX_BENCH_EVENTS`): every filter and the usual pairs, first page, deep page by cursor, the
 * deepest page by number; of all tenants; the volume; and an export; beside the same of a tenant with a hundred
 * thousand events in all. The plans go into `audit-plans.txt` of the report's folder.
 */
export async function benchAudit(environment: BenchEnvironment): Promise<Figure[]> {
  const events = sizeSchema.parse(process.env.SIGNALBOX_BENCH_EVENTS);
  const small = await measureSmall();
  const history = await auditHistory(environment, events);
  const large = await measureAll(environment, history);
  await writePlans(environment, history);
  const pairs = large.reads.map((read, n) => ({ read, before: small.reads[n] }));
  return [
    ...pairs.map(({ read, before }) => readFigure(read, before)),
    growthFigure(pairs),
    ...large.exports.map((one, n) => exportFigure(one, small.exports[n])),
  ];
}

/** In a database of its own. */
async function measureSmall(): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), "signalbox-bench-"));
  const environment = await createEnvironment(folder);
  try {
    return await measureAll(environment, await auditHistory(environment, SMALL, 1));
  } finally {
    await environment.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Measured {
  reads: MeasuredRead[];
  exports: MeasuredExport[];
}

async function measureAll(environment: BenchEnvironment, history: AuditHistory): Promise<Measured> {
  const signIn = await signInToBench(environment, toUuid(history.tenantId));
  await environment.owner`
    update users set platform_admin = true where id in (
      select user_id from memberships where tenant_id = ${toUuid(history.tenantId)})`;
  const signalbox = await startSignalbox(environment);
  try {
    const cookie = await signIn(signalbox.origin);
    const reads: MeasuredRead[] = [];
    for (const read of readsOf(history)) reads.push(await measure(signalbox.origin, cookie, read));
    return { reads, exports: await measureExport(signalbox.origin, cookie, signalbox.memory) };
  } finally {
    await signalbox.stop();
  }
}

function readFigure({ what, p50Ms, p95Ms, isPage, ...read }: MeasuredRead, before?: MeasuredRead): Figure {
  const growth = isComparable(read, before) ? `, ${ratio(p50Ms, before.p50Ms)} that of ${smallCount}` : "";
  return {
    what,
    measured: `p50 ${milliseconds(p50Ms)}, p95 ${milliseconds(p95Ms)}${growth}`,
    ...(isPage && { target: `p95 < ${BAR_MS} ms`, met: p95Ms < BAR_MS }),
  };
}

/** Whether both gave about as many events: of what is rare there may be no full page among few. */
const isComparable = (read: { rows: number }, before: MeasuredRead | undefined): before is MeasuredRead =>
  before !== undefined && before.rows >= read.rows * 0.9 && read.rows > 0;

/** Pages that are as full among few events as among many, all together. */
function growthFigure(pairs: readonly { read: MeasuredRead; before: MeasuredRead | undefined }[]): Figure {
  const pages = pairs.filter(({ read, before }) => read.isPage && isComparable(read, before));
  const sum = (of: (pair: (typeof pages)[number]) => number) =>
    pages.reduce((total, pair) => total + of(pair), 0);
  const [after, before] = [sum(({ read }) => read.p50Ms), sum(({ before }) => before?.p50Ms ?? 0)];
  return {
    what: `growth from ${smallCount}, p50 of ${pages.length} full pages together`,
    measured: ratio(after, before),
    target: `≤ ${GROWTH_BAR} ×`,
    met: after <= before * GROWTH_BAR,
  };
}

function exportFigure({ format, rows, rate, mostBytes }: MeasuredExport, before?: MeasuredExport): Figure {
  const growth = before && `, ${ratio(before.rate, rate)} the time of ${smallCount}`;
  return {
    what: `export as ${format}, ${rows.toLocaleString("en-US")} events`,
    measured: `${perSecond(rate)}, memory +${kibibytes(mostBytes)}${growth}`,
    target: `≥ ${perSecond(EXPORT_BAR)}`,
    met: rate >= EXPORT_BAR,
  };
}

interface AuditRead {
  what: string;
  path(sample: number): string;
}

function readsOf(history: AuditHistory): AuditRead[] {
  const { beginMs, endMs } = history;
  const pathOf = (values: object) => `/api/audit/logs?${new URLSearchParams({ ...values })}`;
  /** From the middle to the very beginning of the history, somewhere else each time. */
  const deep = (sample: number) => {
    const atMs = Math.floor(beginMs + (endMs - beginMs) * 0.5 * ((sample * 0.618_034) % 1));
    const at = `${new Date(atMs).toISOString().slice(0, 23)}000Z`;
    return encodePlace({ at, uuid: "ffffffff-ffff-7fff-bfff-ffffffffffff" });
  };
  return [
    ...Object.entries(auditFilters(history)).flatMap(([name, filters]): AuditRead[] => [
      { what: `${name}, first`, path: () => pathOf(filters) },
      { what: `${name}, deep`, path: (sample) => pathOf({ ...filters, cursor: deep(sample) }) },
      { what: `${name}, page 201`, path: () => pathOf({ ...filters, page: 201 }) },
    ]),
    ...[
      "no filter",
      "action agent.paused (few)",
      "prefix auth. (few)",
      "status denied",
      "one request",
      "a busy actor",
    ].map(
      (name): AuditRead => ({
        what: `all tenants: ${name}`,
        path: () => pathOf({ ...auditFilters(history)[name], tenantId: "all" }),
      }),
    ),
    { what: "volume of 30 days", path: () => "/dashboard/audit/volume" },
    { what: "volume of 30 days, prefix auth.", path: () => "/dashboard/audit/volume?action=auth." },
    { what: "activity, a page", path: () => "/api/activity?limit=50" },
  ];
}

interface MeasuredRead {
  what: string;
  p50Ms: number;
  p95Ms: number;
  /** Events that an answer had, on average. */
  rows: number;
  /** Whether it is a page of events, and not a picture of all. */
  isPage: boolean;
}

const pageSchema = z.object({ logs: z.array(z.unknown()) }).or(z.object({ events: z.array(z.unknown()) }));

async function measure(origin: string, cookie: string, { what, path }: AuditRead): Promise<MeasuredRead> {
  const tookMs: number[] = [];
  const isPage = !what.startsWith("volume");
  let rows = 0;
  for (let sample = 0; sample < WARM_UP + SAMPLES; sample += 1) {
    const startedMs = performance.now();
    const response = await fetch(`${origin}${path(sample)}`, { headers: { cookie } });
    const text = await response.text();
    if (sample >= WARM_UP) tookMs.push(performance.now() - startedMs);
    if (response.status !== 200) throw new Error(`${path(sample)} answered ${response.status}: ${text}`);
    if (sample < WARM_UP || !isPage) continue;
    const page = pageSchema.parse(JSON.parse(text));
    rows += ("logs" in page ? page.logs : page.events).length / SAMPLES;
  }
  return { what, p50Ms: percentile(tookMs, 0.5), p95Ms: percentile(tookMs, 0.95), rows, isPage };
}

interface MeasuredExport {
  format: string;
  rows: number;
  /** Events a second. */
  rate: number;
  mostBytes: number;
}

async function measureExport(
  origin: string,
  cookie: string,
  memory: () => Promise<NodeJS.MemoryUsage>,
): Promise<MeasuredExport[]> {
  const measured: MeasuredExport[] = [];
  for (const format of ["csv", "ndjson"]) {
    const before = await memory();
    const startedMs = performance.now();
    const response = await fetch(`${origin}/dashboard/audit/export?format=${format}`, {
      headers: { cookie, "accept-encoding": "identity" },
    });
    let rows = 0;
    let mostBytes = 0;
    let looks = 0;
    const reader = response.body?.getReader();
    for (let piece = await reader?.read(); piece?.value !== undefined; piece = await reader?.read()) {
      for (const byte of piece.value) if (byte === 10) rows += 1;
      looks += 1;
      if (looks % 500 === 0) mostBytes = Math.max(mostBytes, (await memory()).rss - before.rss);
    }
    measured.push({ format, rows, rate: (rows * 1_000) / (performance.now() - startedMs), mostBytes });
  }
  return measured;
}

async function writePlans({ tenantUrl }: BenchEnvironment, history: AuditHistory): Promise<void> {
  const parts: string[] = [];
  const middle = new Date((history.beginMs + history.endMs) / 2).toISOString();
  for (const [name, filters] of Object.entries(auditFilters(history))) {
    for (const from of [undefined, { at: middle, uuid: "ffffffff-ffff-7fff-bfff-ffffffffffff" }]) {
      const plans = await explain({
        tenantUrl,
        tenantUuid: toUuid(history.tenantId),
        what: `${name}, ${from === undefined ? "first page" : "from the middle"}`,
        read: (sql) =>
          walkAuditEvents(sql, history.tenantId, filters, { direction: "desc", from, limit: 50 }),
      });
      for (const { what, plan = "" } of plans) parts.push(`## ${what}\n\n${plan}\n`);
    }
  }
  const folder = process.env.SIGNALBOX_BENCH_REPORT ?? join(import.meta.dirname, "../../.data/bench");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "audit-plans.txt");
  writeFileSync(file, parts.join("\n"));
  console.log(`Plans: ${file}`);
}
