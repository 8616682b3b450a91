import type { AgentId } from "#db/ids.ts";
import type { ModelTier, Plan, ThinkingMode } from "../catalogue.ts";

// Times are microseconds since 1970, as exact as the database keeps them.

/** What a tenant's price depended on from a moment on, until its next terms. */
export interface PlanTerms {
  fromUs: number;
  plan: Plan;
  overage: boolean;
}

/** The same of an agent. */
export interface AgentTerms {
  agentId: AgentId;
  fromUs: number;
  modelTier: ModelTier;
  thinkingMode: ThinkingMode;
}

/** What an agent used while the same terms held: its own and its tenant's. */
export interface SegmentUsage {
  agentId: AgentId;
  /** When the later of the two began to hold. */
  termsFromUs: number;
  modelTier: ModelTier;
  /** Input and output. */
  tokens: number;
}

/** The terms that hold at a moment; before the first ones, those. */
export function termsAt<T extends { fromUs: number }>(terms: readonly T[], atUs: number): T | undefined {
  let found = terms[0];
  for (const candidate of terms) {
    if (candidate.fromUs > atUs) break;
    found = candidate;
  }
  return found;
}
