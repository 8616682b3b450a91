import type { ModelTier, Plan, ThinkingMode } from "../catalogue.ts";
import type { Period } from "../usage/period.ts";

const capitalized = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** What the lines of a statement are called; an invoice keeps them as they were. */
export const lineWords = {
  plan: (plan: Plan) => `${capitalized(plan)} plan`,
  included: (tier: ModelTier) => `${capitalized(tier)} agents, included`,
  agent: (tier: ModelTier) => `Additional ${tier} agents`,
  thinking: (mode: ThinkingMode) => `${capitalized(mode)} thinking`,
  overage: (tier: ModelTier) => `${capitalized(tier)} tokens over quota`,
  adjustment: (tier: ModelTier, month: Period) =>
    `${capitalized(tier)} tokens over quota in ${monthInWords(month)}, reported late`,
};

const monthFormat = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });

/** "November 2026". */
export const monthInWords = (month: Period): string => monthFormat.format(new Date(`${month}T00:00:00Z`));
