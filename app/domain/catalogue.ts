/**
 * What Signalbox costs and what it allows: plans, agents, thinking, quotas, overage, and what models cost
 * where their users do not say. The one place for any price. Amounts are integer micro-dollars
 * (1,000,000 = $1); months are calendar months in UTC.
 */

export const modelTiers = ["haiku", "sonnet", "opus"] as const;
export type ModelTier = (typeof modelTiers)[number];

export const thinkingModes = ["off", "low", "medium", "high"] as const;
export type ThinkingMode = (typeof thinkingModes)[number];

export const plans = ["starter", "growth", "enterprise"] as const;
export type Plan = (typeof plans)[number];

/** Micro-dollars in a dollar. */
export const DOLLAR = 1_000_000;
/** Micro-dollars in a cent: what an amount on a statement is rounded to. */
export const CENT = 10_000;

export interface PlanTerms {
  /** Micro-dollars a month. */
  baseMicros: number;
  /** How many agents are in the base price; none of them opus. */
  includedAgents: number;
  /** Whether tokens over quota can be bought at all. */
  offersOverage: boolean;
}

export const planCatalogue: Record<Plan, PlanTerms> = {
  starter: { baseMicros: 99 * DOLLAR, includedAgents: 2, offersOverage: false },
  growth: { baseMicros: 299 * DOLLAR, includedAgents: 5, offersOverage: true },
  enterprise: { baseMicros: 999 * DOLLAR, includedAgents: 20, offersOverage: true },
};

export interface TierTerms {
  /** An additional agent, micro-dollars a month. */
  agentMicros: number;
  /** Whether a plan's included agents can be of it. */
  includable: boolean;
  /** Tokens an agent a month. */
  tokenQuota: number;
  /** Over the quota, micro-dollars a million tokens. */
  overageMicrosPerMillion: number;
}

export const tierCatalogue: Record<ModelTier, TierTerms> = {
  haiku: {
    agentMicros: 29 * DOLLAR,
    includable: true,
    tokenQuota: 20_000_000,
    overageMicrosPerMillion: 1 * DOLLAR,
  },
  sonnet: {
    agentMicros: 59 * DOLLAR,
    includable: true,
    tokenQuota: 10_000_000,
    overageMicrosPerMillion: 4 * DOLLAR,
  },
  opus: {
    agentMicros: 99 * DOLLAR,
    includable: false,
    tokenQuota: 5_000_000,
    overageMicrosPerMillion: 20 * DOLLAR,
  },
};

/** For an agent's thinking, micro-dollars a month. */
export const thinkingMicros: Record<ThinkingMode, number> = {
  off: 0,
  low: 5 * DOLLAR,
  medium: 10 * DOLLAR,
  high: 20 * DOLLAR,
};

/**
 * A month's quota in units, the same for every tier, and how many of them a token of each is. Use is
 * counted in units, so that an agent that changes its tier has used the same share of its quota before
 * and after: 10 M tokens are half a haiku's quota, and half of it still when it becomes a sonnet.
 */
export const QUOTA_UNITS = Math.max(...modelTiers.map((tier) => tierCatalogue[tier].tokenQuota));
export const unitsOfToken: Record<ModelTier, number> = {
  haiku: QUOTA_UNITS / tierCatalogue.haiku.tokenQuota,
  sonnet: QUOTA_UNITS / tierCatalogue.sonnet.tokenQuota,
  opus: QUOTA_UNITS / tierCatalogue.opus.tokenQuota,
};

/** In percent of a quota or a budget: when it is told of, when sends slow down, when they stop at first. */
export const WARNING_PERCENT = 80;
export const LIMIT_PERCENT = 100;
export const FIRST_CEILING_PERCENT = 150;
/** How far apart ceilings are: a resume at 151 % sets 200 %. */
export const CEILING_STEP_PERCENT = 50;

export interface TokenPrices {
  provider: string;
  /** US cents a million tokens, as their makers list them. */
  inputCents: number;
  cachedInputCents: number;
  outputCents: number;
}

const prices = (
  provider: string,
  inputCents: number,
  cachedInputCents: number,
  outputCents: number,
): TokenPrices => ({ provider, inputCents, cachedInputCents, outputCents });

/**
 * By how a model's name begins; the longest match holds. List prices: who has others reports `costMicros`.
 */
export const modelPrices: Readonly<Record<string, TokenPrices>> = {
  "claude-haiku": prices("anthropic", 100, 10, 500),
  "claude-3-5-haiku": prices("anthropic", 80, 8, 400),
  "claude-sonnet": prices("anthropic", 300, 30, 1_500),
  "claude-3-5-sonnet": prices("anthropic", 300, 30, 1_500),
  "claude-opus": prices("anthropic", 1_500, 150, 7_500),
  "claude-opus-4-5": prices("anthropic", 500, 50, 2_500),
  "gpt-4o": prices("openai", 250, 125, 1_000),
  "gpt-4o-mini": prices("openai", 15, 8, 60),
  "gpt-4.1": prices("openai", 200, 50, 800),
  "gpt-4.1-mini": prices("openai", 40, 10, 160),
  "gpt-5": prices("openai", 125, 13, 1_000),
  "gpt-5-mini": prices("openai", 25, 3, 200),
  "gemini-2.5-pro": prices("google", 125, 31, 1_000),
  "gemini-2.5-flash": prices("google", 30, 8, 250),
};

/** What a model that is not listed costs: what one of the agent's tier does. */
export const tierPrices: Record<ModelTier, TokenPrices> = {
  haiku: prices("other", 100, 10, 500),
  sonnet: prices("other", 300, 30, 1_500),
  opus: prices("other", 1_500, 150, 7_500),
};
