import type { ModelTier, Plan, ThinkingMode } from "#app/domain/catalogue.ts";

// A statement counted the slow way, from raw events and dated settings, with prices of its own: nothing here
// is shared with the code that it checks. Time goes on in steps, each of which is charged by itself; tokens
// event by event. Money is in cents of a step.

export interface Setting<T> {
  /** In steps since the month began; before it with a negative number. */
  step: number;
  value: T;
}
export interface RawAgent {
  tiers: Setting<ModelTier>[];
  thinking: Setting<ThinkingMode>[];
}
export interface RawEvent {
  agent: number;
  key: string;
  /** With any offset from UTC. */
  occurredAt: string;
  tokens: number;
}
export interface Scenario {
  year: number;
  /** 1 to 12. */
  month: number;
  stepMs: number;
  plans: Setting<{ plan: Plan; overage: boolean }>[];
  agents: RawAgent[];
  events: RawEvent[];
}

const dollars = {
  plan: { starter: 99, growth: 299, enterprise: 999 },
  agent: { haiku: 29, sonnet: 59, opus: 99 },
  thinking: { off: 0, low: 5, medium: 10, high: 20 },
  overage: { haiku: 1, sonnet: 4, opus: 20 },
} as const;
const places = { starter: 2, growth: 5, enterprise: 20 } as const;
const share = { haiku: 1, sonnet: 2, opus: 4 } as const;
const quota = 20_000_000;

/** The last that was set by then; undefined before the first. */
const at = <T>(settings: readonly Setting<T>[], step: number): T | undefined =>
  settings.filter((setting) => setting.step <= step).at(-1)?.value;

/** Cents of each line, by kind and item. */
export function recount(scenario: Scenario): Record<string, bigint> {
  const { year, month, stepMs, plans, agents } = scenario;
  const startMs = Date.parse(`${year}-${String(month).padStart(2, "0")}-01T00:00:00Z`);
  const next = month === 12 ? `${year + 1}-01` : `${year}-${String(month + 1).padStart(2, "0")}`;
  const steps = (Date.parse(`${next}-01T00:00:00Z`) - startMs) / stepMs;
  const cents: Record<string, bigint> = {};
  const charge = (line: string, price: number) => {
    cents[line] = (cents[line] ?? 0n) + BigInt(price * 100);
  };
  for (let step = 0; step < steps; step += 1) {
    const setting = at(plans, step);
    if (setting === undefined) continue;
    charge(`plan ${setting.plan}`, dollars.plan[setting.plan]);
    const present = agents.flatMap(({ tiers, thinking }) => {
      const tier = at(tiers, step);
      return tier === undefined ? [] : { tier, mode: at(thinking, step) ?? "off" };
    });
    for (const { mode } of present) if (mode !== "off") charge(`thinking ${mode}`, dollars.thinking[mode]);
    const eligible = present.filter(({ tier }) => tier !== "opus").map(({ tier }) => tier);
    eligible.sort((a, b) => dollars.agent[b] - dollars.agent[a]);
    for (const tier of eligible.slice(places[setting.plan])) charge(`agent ${tier}`, dollars.agent[tier]);
    for (const { tier } of present) if (tier === "opus") charge("agent opus", dollars.agent.opus);
  }
  for (const line of Object.keys(cents)) cents[line] = nearest(cents[line] ?? 0n, BigInt(steps));
  const tokens = tokensOver(scenario, startMs, startMs + steps * stepMs);
  for (const tier of ["haiku", "sonnet", "opus"] as const)
    if (tokens[tier] > 0n)
      cents[`overage ${tier}`] = nearest(tokens[tier] * BigInt(dollars.overage[tier]) * 100n, 1_000_000n);
  return cents;
}

function tokensOver({ events, agents, plans, stepMs }: Scenario, startMs: number, endMs: number) {
  const over: Record<ModelTier, bigint> = { haiku: 0n, sonnet: 0n, opus: 0n };
  const seen = new Set<string>();
  const left = agents.map(() => quota);
  const inOrder = events
    .map((event) => ({ ...event, ms: new Date(event.occurredAt).getTime() }))
    .filter(({ ms }) => ms >= startMs && ms < endMs)
    .sort((a, b) => a.ms - b.ms);
  for (const { agent, key, ms, tokens } of inOrder) {
    if (seen.has(`${agent} ${key}`)) continue;
    seen.add(`${agent} ${key}`);
    const first = agents[agent]?.tiers[0]?.step ?? 0;
    const step = Math.max((ms - startMs) / stepMs, first, plans[0]?.step ?? 0);
    const tier = at(agents[agent]?.tiers ?? [], step);
    if (tier === undefined) continue;
    // A token at a time, were it not for their number: how many fit, one more if a part of it does.
    let fitting = Math.floor((left[agent] ?? 0) / share[tier]);
    if (fitting * share[tier] < (left[agent] ?? 0)) fitting += 1;
    const beyond = Math.max(0, tokens - fitting);
    left[agent] = Math.max(0, (left[agent] ?? 0) - tokens * share[tier]);
    if (at(plans, step)?.overage) over[tier] += BigInt(beyond);
  }
  return over;
}

function nearest(amount: bigint, of: bigint): bigint {
  const whole = amount / of;
  return (amount % of) * 2n >= of ? whole + 1n : whole;
}
