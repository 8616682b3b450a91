import { z } from "zod";
import type { BenchEnvironment } from "./environment.ts";
import { type Figure, milliseconds, percentile } from "./report.ts";
import { startSignalbox } from "./signalbox-process.ts";
import { createUsagePopulation, loadUsage, type UsagePopulation } from "./usage-population.ts";

/** All reads take turns in so many rounds, so that a slow moment of the machine is no single read's. */
const ROUNDS = 4;
/** In a round; the first of them are not counted. */
const SAMPLES = 30;
const WARM_UP = 8;
const SMALL = 100_000;
const BAR_MS = 100;
const GROWTH = 1.5;

const sizeSchema = z.coerce.number().int().min(SMALL).max(100_000_000).default(10_000_000);

interface Read {
  what: string;
  path: string;
  isPlatforms?: boolean;
}

/** What pages of usage and billing ask for, and the API. */
function readsOf({ agentId }: UsagePopulation): Read[] {
  const page = (search: string) => `/dashboard/usage.data?_routes=routes%2Fdashboard.usage&${search}`;
  const admin = (search: string) => `/admin/usage.data?_routes=routes%2Fadmin.usage&${search}`;
  return [
    { what: "usage page", path: page("") },
    { what: "usage page, cost by agent", path: page("by=agent&metric=cost") },
    { what: "usage page, by model, 90 days", path: page("by=model&window=90d") },
    { what: "usage page, by user", path: page("by=user") },
    { what: "usage page, by agent, 12 months", path: page("by=agent&window=365d") },
    { what: "usage page of one agent", path: page(`agentId=${agentId}`) },
    { what: "usage page, an earlier month by cost", path: page(`sort=cost&month=${monthsAgo(2)}`) },
    { what: "usage by day", path: "/api/usage/daily" },
    { what: "usage by agent", path: "/api/usage/agents?limit=25" },
    { what: "tools by calls", path: "/api/usage/tools" },
    { what: "budgets", path: "/api/usage/budgets" },
    { what: "all tenants’ usage", path: admin(""), isPlatforms: true },
    { what: "all tenants’ usage, by tenant", path: admin("by=tenant&metric=cost"), isPlatforms: true },
    { what: "billing overview", path: "/api/billing/overview" },
    { what: "billing page", path: "/dashboard/billing.data?_routes=routes%2Fdashboard.billing" },
    { what: "invoices", path: "/api/billing/invoices" },
  ];
}

const monthsAgo = (count: number): string => {
  const at = new Date();
  at.setUTCDate(1);
  at.setUTCMonth(at.getUTCMonth() - count);
  return at.toISOString().slice(0, 7);
};

/**
 * Reads of usage and billing over ten million usage events (`SIGNALBOX_BENCH_EVENTS`) of fifty tenants and
 * thirteen months, one after the other, beside the same when there were a hundred thousand: the same tenants,
 * agents, models, users and months, which used a hundredth of it. That is the harder comparison. A service
 * that is small because it is young, or has fewer tenants, would have as many rows a page as this large one.
 */
export async function benchUsageReads(environment: BenchEnvironment): Promise<Figure[]> {
  const large = sizeSchema.parse(process.env.SIGNALBOX_BENCH_EVENTS);
  const population = await createUsagePopulation(environment);
  await loadUsage(environment.owner, 0, SMALL);
  const before = await measureAll(environment, population);
  await loadUsage(environment.owner, SMALL, large);
  const after = await measureAll(environment, population);
  return [...after].flatMap(([what, { p50Ms, p95Ms }]) => {
    const growth = p50Ms / (before.get(what)?.p50Ms ?? Number.NaN);
    return [
      {
        what,
        measured: `p50 ${milliseconds(p50Ms)}, p95 ${milliseconds(p95Ms)}`,
        target: `p95 < ${BAR_MS} ms`,
        met: p95Ms < BAR_MS,
      },
      {
        what: `${what}: growth from ${SMALL.toLocaleString("en-US")}`,
        measured: `${growth.toFixed(2)} ×`,
        target: `≤ ${GROWTH} ×`,
        met: growth <= GROWTH,
      },
    ];
  });
}

interface Measured {
  p50Ms: number;
  p95Ms: number;
}

async function measureAll(
  environment: BenchEnvironment,
  population: UsagePopulation,
): Promise<Map<string, Measured>> {
  const signalbox = await startSignalbox(environment);
  try {
    const { origin } = signalbox;
    const [cookie, platformCookie] = [
      await signIn(origin, population.admin),
      await signIn(origin, population.platformAdmin),
    ];
    const tookMs = new Map<string, number[]>();
    for (let round = 0; round < ROUNDS; round += 1)
      for (const { what, path, isPlatforms } of readsOf(population)) {
        const samples = await measure(`${origin}${path}`, isPlatforms ? platformCookie : cookie);
        tookMs.set(what, [...(tookMs.get(what) ?? []), ...samples]);
      }
    return new Map(
      [...tookMs].map(([what, samples]) => [
        what,
        { p50Ms: percentile(samples, 0.5), p95Ms: percentile(samples, 0.95) },
      ]),
    );
  } finally {
    await signalbox.stop();
  }
}

async function measure(url: string, cookie: string): Promise<number[]> {
  const tookMs: number[] = [];
  for (let sample = -WARM_UP; sample < SAMPLES; sample += 1) {
    const startedMs = performance.now();
    const response = await fetch(url, { headers: { cookie } });
    await response.arrayBuffer();
    if (response.status !== 200) throw new Error(`${url} answered ${response.status}.`);
    if (sample >= 0) tookMs.push(performance.now() - startedMs);
  }
  return tookMs;
}

async function signIn(origin: string, person: { email: string; password: string }): Promise<string> {
  const response = await fetch(`${origin}/sign-in`, {
    method: "POST",
    redirect: "manual",
    headers: { Origin: origin },
    body: new URLSearchParams(person),
  });
  const cookie = response.headers.getSetCookie().find((one) => one.startsWith("signalbox="));
  if (cookie === undefined) throw new Error(`Sign-in answered ${response.status}.`);
  return cookie.split(";", 1)[0] ?? "";
}
