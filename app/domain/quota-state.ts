/**
 * What an agent's use of its quota, or a budget's of its amount, means: derived from how much is used,
 * where sends stop, and whether more may be bought. Pure and client-safe; nothing here is stored but the
 * hold, which sends read. Percent are of the quota (of units) or of the budget (of micro-dollars).
 */
import {
  CEILING_STEP_PERCENT,
  FIRST_CEILING_PERCENT,
  LIMIT_PERCENT,
  QUOTA_UNITS,
  WARNING_PERCENT,
} from "./catalogue.ts";

/** From the mildest: sends pass, sends pass, one send a second, none. */
export const quotaStates = ["normal", "warning", "limited", "paused"] as const;
export type QuotaState = (typeof quotaStates)[number];

/** What a send has to know of it. */
export type QuotaHold = "limited" | "paused";

export interface Use {
  used: number;
  /** What 100 % are. */
  of: number;
  /** Where all sends stop. */
  ceilingPercent: number;
  /** Whether what is over 100 % is bought: sends then go on up to the ceiling. */
  overage: boolean;
}

/** An agent that has used nothing yet this month. */
export const unusedQuota: Use = {
  used: 0,
  of: QUOTA_UNITS,
  ceilingPercent: FIRST_CEILING_PERCENT,
  overage: false,
};

/** Exact for whole numbers: nothing is divided. */
const hasReached = ({ used, of }: Pick<Use, "used" | "of">, percent: number): boolean =>
  used * 100 >= percent * of;

/** Whole percent, rounded down: 79.99 are 79, so that what is shown as 80 is 80. */
export const percentOf = ({ used, of }: Pick<Use, "used" | "of">): number => Math.floor((used * 100) / of);

/** Normal; `warning` from 80 %; `limited` from 100 % unless overage is bought; `paused` from the ceiling. */
export function quotaStateOf(use: Use): QuotaState {
  if (hasReached(use, use.ceilingPercent)) return "paused";
  if (hasReached(use, LIMIT_PERCENT) && !use.overage) return "limited";
  return hasReached(use, WARNING_PERCENT) ? "warning" : "normal";
}

/** What sends are held to by this use. */
export function holdOf(use: Use): QuotaHold | null {
  const state = quotaStateOf(use);
  return state === "limited" || state === "paused" ? state : null;
}

/** The strictest of several, such as of an agent's quota and its budgets. */
export function strongestHold(holds: readonly (QuotaHold | null)[]): QuotaHold | null {
  if (holds.includes("paused")) return "paused";
  return holds.includes("limited") ? "limited" : null;
}

/** The severer of two states. */
export const severer = (one: QuotaState, other: QuotaState): QuotaState =>
  quotaStates.indexOf(one) >= quotaStates.indexOf(other) ? one : other;

/** The thresholds that this use has reached and nobody was told of, lowest first: each once a ceiling. */
export const thresholdsToTell = (use: Use, reachedPercent: number): number[] =>
  [WARNING_PERCENT, LIMIT_PERCENT, use.ceilingPercent].filter(
    (percent) => percent > reachedPercent && hasReached(use, percent),
  );

/** Where sends stop next when somebody resumes: 151 % → 200, 200 % → 250, 260 % → 300. */
export const nextCeiling = ({ used, of }: Pick<Use, "used" | "of">): number =>
  (Math.floor((used * 100) / (of * CEILING_STEP_PERCENT)) + 1) * CEILING_STEP_PERCENT;
