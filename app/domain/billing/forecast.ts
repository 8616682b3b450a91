import type { AgentId } from "#db/ids.ts";
import { type AgentTerms, type PlanTerms, type SegmentUsage, termsAt } from "./terms.ts";

const DAY_US = 86_400_000_000;

/** The pace of a forecast is that of so many whole days and of today. */
export const PACE_DAYS = 7;

export interface ForecastOptions {
  plans: readonly PlanTerms[];
  agents: readonly AgentTerms[];
  usage: readonly SegmentUsage[];
  /** Tokens of each agent since `paceFromUs`. */
  pace: ReadonlyMap<AgentId, number>;
  paceFromUs: number;
  nowUs: number;
  /** Of the month. */
  endUs: number;
}

/**
 * The month's usage as it will be if each agent goes on at its pace until the month is over, under the terms
 * of now. An agent's pace is of the time that it has been there, a day at least.
 */
export function forecastUsage(options: ForecastOptions): SegmentUsage[] {
  const { plans, agents, usage, pace, paceFromUs, nowUs, endUs } = options;
  const byAgent = new Map<AgentId, AgentTerms[]>();
  for (const terms of agents) byAgent.set(terms.agentId, [...(byAgent.get(terms.agentId) ?? []), terms]);
  const planFromUs = termsAt(plans, nowUs)?.fromUs ?? 0;
  const added = [...pace].flatMap(([agentId, tokens]): SegmentUsage[] => {
    const own = byAgent.get(agentId) ?? [];
    const terms = termsAt(own, nowUs);
    const [first] = own;
    if (terms === undefined || first === undefined || tokens === 0) return [];
    const paceUs = Math.max(DAY_US, nowUs - Math.max(paceFromUs, first.fromUs));
    return [
      {
        agentId,
        termsFromUs: Math.max(planFromUs, terms.fromUs),
        modelTier: terms.modelTier,
        tokens: Math.round((tokens / paceUs) * Math.max(0, endUs - nowUs)),
      },
    ];
  });
  return joined([...usage, ...added]);
}

/** One entry for each agent and terms. */
function joined(usage: readonly SegmentUsage[]): SegmentUsage[] {
  const segments = new Map<string, SegmentUsage>();
  for (const segment of usage) {
    const key = `${segment.agentId} ${segment.termsFromUs}`;
    const before = segments.get(key);
    segments.set(key, before ? { ...before, tokens: before.tokens + segment.tokens } : segment);
  }
  return [...segments.values()];
}
