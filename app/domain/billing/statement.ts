import type { AgentId } from "#db/ids.ts";
import {
  type ModelTier,
  modelTiers,
  planCatalogue,
  plans as planNames,
  thinkingMicros,
  thinkingModes,
  tierCatalogue,
} from "../catalogue.ts";
import { boundsOf, type Period } from "../usage/period.ts";
import { amountOf, exactAmountOf, quantityOf, TOKENS_PER_PRICE } from "./amounts.ts";
import { type Held, type HeldTime, heldTime } from "./held-time.ts";
import { type OverQuota, overQuota } from "./over-quota.ts";
import type { StatementLine, Totals } from "./schema.ts";
import { lineWords } from "./statement-words.ts";
import type { AgentTerms, PlanTerms, SegmentUsage } from "./terms.ts";

export interface StatementOptions {
  month: Period;
  /** In order of time; those before the month begins up to when it does. */
  plans: readonly PlanTerms[];
  /** Likewise; of agents that were made at the same time, in the order that they are to be included. */
  agents: readonly AgentTerms[];
  /** The month's, one entry for each agent and terms. */
  usage: readonly SegmentUsage[];
  /** Recurring prices are charged until then (microseconds): the month's end, unless it is said otherwise. */
  untilUs?: number;
}

/** What an agent has part in, in micro-dollars. */
export interface AgentShare {
  recurringMicros: number;
  overageMicros: number;
}

export interface Statement extends Totals {
  month: Period;
  overQuota: OverQuota[];
  agents: Map<AgentId, AgentShare>;
}

/** What a month costs, by the rules of README.md. Exact: each line is rounded to the cent, once. */
export function makeStatement({ month, plans, agents, usage, untilUs }: StatementOptions): Statement {
  const { startMs, endMs } = boundsOf(month);
  const [startUs, endUs] = [startMs * 1_000, endMs * 1_000];
  const held = heldTime({ plans, agents, fromUs: startUs, untilUs: Math.min(untilUs ?? endUs, endUs) });
  const over = overQuota(plans, usage);
  const monthUs = BigInt(endUs - startUs);
  const lines = [...recurringLines(month, held, monthUs), ...overageLines(month, over)];
  return {
    ...{ month, lines, totalMicros: sumOf(lines), overQuota: over },
    agents: sharesOf(held, over, monthUs),
  };
}

export const sumOf = (lines: readonly StatementLine[]): number =>
  lines.reduce((total, { amountMicros }) => total + amountMicros, 0);

function recurringLines(period: Period, held: HeldTime, monthUs: bigint): StatementLine[] {
  const linesOf = <K extends StatementLine["item"]>(
    kind: Exclude<StatementLine["kind"], "overage" | "adjustment">,
    items: readonly K[],
    times: Held<K>,
    wording: (item: K) => string,
    priceOf: (item: K) => number,
  ): StatementLine[] =>
    items.flatMap((item) => {
      const us = times.get(item);
      if (us === undefined) return [];
      const unitPriceMicros = priceOf(item);
      return {
        kind,
        item,
        description: wording(item),
        unit: "month" as const,
        unitPriceMicros,
        period,
        quantity: quantityOf(us, monthUs),
        amountMicros: amountOf(unitPriceMicros, us, monthUs),
      };
    });
  return [
    ...linesOf("plan", planNames, held.plans, lineWords.plan, (plan) => planCatalogue[plan].baseMicros),
    ...linesOf("included", modelTiers, held.included, lineWords.included, () => 0),
    ...linesOf("agent", modelTiers, held.additional, lineWords.agent, priceOfAgent),
    ...linesOf("thinking", thinkingModes, held.thinking, lineWords.thinking, (mode) => thinkingMicros[mode]),
  ];
}

const priceOfAgent = (tier: ModelTier): number => tierCatalogue[tier].agentMicros;

function overageLines(period: Period, over: readonly OverQuota[]): StatementLine[] {
  return modelTiers.flatMap((tier) => {
    const tokens = over.reduce((sum, { charged }) => sum + BigInt(charged.get(tier) ?? 0), 0n);
    return tokens === 0n ? [] : overageLine(period, tier, tokens);
  });
}

function overageLine(period: Period, tier: ModelTier, tokens: bigint): StatementLine {
  const unitPriceMicros = tierCatalogue[tier].overageMicrosPerMillion;
  const whole = BigInt(TOKENS_PER_PRICE);
  return {
    kind: "overage",
    item: tier,
    description: lineWords.overage(tier),
    unit: "million_tokens",
    unitPriceMicros,
    period,
    quantity: quantityOf(tokens, whole),
    amountMicros: amountOf(unitPriceMicros, tokens, whole),
  };
}

function sharesOf(held: HeldTime, over: readonly OverQuota[], monthUs: bigint): Map<AgentId, AgentShare> {
  const shares = new Map<AgentId, AgentShare>();
  for (const [agentId, { additional, thinking }] of held.agents) {
    let recurringMicros = 0;
    for (const [tier, us] of additional) recurringMicros += exactAmountOf(priceOfAgent(tier), us, monthUs);
    for (const [mode, us] of thinking) recurringMicros += exactAmountOf(thinkingMicros[mode], us, monthUs);
    shares.set(agentId, { recurringMicros, overageMicros: 0 });
  }
  for (const { agentId, charged } of over) {
    const share = shares.get(agentId) ?? { recurringMicros: 0, overageMicros: 0 };
    for (const [tier, tokens] of charged)
      share.overageMicros += exactAmountOf(
        tierCatalogue[tier].overageMicrosPerMillion,
        BigInt(tokens),
        BigInt(TOKENS_PER_PRICE),
      );
    shares.set(agentId, share);
  }
  return shares;
}
