import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { encodePlace } from "#app/domain/audit/audit-log-cursor.ts";
import type { AuditFilters } from "#app/domain/audit/audit-log-schema.ts";
import { walkAuditEvents } from "#app/domain/audit/walk-audit-events.server.ts";
import { toUuid } from "#db/ids.ts";
import { type AuditHistory, auditHistory } from "./audit-population.ts";
import { auditFilters } from "./audit-reads.ts";
import type { BenchEnvironment } from "./environment.ts";
import { explain } from "./explain.ts";
import { type Figure, kibibytes, milliseconds, percentile, perSecond } from "./report.ts";
import { signInToBench } from "./sign-in.ts";
import { startSignalbox } from "./signalbox-process.ts";

const SAMPLES = 30;
const WARM_UP = 5;
const BAR_MS = 50;
const EXPORT_BAR = 50_000;

const sizeSchema = z.coerce.number().int().min(10_000).max(100_000_000).default(10_000_000);

/**
 * Reading the audit trail of the largest of fifty tenants with ten million events over thirteen months
 * (`SIGNALBOX_BENCH_EVENTS`): every filter and the usual pairs, first page, deep page by cursor, the
 * deepest page by number; of all tenants; the volume; and an export. The plans go into `audit-plans.txt`
 * of the report's folder.
 */
export async function benchAudit(environment: BenchEnvironment): Promise<Figure[]> {
  const history = await auditHistory(environment, sizeSchema.parse(process.env.SIGNALBOX_BENCH_EVENTS));
  const signIn = await signInToBench(environment, toUuid(history.tenantId));
  await environment.owner`
    update users set platform_admin = true where id in (
      select user_id from memberships where tenant_id = ${toUuid(history.tenantId)})`;
  const signalbox = await startSignalbox(environment);
  try {
    const cookie = await signIn(signalbox.origin);
    const figures: Figure[] = [];
    for (const read of readsOf(history)) figures.push(await measure(signalbox.origin, cookie, read));
    figures.push(...(await measureExport(signalbox.origin, cookie, signalbox.memory)));
    await writePlans(environment, history);
    return figures;
  } finally {
    await signalbox.stop();
  }
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
    ]),
    ...["no filter", "a busy actor", "prefix auth. (few)", "status denied"].map((name): AuditRead => {
      const filters: AuditFilters = auditFilters(history)[name] ?? {};
      return { what: `${name}, page 201`, path: () => pathOf({ ...filters, page: 201 }) };
    }),
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

async function measure(origin: string, cookie: string, { what, path }: AuditRead): Promise<Figure> {
  const tookMs: number[] = [];
  for (let sample = 0; sample < WARM_UP + SAMPLES; sample += 1) {
    const startedMs = performance.now();
    const response = await fetch(`${origin}${path(sample)}`, { headers: { cookie } });
    const text = await response.text();
    if (sample >= WARM_UP) tookMs.push(performance.now() - startedMs);
    if (response.status !== 200) throw new Error(`${path(sample)} answered ${response.status}: ${text}`);
  }
  const p95 = percentile(tookMs, 0.95);
  return {
    what,
    measured: `p50 ${milliseconds(percentile(tookMs, 0.5))}, p95 ${milliseconds(p95)}`,
    ...(what.startsWith("volume") ? {} : { target: `p95 < ${BAR_MS} ms`, met: p95 < BAR_MS }),
  };
}

async function measureExport(
  origin: string,
  cookie: string,
  memory: () => Promise<NodeJS.MemoryUsage>,
): Promise<Figure[]> {
  const figures: Figure[] = [];
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
    const rate = (rows * 1_000) / (performance.now() - startedMs);
    figures.push({
      what: `export as ${format}, ${rows.toLocaleString("en-US")} events`,
      measured: `${perSecond(rate)}, memory +${kibibytes(mostBytes)}`,
      target: `≥ ${perSecond(EXPORT_BAR)}`,
      met: rate >= EXPORT_BAR,
    });
  }
  return figures;
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
