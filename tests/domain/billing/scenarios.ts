import fc from "fast-check";
import type { StatementLine } from "#app/domain/billing/schema.ts";
import { type AgentTerms, type PlanTerms, type SegmentUsage, termsAt } from "#app/domain/billing/terms.ts";
import { CENT, modelTiers, plans as planNames, thinkingModes } from "#app/domain/catalogue.ts";
import { boundsOf, periodOf } from "#app/domain/usage/period.ts";
import { type AgentId, newId } from "#db/ids.ts";
import type { RawAgent, RawEvent, Scenario, Setting } from "./slow-recount.ts";

const stepMs = 30 * 60_000;
const dayMs = 86_400_000;
const stepsADay = dayMs / stepMs;

/** When a setting was made: before the month, in it or after it; anything may happen in one step. */
const step = fc.integer({ min: -3 * stepsADay, max: 33 * stepsADay });
const settings = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Setting<T>[]> =>
  fc
    .uniqueArray(fc.record({ step, value }), { selector: (one) => one.step, minLength: 1, maxLength: 4 })
    .map((list) => list.sort((a, b) => a.step - b.step));

const plan = fc
  .record({ plan: fc.constantFrom(...planNames), overage: fc.boolean() })
  .map((terms) => ({ ...terms, overage: terms.overage && terms.plan !== "starter" }));
// An agent is of a tier from its beginning, and of a thinking mode from no later on.
const agent = fc
  .record({
    tiers: settings(fc.constantFrom(...modelTiers)),
    thinking: settings(fc.constantFrom(...thinkingModes)),
  })
  .map(({ tiers, thinking }) => {
    const born = tiers[0]?.step ?? 0;
    return {
      tiers,
      thinking: thinking.map((one, n) => (n === 0 ? { ...one, step: Math.min(one.step, born) } : one)),
    };
  });

function notBefore({ tiers, thinking }: RawAgent, earliest: number): RawAgent {
  const later = Math.max(0, earliest - (tiers[0]?.step ?? 0));
  const shift = <T>(list: Setting<T>[]) => list.map((one) => ({ ...one, step: one.step + later }));
  return { tiers: shift(tiers), thinking: shift(thinking) };
}

/** The same moment by another clock. */
function withOffset(ms: number, quarters: number): string {
  const minutes = quarters * 15;
  const local = new Date(ms + minutes * 60_000).toISOString().slice(0, -1);
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  const two = (n: number) => String(n).padStart(2, "0");
  return `${local}${minutes < 0 ? "-" : "+"}${two(hours)}:${two(rest)}`;
}

// Februaries more often than others, so that leap days are met.
const yearMonth = fc.record({
  year: fc.integer({ min: 2024, max: 2033 }),
  month: fc.oneof(fc.constant(2), fc.integer({ min: 1, max: 12 })),
});

/** A month of a tenant, drawn at random. */
export const scenario: fc.Arbitrary<Scenario> = fc
  .record({
    yearMonth,
    plans: settings(plan),
    agents: fc.array(agent, { minLength: 1, maxLength: 7 }),
    drafts: fc.array(
      fc.record({
        agent: fc.nat(),
        atMs: fc.integer({ min: -dayMs, max: 32 * dayMs }),
        quarters: fc.integer({ min: -48, max: 56 }),
        tokens: fc.oneof(fc.integer({ min: 0, max: 2_000 }), fc.integer({ min: 0, max: 9_000_000 })),
        isTwice: fc.boolean(),
      }),
      { maxLength: 60 },
    ),
  })
  .map(({ yearMonth: { year, month }, plans, agents: drawn, drafts }) => {
    // No agent is older than its tenant.
    const agents = drawn.map((one) => notBefore(one, plans[0]?.step ?? 0));
    const startMs = Date.UTC(year, month - 1, 1);
    const endMs = Date.UTC(year, month, 1);
    const events = drafts.flatMap(({ agent: number, atMs, quarters, tokens, isTwice }, n): RawEvent[] => {
      const index = number % agents.length;
      const born = startMs + (agents[index]?.tiers[0]?.step ?? 0) * stepMs;
      const event = { agent: index, key: `k${n}`, occurredAt: withOffset(startMs + atMs, quarters), tokens };
      // Nobody reports for an agent of a later month.
      if (born >= endMs) return [];
      return isTwice ? [event, { ...event, occurredAt: withOffset(startMs + atMs, -quarters) }] : [event];
    });
    return { year, month, stepMs, plans, agents, events };
  });

/** As the database has it: dated terms, and each event once in its month, by the terms that held. */
export function asKept(
  { year, month, plans, agents, events }: Scenario,
  ids: readonly AgentId[] = agents.map(() => newId("agt")),
) {
  const of = `${year}-${String(month).padStart(2, "0")}-01`;
  const us = (at: number) => (boundsOf(of).startMs + at * stepMs) * 1_000;
  const planTerms = plans.map(({ step: at, value }): PlanTerms => ({ fromUs: us(at), ...value }));
  const agentTerms = agents.map(({ tiers, thinking }, n): AgentTerms[] => {
    const born = tiers[0]?.step ?? 0;
    const steps = [...new Set([...tiers, ...thinking].map((one) => Math.max(one.step, born)))].sort(
      (a, b) => a - b,
    );
    return steps.map((at) => ({
      agentId: ids[n] ?? newId("agt"),
      fromUs: us(at),
      modelTier: tiers.filter((one) => one.step <= at).at(-1)?.value ?? "haiku",
      thinkingMode: thinking.filter((one) => one.step <= at).at(-1)?.value ?? "off",
    }));
  });
  const segments = new Map<string, SegmentUsage>();
  const seen = new Set<string>();
  for (const event of events) {
    const ms = Date.parse(event.occurredAt);
    if (seen.has(`${event.agent} ${event.key}`)) continue;
    seen.add(`${event.agent} ${event.key}`);
    const terms = termsAt(agentTerms[event.agent] ?? [], ms * 1_000);
    const planFrom = termsAt(planTerms, ms * 1_000)?.fromUs ?? 0;
    if (periodOf(ms) !== of || terms === undefined) continue;
    const termsFromUs = Math.max(planFrom, terms.fromUs);
    const before = segments.get(`${event.agent} ${termsFromUs}`)?.tokens ?? 0;
    segments.set(`${event.agent} ${termsFromUs}`, {
      ...{ agentId: terms.agentId, modelTier: terms.modelTier, termsFromUs },
      tokens: before + event.tokens,
    });
  }
  return { month: of, plans: planTerms, agents: agentTerms.flat(), usage: [...segments.values()] };
}

/** Cents of each line, adjustments with what they adjust; included agents cost nothing. */
export const centsOf = (lines: readonly StatementLine[]): Record<string, bigint> => {
  const cents: Record<string, bigint> = {};
  for (const { kind, item, amountMicros } of lines) {
    if (kind === "included") continue;
    const line = `${kind === "adjustment" ? "overage" : kind} ${item}`;
    cents[line] = (cents[line] ?? 0n) + BigInt(amountMicros / CENT);
  }
  return cents;
};
