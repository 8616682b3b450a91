import type { AgentId, InvoiceId } from "#db/ids.ts";
import {
  type ModelTier,
  modelTiers,
  type Plan,
  planCatalogue,
  plans as planNames,
  QUOTA_UNITS,
  thinkingMicros,
  thinkingModes,
  tierCatalogue,
} from "../catalogue.ts";
import { addMonths, boundsOf, type Period } from "../usage/period.ts";
import { forecastUsage, PACE_DAYS } from "./forecast.ts";
import { includedAgents } from "./held-time.ts";
import {
  type AgentCost,
  type BillingOverview,
  type ForecastDriver,
  maxAgentCosts,
  type PlanOffer,
} from "./schema.ts";
import { makeStatement, type Statement } from "./statement.ts";
import { type AgentTerms, type PlanTerms, type SegmentUsage, termsAt } from "./terms.ts";

const maxDrivers = 5;

export interface OverviewFacts {
  nowMs: number;
  month: Period;
  /** Of the month; see `StatementOptions`. */
  plans: readonly PlanTerms[];
  agents: readonly AgentTerms[];
  usage: readonly SegmentUsage[];
  pace: ReadonlyMap<AgentId, number>;
  paceFromMs: number;
  names: ReadonlyMap<AgentId, string>;
  lastMonth: { period: Period; totalMicros: number; invoiceId: InvoiceId | null } | null;
}

/** What the present month costs: as things stand, so far, and as it may end. */
export function makeOverview(facts: OverviewFacts): BillingOverview {
  const { month, plans, agents, nowMs, lastMonth } = facts;
  const statement = makeStatement(facts);
  const current = currentAgents(agents);
  const { plan, overage } = termsAt(plans, nowMs * 1_000) ?? { plan: "starter", overage: false };
  const included = includedAgents(plan, current);
  const additional = [...current.values()].filter(({ agentId }) => !included.has(agentId));
  const costs = agentCosts(facts, statement, current, included);
  return {
    period: month,
    nextBillingDate: addMonths(month, 1),
    plan: offerOf(plan, current),
    plans: planNames.map((name) => offerOf(name, current)),
    agents: {
      included: byTier([...current.values()].filter(({ agentId }) => included.has(agentId))),
      additional: byTier(additional),
    },
    base: { amountMicros: amountOf(statement, "plan") },
    additionalAgents: modelTiers.flatMap((tier) => {
      const amountMicros = amountOf(statement, "agent", tier);
      const count = additional.filter(({ modelTier }) => modelTier === tier).length;
      if (amountMicros === 0 && count === 0) return [];
      return { tier, agents: count, unitPriceMicros: tierCatalogue[tier].agentMicros, amountMicros };
    }),
    surcharges: thinkingModes.flatMap((mode) => {
      const amountMicros = amountOf(statement, "thinking", mode);
      const count = [...current.values()].filter(({ thinkingMode }) => thinkingMode === mode).length;
      if (mode === "off" || (amountMicros === 0 && count === 0)) return [];
      return { thinkingMode: mode, agents: count, unitPriceMicros: thinkingMicros[mode], amountMicros };
    }),
    overage: { offered: planCatalogue[plan].offersOverage, enabled: overage, ...overageOf(statement) },
    lines: statement.lines,
    totalMicros: statement.totalMicros,
    accruedMicros: makeStatement({ ...facts, untilUs: nowMs * 1_000 }).totalMicros,
    forecast: forecastOf(facts, statement),
    lastMonth,
    agentCosts: costs.slice(0, maxAgentCosts),
    agentCount: costs.length,
  };
}

/** In the order of their making, each by its newest terms. */
function currentAgents(agents: readonly AgentTerms[]): Map<AgentId, AgentTerms> {
  const current = new Map<AgentId, AgentTerms>();
  for (const terms of agents) current.set(terms.agentId, terms);
  return current;
}

function offerOf(plan: Plan, agents: ReadonlyMap<AgentId, AgentTerms>): PlanOffer {
  const included = includedAgents(plan, agents);
  let monthlyMicros = planCatalogue[plan].baseMicros;
  for (const { agentId, modelTier, thinkingMode } of agents.values())
    monthlyMicros +=
      (included.has(agentId) ? 0 : tierCatalogue[modelTier].agentMicros) + thinkingMicros[thinkingMode];
  return { plan, ...planCatalogue[plan], monthlyMicros };
}

function byTier(agents: readonly AgentTerms[]): Partial<Record<ModelTier, number>> {
  const counts: Partial<Record<ModelTier, number>> = {};
  for (const { modelTier } of agents) counts[modelTier] = (counts[modelTier] ?? 0) + 1;
  return counts;
}

const amountOf = ({ lines }: Statement, kind: string, item?: string): number =>
  lines
    .filter((line) => line.kind === kind && (item === undefined || line.item === item))
    .reduce((sum, { amountMicros }) => sum + amountMicros, 0);

function overageOf(statement: Statement): Omit<BillingOverview["overage"], "offered" | "enabled"> {
  const tokensAt = (tier: ModelTier) =>
    statement.overQuota.reduce((sum, { charged }) => sum + (charged.get(tier) ?? 0), 0);
  const tiers = modelTiers.filter((tier) => tokensAt(tier) > 0);
  return {
    tokens: tiers.reduce((sum, tier) => sum + tokensAt(tier), 0),
    amountMicros: amountOf(statement, "overage"),
    byTier: tiers.map((tier) => ({
      tier,
      tokens: tokensAt(tier),
      pricePerMillionMicros: tierCatalogue[tier].overageMicrosPerMillion,
      amountMicros: amountOf(statement, "overage", tier),
    })),
    freeTokens: statement.overQuota.reduce((sum, { freeTokens }) => sum + freeTokens, 0),
  };
}

function forecastOf(facts: OverviewFacts, now: Statement): BillingOverview["forecast"] {
  const { nowMs, month, paceFromMs, names } = facts;
  const usage = forecastUsage({
    ...facts,
    nowUs: nowMs * 1_000,
    paceFromUs: paceFromMs * 1_000,
    endUs: boundsOf(month).endMs * 1_000,
  });
  const then = makeStatement({ ...facts, usage });
  const tokens = new Map(then.overQuota.map(({ agentId, usedTokens }) => [agentId, usedTokens]));
  const drivers = [...then.agents].flatMap(([agentId, share]): ForecastDriver[] => {
    const addedMicros = share.overageMicros - (now.agents.get(agentId)?.overageMicros ?? 0);
    if (addedMicros <= 0) return [];
    return [
      {
        agentId,
        name: names.get(agentId) ?? agentId,
        addedMicros,
        projectedTokens: tokens.get(agentId) ?? 0,
      },
    ];
  });
  return {
    totalMicros: then.totalMicros,
    overageMicros: amountOf(then, "overage"),
    paceDays: PACE_DAYS,
    drivers: drivers.sort((a, b) => b.addedMicros - a.addedMicros).slice(0, maxDrivers),
  };
}

function agentCosts(
  { names }: OverviewFacts,
  { agents: shares, overQuota }: Statement,
  current: ReadonlyMap<AgentId, AgentTerms>,
  included: ReadonlySet<AgentId>,
): AgentCost[] {
  const used = new Map(overQuota.map((agent) => [agent.agentId, agent]));
  const costs = [...current.values()].map(({ agentId, modelTier, thinkingMode }): AgentCost => {
    const { recurringMicros, overageMicros } = shares.get(agentId) ?? {
      recurringMicros: 0,
      overageMicros: 0,
    };
    const own = used.get(agentId);
    return {
      ...{ agentId, name: names.get(agentId) ?? agentId, modelTier, thinkingMode },
      isIncluded: included.has(agentId),
      usedTokens: own?.usedTokens ?? 0,
      usedPercent: Math.floor(((own?.usedUnits ?? 0) * 100) / QUOTA_UNITS),
      overageTokens: [...(own?.charged.values() ?? [])].reduce((sum, tokens) => sum + tokens, 0),
      overageMicros,
      totalMicros: recurringMicros + overageMicros,
    };
  });
  return costs.sort((a, b) => b.totalMicros - a.totalMicros || b.usedPercent - a.usedPercent);
}
