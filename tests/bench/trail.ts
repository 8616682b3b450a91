import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { BenchEnvironment } from "./environment.ts";
import { type Figure, milliseconds, percentile } from "./report.ts";
import { startSignalbox } from "./signalbox-process.ts";
import { trailPlans } from "./trail-plans.ts";
import { type TrailTenant, trailTenants } from "./trail-population.ts";
import { type TrailRead, trailReads } from "./trail-reads.ts";

const SAMPLES = 40;
const WARM_UP = 6;
const SMALL = 100_000;
const BAR_MS = 50;

const sizeSchema = z.coerce.number().int().min(SMALL).max(100_000_000).default(10_000_000);

/**
 * The reads of a tenant with ten million messages (`SIGNALBOX_BENCH_MESSAGES`), first pages and deep
 * ones, one after the other, beside the same of a tenant with a hundred thousand. The plans go into
 * `trail-plans.txt` of the report's folder.
 */
export async function benchTrail(environment: BenchEnvironment): Promise<Figure[]> {
  const large = sizeSchema.parse(process.env.SIGNALBOX_BENCH_MESSAGES);
  const tenants = await trailTenants(environment, { large, small: SMALL });
  const signalbox = await startSignalbox(environment);
  try {
    const small = await measureAll(signalbox.origin, tenants.small);
    const figures = await measureAll(signalbox.origin, tenants.large);
    writePlans(await trailPlans(environment.tenantUrl, tenants.large));
    return figures.map(({ what, p50Ms, p95Ms }, index) => {
      const before = small[index]?.p50Ms ?? Number.NaN;
      return {
        what,
        measured: `p50 ${milliseconds(p50Ms)}, p95 ${milliseconds(p95Ms)}, ${(p50Ms / before).toFixed(2)} × that of ${SMALL.toLocaleString("en-US")}`,
        target: `p95 < ${BAR_MS} ms`,
        met: p95Ms < BAR_MS,
      };
    });
  } finally {
    await signalbox.stop();
  }
}

function writePlans(plans: string): void {
  const folder = process.env.SIGNALBOX_BENCH_REPORT ?? join(import.meta.dirname, "../../.data/bench");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "trail-plans.txt");
  writeFileSync(file, plans);
  console.log(`Plans: ${file}`);
}

interface Measured {
  what: string;
  p50Ms: number;
  p95Ms: number;
}

async function measureAll(origin: string, tenant: TrailTenant): Promise<Measured[]> {
  const cookie = await signIn(origin, tenant);
  const measured: Measured[] = [];
  for (const read of trailReads(tenant)) {
    measured.push({ what: `${read.name}, first`, ...(await measure(origin, cookie, read, () => undefined)) });
    if (read.path(0) !== read.path(undefined))
      measured.push({ what: `${read.name}, deep`, ...(await measure(origin, cookie, read, deepPlace)) });
  }
  return measured;
}

/** From the middle to the very beginning of the history, somewhere else each time. */
const deepPlace = (sample: number): number => 0.5 * ((sample * 0.618_034) % 1);

async function measure(
  origin: string,
  cookie: string,
  read: TrailRead,
  placeOf: (sample: number) => number | undefined,
): Promise<{ p50Ms: number; p95Ms: number }> {
  const tookMs: number[] = [];
  for (let sample = -WARM_UP; sample < SAMPLES; sample += 1) {
    const url = `${origin}${read.path(placeOf(sample + WARM_UP + 1))}`;
    const startedMs = performance.now();
    const response = await fetch(url, { headers: { cookie } });
    await response.arrayBuffer();
    if (sample >= 0) tookMs.push(performance.now() - startedMs);
    if (response.status !== 200) throw new Error(`${url} answered ${response.status}.`);
  }
  return { p50Ms: percentile(tookMs, 0.5), p95Ms: percentile(tookMs, 0.95) };
}

async function signIn(origin: string, { admin }: TrailTenant): Promise<string> {
  const response = await fetch(`${origin}/sign-in`, {
    method: "POST",
    redirect: "manual",
    headers: { Origin: origin },
    body: new URLSearchParams(admin),
  });
  const cookie = response.headers.getSetCookie().find((one) => one.startsWith("signalbox="));
  if (cookie === undefined) throw new Error(`Sign-in answered ${response.status}.`);
  return cookie.split(";", 1)[0] ?? "";
}
