import type { AgentId } from "#db/ids.ts";
import { type ModelTier, QUOTA_UNITS, unitsOfToken } from "../catalogue.ts";
import { type PlanTerms, type SegmentUsage, termsAt } from "./terms.ts";

/** Tokens over an agent's quota in a month, by the tier that they were used at. */
export interface OverQuota {
  agentId: AgentId;
  usedTokens: number;
  usedUnits: number;
  /** Used while overage was on. */
  charged: Map<ModelTier, number>;
  /** Used while it was off: the agent was limited, and they cost nothing. */
  freeTokens: number;
}

/**
 * Goes through each agent's month in order of time: what its terms of the moment used beyond what was
 * left of its quota is over it. The token that crosses the line is within.
 * @param usage one entry for each agent and terms
 */
export function overQuota(plans: readonly PlanTerms[], usage: readonly SegmentUsage[]): OverQuota[] {
  const byAgent = new Map<AgentId, OverQuota>();
  for (const segment of usage.toSorted((a, b) => a.termsFromUs - b.termsFromUs)) {
    const { agentId, termsFromUs, modelTier, tokens } = segment;
    const agent = byAgent.get(agentId) ?? {
      ...{ agentId, usedTokens: 0, usedUnits: 0, charged: new Map<ModelTier, number>(), freeTokens: 0 },
    };
    byAgent.set(agentId, agent);
    const units = unitsOfToken[modelTier];
    const within = Math.min(tokens, Math.ceil(Math.max(0, QUOTA_UNITS - agent.usedUnits) / units));
    const over = tokens - within;
    agent.usedTokens += tokens;
    agent.usedUnits += tokens * units;
    if (over === 0) continue;
    if (termsAt(plans, termsFromUs)?.overage === true)
      agent.charged.set(modelTier, (agent.charged.get(modelTier) ?? 0) + over);
    else agent.freeTokens += over;
  }
  return [...byAgent.values()];
}
